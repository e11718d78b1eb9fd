"""The catalogue of events: it is documented, and it is what occurs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import fields, replace
from twisted.internet.defer import Deferred, succeed

from provd.application.event_kinds import ACTIONS, EVENTS, MADE_FROM, SILENT, event_of
from provd.documents import KINDS, Document, Operation, State
from provd.store import Contents, Copy
from provd.testing.access import basic
from provd.testing.guarded import guarded
from provd.testing.packages import Stockroom, a_package, a_source
from provd.values import Change
from provd.wire.websocket import Code

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "events.rst"
TEXT = PAGE.read_text(encoding="utf-8")
BY_KIND = {kind.name: kind.type for kind in KINDS}

CHANGES: dict[str, Callable[[Any], Document]] = {
    "operations": lambda each: replace(each, current=1),
    "tokens": lambda each: replace(each, revoked=True),
    "statuses": lambda each: replace(each, last_seen=1.0),
}
"""What happens to a document, where it is not just anything."""

EMPTY = {"float": 0.0, "tuple[str, ...]": ()}


def made(collection: str) -> Any:
    """A document with no more than it must have."""
    type_ = BY_KIND[collection]
    needed = {
        field.name: EMPTY.get(getattr(field.type, "__name__", ""), "x")
        if field.type in (str, float)
        else ()
        for field in fields(type_)
        if field.required
    }
    return type_(**needed)


def life_of(collection: str) -> list[Change]:
    """A document that is made, changed and gone."""
    first = made(collection)
    second = CHANGES.get(collection, lambda each: replace(each, tenant="t"))(first)
    told = [first, second]
    if isinstance(second, Operation):
        told.append(replace(second, state=State.SUCCESS))
    return [
        Change(at, collection, "x", before, after, "test")
        for at, (before, after) in enumerate(pairwise([None, *told, None]))
    ]


NAME = "provd-20261120T120000Z-0a1b2c3d.db"
COPY = Copy(NAME, 7.0, 1, "ab" * 32)


class OneCopy:
    """Of nothing."""

    def make(self, _name: str) -> Deferred[Copy]:
        """It is there."""
        return succeed(COPY)

    def all(self) -> Deferred[Sequence[Copy]]:
        """The one."""
        return succeed([COPY])

    def read(self, _name: str) -> Deferred[Contents]:
        """It holds nothing that is restored."""
        return succeed({})

    def receive(self, _name: str, _offset: int, piece: bytes) -> Deferred[int]:
        """Whatever it is."""
        return succeed(len(piece))

    def accept(self, _name: str, _sha256: str) -> Deferred[Copy]:
        """It is that one."""
        return succeed(COPY)


PACKAGE = "/api/v1/packages/acme-1.0/t46"
PLUGINS = "/api/v1/plugin-packages"


def acts(directory: Path) -> set[tuple[str, str]]:
    """Events of the audit trail, after everything was done once that leaves a line there."""
    api = guarded()
    stock = Stockroom(directory)
    stock.offer(a_package(a_source("fw.rom", b"{}")))
    api.operators.packages.stored_in(stock.room)
    api.operators.releases.stored_in(stock.room)
    stock.offer_plugins("other", "acme-1.0")
    stock.keep_previous("gone")
    api.operators.backups.kept_in(OneCopy())
    admin = {"authorization": basic("superuser")}
    told: list[Change] = []
    api.core.store.feed.subscribe("test", ["audit"], told.extend)
    for method, path, body in (
        ("POST", "/api/v1/devices", {"id": "new"}),
        ("PATCH", "/api/v1/devices/new", {"sn": "1"}),
        ("GET", "/api/v1/devices/new/clear", None),
        ("DELETE", "/api/v1/devices/new", None),
        ("POST", "/api/v1/system/reload", {}),
        ("POST", "/api/v1/system/drain", {}),
        ("DELETE", "/api/v1/system/drain", None),
        ("POST", "/api/v1/system/backup", {}),
        ("PUT", f"/api/v1/system/backups/{NAME}?sha256={COPY.sha256}", {}),
        ("POST", "/api/v1/system/restore", {"name": NAME}),
        ("POST", "/api/v1/system/reseal", {}),
        ("PUT", f"{PACKAGE}/files/fw.rom", {}),
        ("POST", f"{PACKAGE}/install", {}),
        ("POST", f"{PACKAGE}/upgrade", {}),
        ("POST", f"{PACKAGE}/use", {"version": "1.0"}),
        ("POST", f"{PACKAGE}/uninstall", {"version": "1.0"}),
        ("POST", f"{PLUGINS}/update", {}),
        ("POST", f"{PLUGINS}/other/install", {}),
        ("POST", f"{PLUGINS}/acme-1.0/upgrade", {}),
        ("POST", f"{PLUGINS}/gone/rollback", {}),
        ("POST", f"{PLUGINS}/gone/uninstall", {"purge": True}),
    ):
        kind = "octet-stream" if method == "PUT" else "json"
        answer = api.ask(method, path, body, **admin, content_type=f"application/{kind}")
        assert answer.status < 300, (path, answer.body)
    assert api.ask("GET", "/api/v1/self", authorization=basic("superuser", "wrong")).status == 401
    api.core.clock.pump([10] * 60)
    return {found for change in told if (found := event_of(change))}


def test_every_collection_is_told_or_said_to_be_silent() -> None:
    """Whoever adds a kind of document decides whether it is told: there, and in the documentation."""
    assert set(BY_KIND) == set(MADE_FROM) | set(SILENT)
    assert not set(MADE_FROM) & set(SILENT)


def test_every_event_is_documented() -> None:
    """The page has a row for each, in the same words, and none for one that there is not."""
    rows = re.findall(r"^   \* - ``([^`]+)``\n     - ``([^`]+)``\n     - (.+)$", TEXT, re.MULTILINE)
    wanted = [(each.kind, each.action, each.about.replace("`", "``")) for each in EVENTS]
    assert rows == wanted


def test_what_is_silent_is_documented() -> None:
    """With the reason."""
    listed = TEXT.partition("are told to nobody:")[2].partition("Who is told")[0]
    said = dict(re.findall(r"^``([a-z-]+)``\n    (.+)$", listed, re.MULTILINE))
    assert said == {name: why.replace("`", "``") for name, why in SILENT.items()}


def test_every_code_is_documented() -> None:
    """With which a stream is closed."""
    written = {int(each) for each in re.findall(r"^(\d{4})    ", TEXT, re.MULTILINE)}
    assert written == {int(each) for each in Code} - {Code.NO_CODE}


def test_every_event_occurs_and_no_other(tmp_path: Path) -> None:
    """What documents and servers go through is what the table says."""
    occurred = acts(tmp_path)
    for collection in set(MADE_FROM) - {"audit"}:
        occurred |= {found for change in life_of(collection) if (found := event_of(change))}
    assert occurred == {(each.kind, each.action) for each in EVENTS}
    assert occurred == {(kind, action) for kind, known in ACTIONS.items() for action in known}


@pytest.mark.parametrize("collection", SILENT)
def test_silent_ones(collection: str) -> None:
    """Nothing comes of them, as of lines of the trail that make room."""
    assert [event_of(change) for change in life_of(collection)] == [None] * 3
    line = made("audit")
    assert event_of(Change(1, "audit", "x", line, None, "")) is None
