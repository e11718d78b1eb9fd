"""`/api/v1/plugin-packages`: what is offered and there is told; what cannot be done is refused before anything begins."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from provd.documents import parse_device
from provd.files.releases import PluginServer
from provd.testing.api import Answer, Bench, bench
from provd.testing.packages import Stockroom
from provd.testing.plugins import acme

URL = "/api/v1/plugin-packages"
ID = "acme-1.0"


class Site:
    """The API over one plugin, `acme-1.0`, which is there."""

    def __init__(self, directory: Path) -> None:
        self.bench: Bench = bench(acme())
        self.stock = Stockroom(directory)
        self.bench.operators.packages.stored_in(self.stock.room)
        self.bench.operators.releases.stored_in(self.stock.room)
        self.version("1.0")

    def version(self, version: str) -> None:
        """Which version is there."""
        (self.stock.plugin / "plugin-info").write_text(f'{{"version": "{version}"}}')

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        """One call."""
        return self.bench.ask(method, f"{URL}{path}", body)

    def ended(self, path: str, body: Any = None) -> Mapping[str, Any]:
        """What became of an operation."""
        answer = self.ask("POST", path, {} if body is None else body)
        assert answer.status == 202, answer.body
        self.bench.core.clock.pump([0.1] * 20)
        return dict(self.bench.ask("GET", answer.headers["location"]).json)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """With nothing offered."""
    return Site(tmp_path)


def test_without_a_place() -> None:
    """A server that has none has no plugins from elsewhere."""
    made = bench(acme())
    assert made.ask("GET", URL).json["items"] == []
    for path in (f"{URL}/{ID}/install", f"{URL}/{ID}/rollback", f"{URL}/update"):
        assert made.ask("POST", path, {}).status == 404


def test_what_is_told(site: Site) -> None:
    """What is there and what is offered, and which of them is newer."""
    site.stock.offer_plugins(ID, "other")
    here, other = site.ask("GET", "").json["items"]
    assert (here["installed"], here["offered"], here["upgradable"]) == ("1.0", "2.0", True)
    assert (here["offer"]["digest"], here["offer"]["key"], here["provenance"]) == (
        "sha256",
        "",
        None,
    )
    assert (other["installed"], other["offered"], other["upgradable"]) == ("", "2.0", False)
    assert site.ask("GET", "/other").json == other
    assert site.ask("GET", "/nobody").status == 404


def test_there_is_nothing_to_be_done(site: Site) -> None:
    """It is there, nothing is newer, none was before, no server is known: each is said."""
    assert "no server of plugins" in site.ask("POST", "/update", {}).json["detail"]
    site.stock.offer_plugins(ID)
    for path, why in (("install", "there already"), ("rollback", "no version of")):
        answer = site.ask("POST", f"/{ID}/{path}", {})
        assert (answer.status, answer.json["type"]) == (409, "urn:provd:problem:nothing-to-do")
        assert why in answer.json["detail"]
    for version in ("2.0", "10.0"):
        site.version(version)
        assert site.ask("POST", f"/{ID}/upgrade", {}).status == 409


def test_what_nobody_offers(site: Site) -> None:
    """Cannot be installed, upgraded or taken away."""
    for verb in ("install", "upgrade", "uninstall"):
        assert site.ask("POST", f"/nobody/{verb}", {}).status == 404
    assert site.ask("POST", f"/{ID}/upgrade", {}).status == 404
    assert site.ask("POST", f"/{ID}/uninstall", {"more": 1}).status == 422


def test_a_plugin_that_has_devices(site: Site) -> None:
    """Stays; some of them are named."""
    draft = site.bench.core.store.draft("test")
    draft.put("devices", parse_device({"id": "phone", "plugin": ID}))
    site.bench.core.store.commit(draft)
    answer = site.ask("POST", f"/{ID}/uninstall", {})
    assert (answer.status, answer.json["type"]) == (409, "urn:provd:problem:in-use")
    assert "devices/phone" in answer.json["detail"]


def test_an_archive_that_cannot_be_fetched(site: Site) -> None:
    """The operation says so; what is there stays, and nothing is left beside it."""
    site.stock.offer_plugins(ID)
    told = site.ended(f"/{ID}/upgrade")
    assert (told["kind"], told["state"], told["label"]) == ("upgrade plugin", "fail", f"{ID} 2.0")
    assert "not among the schemes" in told["reason"]
    assert site.ask("GET", f"/{ID}").json["installed"] == "1.0"


def test_servers_that_do_not_answer(site: Site) -> None:
    """Each is told; what they offered before is kept."""
    site.stock.offer_plugins("other")
    told = site.ended("/update")
    assert (told["kind"], told["state"], told["label"]) == (
        "update plugin index",
        "fail",
        "every server",
    )
    assert site.ask("GET", "/other").json["offered"] == "2.0"


def test_other_servers(site: Site) -> None:
    """What those offered that are no longer named is gone."""
    site.stock.offer_plugins("other")
    site.bench.operators.releases.adopt((PluginServer(url="https://x.example", unsigned=True),))
    assert site.ask("GET", "/other").status == 404


def test_what_can_be_done_with_a_plugin(site: Site) -> None:
    """What is newer, and what was before, can take its place."""
    path = f"/api/v1/plugins/{ID}/actions"
    assert [each["command"] for each in site.bench.ask("GET", path).json["items"]] == ["reload"]
    site.stock.offer_plugins(ID)
    site.stock.keep_previous(ID)
    found = [each["command"] for each in site.bench.ask("GET", path).json["items"]]
    assert found == ["reload", "upgrade", "rollback"]
    done = site.bench.ask("POST", f"{path}/upgrade", {})
    assert done.json["result"]["kind"] == "upgrade plugin"


def test_one_thing_at_a_time(site: Site) -> None:
    """Nothing is done to the packages of a plugin while something is done to it."""
    let_go = site.bench.operators.packages.jobs.take(ID, "t46")
    site.stock.offer_plugins(ID)
    answer = site.ask("POST", f"/{ID}/upgrade", {})
    assert (answer.status, answer.json["type"]) == (409, "urn:provd:problem:under-way")
    let_go()
    assert site.ask("POST", f"/{ID}/upgrade", {}).status == 202
