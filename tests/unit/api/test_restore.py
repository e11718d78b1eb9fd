"""`POST /api/v1/system/restore`: a copy in the place of what there is, all of it or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from twisted.internet.defer import Deferred, fail, succeed

from provd.application.restores import LEFT_ALONE
from provd.documents import KINDS, DeviceCredential, Status, User, parse_config, parse_device
from provd.store import Contents, Copy, CopyUnusable, PieceOutOfPlace
from provd.testing.access import basic, keep, user
from provd.testing.api import Answer, Bench, bench
from provd.testing.plugins import acme
from provd.values import Change

URL = "/api/v1/system/restore"
NAME = "provd-20261120T120000Z-x.db"
MAC = "00:00:5e:00:53:{:02x}"


class Kept:
    """One copy in memory, of what a store held when it was made."""

    def __init__(self, made: Bench) -> None:
        self._store = made.core.store
        self.documents: Contents = {}
        self.reading: Deferred[Any] | None = None
        self.broken = False
        self.received = b""

    def take(self) -> None:
        """Make it now."""
        self.documents = {
            name: {each.id: each for each in self._store.collection(name)}
            for name in self._store.kinds
        }

    def receive(self, name: str, offset: int, piece: bytes) -> Deferred[int]:
        """What goes on where it ended is taken."""
        if offset != len(self.received):
            return fail(PieceOutOfPlace(name, len(self.received)))
        self.received += piece
        return succeed(len(self.received))

    def accept(self, name: str, sha256: str) -> Deferred[Copy]:
        """Unless it is broken."""
        if self.broken:
            return fail(CopyUnusable(name, ("devices/d is broken",)))
        return succeed(Copy(name, 7.0, len(self.received), sha256))

    def make(self, _name: str) -> Deferred[Copy]:
        """It is made otherwise here."""
        raise NotImplementedError

    def all(self) -> Deferred[Sequence[Copy]]:
        """The one."""
        return succeed([Copy(NAME, 7.0, 4096, "ab" * 32)])

    def read(self, name: str) -> Deferred[Contents]:
        """What it holds; where the test wants it, later."""
        if self.broken:
            return fail(CopyUnusable(name, ("devices/d is broken",)))
        if self.reading is not None:
            return self.reading.addCallback(lambda _none: self.documents)
        return succeed(self.documents)


@pytest.fixture
def made() -> Bench:
    """A server with a copy of a config and two devices, of which one was seen."""
    made = bench(acme(capabilities={"Acme, A1, 1.0": {}}))
    keep(
        made.core.store,
        configs=[parse_config({"id": "base", "parent_ids": [], "raw_config": {"ntp_ip": "a"}})],
        devices=[
            parse_device({"id": "one", "mac": MAC.format(1), "config": "base"}),
            parse_device({"id": "two", "mac": MAC.format(2)}),
        ],
        statuses=[Status(id="one", last_seen=5.0)],
    )
    return made


@pytest.fixture(autouse=True)
def kept(made: Bench) -> Kept:
    """The copy, as it is at the beginning."""
    kept = Kept(made)
    kept.take()
    made.operators.backups.kept_in(kept)
    return kept


def change(made: Bench) -> None:
    """Everything is another: changed, gone, new; and the keys have changed hands."""
    store = made.core.store
    draft = store.draft("test")
    draft.delete("devices", "one")
    draft.delete("statuses", "one")
    draft.put("devices", msgspec.structs.replace(store.get("devices", "two"), mac=MAC.format(1)))
    draft.put("devices", parse_device({"id": "new", "mac": MAC.format(2)}))
    draft.put("statuses", Status(id="new", last_seen=9.0))
    config = store.get("configs", "base")
    draft.put("configs", msgspec.structs.replace(config, raw_config=msgspec.Raw(b'{"ntp_ip":"b"}')))
    store.commit(draft)


def contents(made: Bench) -> dict[str, dict[str, Any]]:
    """What there is of what is restored, without the numbers that only grow."""
    store = made.core.store
    return {
        name: {
            each.id: msgspec.structs.replace(each, revision=0) for each in store.collection(name)
        }
        for name in ("devices", "configs", "users")
    }


def restore(made: Bench, query: str = "") -> Any:
    """Restore the copy; its operation at the end."""
    begun = made.ask("POST", URL + query, {"name": NAME})
    assert begun.status == 202, begun.body
    return made.ask("GET", begun.headers["location"]).json


def lines(made: Bench) -> list[Any]:
    """The trail of what was done to the server."""
    found: Any = made.core.store.collection("audit")
    return [line for line in sorted(found, key=lambda each: each.id) if line.collection == "system"]


def test_all_of_it_at_once(made: Bench) -> None:
    """Changed, gone and new documents, in one commit that the feed tells; a unique key goes back."""
    before = contents(made)
    change(made)
    commits: list[Sequence[Change]] = []
    made.core.store.feed.subscribe("test", ["devices", "configs"], commits.append)
    ended = restore(made)
    assert ended["state"] == "success", ended
    assert ended["result"] == {"name": NAME, "created": 2, "updated": 2, "deleted": 2}
    assert contents(made) == before
    assert len(commits) == 1
    assert {each.document_id for each in commits[0]} == {"one", "two", "new", "base"}
    assert made.core.store.by("devices", "mac", MAC.format(1))[0].id == "one"
    assert made.core.store.get("statuses", "one").last_seen == 5.0
    assert made.core.store.get("statuses", "new") is None
    [line] = lines(made)
    assert line.action == "restore"
    assert msgspec.json.decode(line.after) == ended["result"] | {"operation": ended["id"]}


def test_a_rehearsal(made: Bench) -> None:
    """Tells the numbers, and changes nothing."""
    change(made)
    before = contents(made)
    ended = restore(made, "?dryrun")
    assert ended["result"] == {"name": NAME, "created": 2, "updated": 2, "deleted": 2}
    assert contents(made) == before
    assert lines(made) == []


def test_nothing_differs(made: Bench) -> None:
    """Then nothing is changed, and no revision moves."""
    revision = made.core.store.get("devices", "one").revision
    assert restore(made)["result"] == {"name": NAME, "created": 0, "updated": 0, "deleted": 0}
    assert made.core.store.get("devices", "one").revision == revision


def test_what_changes_meanwhile(made: Bench) -> None:
    """Between the reading and the commit: it is what the copy says all the same."""
    before = contents(made)
    slices = made.operators.restores._slices
    steps: list[None] = []

    async def interrupted(items: Any) -> Any:
        for item in list(items):
            yield item
        if not steps:
            steps.append(None)
            change(made)

    slices.over = interrupted  # type: ignore[method-assign]  # somebody is faster
    assert restore(made)["state"] == "success"
    assert contents(made) == before


def test_what_was_seen_since_stays(made: Bench) -> None:
    """A device that is still there was seen when it was seen."""
    keep_status = Status(
        id="one", last_seen=99.0, revision=made.core.store.get("statuses", "one").revision
    )
    keep(made.core.store, statuses=[keep_status])
    change_two = msgspec.structs.replace(made.core.store.get("devices", "two"), description="x")
    keep(made.core.store, devices=[change_two])
    restore(made)
    assert made.core.store.get("statuses", "one").last_seen == 99.0


def test_the_trail_and_what_was_promised_stay(made: Bench) -> None:
    """Lines that were written since, operations and tokens; users go back."""
    made.ask("POST", "/api/v1/system/drain")
    keep(made.core.store, users=[User(id="late")])
    operations = {each.id for each in made.core.store.collection("operations")}
    ended = restore(made)
    assert [line.action for line in lines(made)] == ["drain", "restore"]
    assert made.core.store.get("users", "late") is None
    assert {each.id for each in made.core.store.collection("operations")} >= operations
    assert ended["state"] == "success"


def test_tokens_go_with_users_who_go(made: Bench) -> None:
    """Whoever gets the name next has none of them; those of who stays are left alone."""
    keep(made.core.store, users=[user("ann")])
    copy = Kept(made)
    copy.take()
    made.operators.backups.kept_in(copy)
    keep(made.core.store, users=[user("bob")])
    tokens = {
        name: made.ask("POST", "/api/v1/tokens", {}, authorization=basic(name)).json["token"]
        for name in ("ann", "bob")
    }
    assert restore(made)["result"] == {"name": NAME, "created": 0, "updated": 0, "deleted": 1}
    keep(made.core.store, users=[user("bob")])
    for name, status in (("ann", 200), ("bob", 401)):
        told = made.ask("GET", "/api/v1/self", authorization=f"Bearer {tokens[name]}")
        assert told.status == status, name


def test_what_proves_a_device_goes_with_devices_that_go(made: Bench) -> None:
    """Whoever gets the id next has neither; a password that was replaced since stays replaced."""
    store = made.core.store
    first = DeviceCredential(id="two", username="two", password="first")
    keep(store, credentials=[first])
    copy = Kept(made)
    copy.take()
    made.operators.backups.kept_in(copy)
    second = msgspec.structs.replace(store.get("credentials", "two"), password="second")
    late = DeviceCredential(id="late", username="late", password="x")
    keep(store, devices=[parse_device({"id": "late"})], credentials=[late, second])
    assert restore(made)["state"] == "success"
    assert store.get("credentials", "late") is None
    assert store.get("credentials", "two").password == "second"


def test_a_copy_that_is_broken(made: Bench, kept: Kept) -> None:
    """Is told as the reason, and nothing is changed."""
    change(made)
    before = contents(made)
    kept.broken = True
    ended = restore(made)
    assert ended["state"] == "fail"
    assert "devices/d is broken" in ended["reason"]
    assert contents(made) == before
    assert lines(made) == []


def test_a_copy_in_which_two_have_one_key(made: Bench, kept: Kept) -> None:
    """Somebody's work by hand: refused by the store, all of it."""
    change(made)
    before = contents(made)
    twice = {
        key: msgspec.structs.replace(each, mac=MAC.format(7))
        for key, each in kept.documents["devices"].items()
    }
    kept.documents = {**kept.documents, "devices": twice}
    ended = restore(made)
    assert ended["state"] == "fail"
    assert MAC.format(7) in ended["reason"]
    assert contents(made) == before


def test_a_disk_that_is_full(made: Bench, kept: Kept) -> None:
    """Nothing can be kept: nothing is changed."""
    change(made)
    before = contents(made)
    kept.reading = Deferred()
    begun = made.ask("POST", URL, {"name": NAME})
    made.core.store._why_not = "the disk is full"
    kept.reading.callback(None)
    made.core.clock.advance(0)
    made.core.store._why_not = ""
    assert contents(made) == before
    assert begun.status == 202
    assert restore_again(made, kept).status == 202


def restore_again(made: Bench, kept: Kept) -> Answer:
    """Begin once more, with nothing to wait for."""
    kept.reading = None
    return made.ask("POST", URL, {"name": NAME})


def test_one_at_a_time_and_cancelled(made: Bench, kept: Kept) -> None:
    """A second one is refused; up to the commit the first can be called off."""
    change(made)
    before = contents(made)
    kept.reading = Deferred()
    begun = made.ask("POST", URL, {"name": NAME})
    second = made.ask("POST", URL, {"name": NAME})
    assert (second.status, second.json["type"]) == (409, "urn:provd:problem:under-way")
    cancelled = made.ask("POST", f"{begun.headers['location']}/cancel")
    assert cancelled.json["state"] == "cancelled"
    kept.reading.callback(None)
    made.core.clock.advance(0)
    assert contents(made) == before
    assert restore_again(made, kept).status == 202


@pytest.mark.parametrize(
    ("body", "status", "paths"),
    [
        ({}, 422, ["name"]),
        ({"name": 7, "more": 1}, 422, ["more", "name"]),
        ({"name": "provd-20200101T000000Z-gone.db"}, 404, []),
    ],
)
def test_what_is_no_copy(made: Bench, body: Any, status: int, paths: list[str]) -> None:
    """Is told before anything begins, all mistakes at once."""
    answer = made.ask("POST", URL, body)
    assert answer.status == status
    assert [each["path"] for each in answer.json["problems"]] == paths
    assert not tuple(made.core.store.collection("operations"))


def test_which_copies_there_are(made: Bench) -> None:
    """A list, and each of them."""
    listed = made.ask("GET", "/api/v1/system/backups").json
    [copy] = listed["items"]
    assert copy == {"name": NAME, "made": 7.0, "bytes": 4096, "sha256": "ab" * 32}
    assert made.ask("GET", f"/api/v1/system/backups/{NAME}").json == copy
    assert made.ask("GET", "/api/v1/system/backups/other").status == 404


def send(
    made: Bench, query: str, content: bytes, media: str = "application/octet-stream"
) -> Answer:
    """One piece of a copy."""
    head = (
        f"PUT /api/v1/system/backups/{NAME}{query} HTTP/1.1\r\nhost: localhost:8092\r\n"
        f"content-type: {media}\r\ncontent-length: {len(content)}\r\nconnection: close\r\n\r\n"
    )
    return made.raw(head.encode() + content)


def test_a_copy_from_elsewhere(made: Bench, kept: Kept) -> None:
    """In pieces; at the end it is checked, and that somebody sent it is written down."""
    assert send(made, "", b"\0one").json == {"name": NAME, "received": 4}
    assert send(made, "?offset=4", b"\xfftwo").json["received"] == 8
    wrong = send(made, "?offset=3", b"x")
    assert (wrong.status, wrong.json["type"]) == (409, "urn:provd:problem:out-of-place")
    assert "8 bytes" in wrong.json["detail"]
    accepted = send(made, f"?sha256={'ab' * 32}", b"")
    assert (accepted.status, accepted.json["sha256"]) == (201, "ab" * 32)
    [line] = lines(made)
    assert line.action == "receive"
    kept.broken = True
    refused = send(made, f"?sha256={'ab' * 32}", b"")
    assert (refused.status, refused.json["type"]) == (422, "urn:provd:problem:unusable-copy")


@pytest.mark.parametrize(
    ("query", "media", "status"),
    [
        ("?offset=-1", "application/octet-stream", 400),
        ("?offset=x", "application/octet-stream", 400),
        (f"?offset={'9' * 40}", "application/octet-stream", 400),
        ("?more=1", "application/octet-stream", 400),
        ("", "application/json", 415),
    ],
)
def test_what_is_no_piece(made: Bench, kept: Kept, query: str, media: str, status: int) -> None:
    """Is refused before anything is taken."""
    assert send(made, query, b"x", media).status == status
    assert send(made, "", b"x" * ((1 << 20) + 1)).status == 413
    assert kept.received == b""


def test_every_kind_of_document_is_restored_or_left_alone() -> None:
    """Whoever adds one says so here: a wish of an operator's, or what happened and was promised."""
    restored = {
        *("devices", "configs", "statuses", "users", "roles", "rights", "preferences"),
        *("subnets", "reservations", "boot-rules", "serving-policies", "keys"),
    }
    assert restored | LEFT_ALONE == {kind.name for kind in KINDS}
    assert not restored & LEFT_ALONE
