"""`/api/v1/packages`: what plugins offer is installed, used, upgraded and removed, and told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from twisted.internet.defer import Deferred

from provd.documents import Claim, Role, parse_device
from provd.testing.access import basic, keep, user
from provd.testing.api import Answer, Bench, bench
from provd.testing.documents import a_config
from provd.testing.packages import Stockroom, a_package, a_source
from provd.testing.plugins import acme

URL = "/api/v1/packages"
T46 = f"{URL}/acme-1.0/t46"
CONTENT = b"firmware 1.0"


class Site:
    """The API over a plugin with packages."""

    def __init__(self, directory: Path) -> None:
        self.bench: Bench = bench(acme())
        self.stock = Stockroom(directory)
        self.bench.operators.packages.stored_in(self.stock.room)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One call."""
        return self.bench.ask(method, path, body, **headers)

    def ended(self, path: str, body: Any = None) -> Mapping[str, Any]:
        """What became of an operation that a call began."""
        answer = self.ask("POST", path, {} if body is None else body)
        assert answer.status == 202, answer.body
        where = answer.headers["location"]
        self.bench.core.clock.pump([0.1] * 20)
        return dict(self.ask("GET", where).json)

    def told(self) -> Mapping[str, Any]:
        """The one package there is."""
        [found] = self.ask("GET", URL).json["items"]
        return dict(found)

    def send(self, content: bytes, offset: int = 0, name: str = "fw.rom", more: str = "") -> Answer:
        """One piece of a file."""
        head = (
            f"PUT {T46}/files/{name}?offset={offset}{more} HTTP/1.1\r\nhost: localhost:8092\r\n"
            f"content-type: application/octet-stream\r\ncontent-length: {len(content)}\r\n"
            "connection: close\r\n\r\n"
        )
        return self.bench.raw(head.encode() + content)

    def audited(self) -> list[str]:
        """What was written down."""
        lines: Any = self.bench.core.store.collection("audit")
        return [line.action for line in sorted(lines, key=lambda line: line.id)]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """With nothing offered."""
    return Site(tmp_path)


def test_nothing_is_offered(site: Site) -> None:
    """An empty list; nothing can be done."""
    assert site.ask("GET", URL).json["items"] == []
    assert site.ask("GET", f"{URL}?plugin=acme-1.0").json["total"] == 0
    assert site.ask("GET", f"{URL}?plugin=other").json["total"] == 0
    assert site.ask("GET", f"{URL}?kind=firmware").status == 400
    for path in (T46, f"{URL}/other/t46"):
        assert site.ask("GET", path).status == 404
        assert site.ask("POST", f"{path}/install", {}).status == 404
        assert site.ask("POST", f"{path}/upgrade").status == 404
        for verb in ("use", "uninstall"):
            assert site.ask("POST", f"{path}/{verb}", {"version": "1.0"}).status == 404


def test_without_a_place_for_packages() -> None:
    """A server that has none tells so of every package."""
    made = bench(acme())
    assert made.ask("GET", URL).json["total"] == 0
    assert made.ask("POST", f"{T46}/install", {}).status == 404


def test_the_first_version(site: Site) -> None:
    """It is offered, then installed, and devices are pointed to it."""
    site.stock.offer_plain("1.0")
    assert site.told() == {
        "plugin": "acme-1.0",
        "id": "t46",
        "kind": "firmware",
        "description": "",
        "models": [],
        "offered": "1.0",
        "installed": [],
        "current": "",
        "upgradable": False,
        "operation": None,
    }
    operation = site.ended(f"{T46}/install")
    assert (operation["state"], operation["kind"]) == ("success", "install package")
    assert operation["label"] == "acme-1.0/t46 1.0"
    assert operation["result"] == {"version": "1.0", "current": True}
    assert operation["current"] == operation["end"] == 2 * len(CONTENT)
    assert site.stock.served() == {"firmware/t46/1.0/fw.rom": CONTENT}
    assert site.told()["installed"] == ["1.0"]


def test_a_life(site: Site) -> None:
    """Installed beside another, upgraded, used, removed: each time the list and the tree say so."""
    site.stock.offer_plain("1.0")
    site.ended(f"{T46}/install")
    site.stock.offer_plain("1.0", "10.0", "9.0")
    assert site.told()["upgradable"] is True
    operation = site.ended(f"{T46}/install", {"version": "9.0"})
    assert operation["result"] == {"version": "9.0", "current": False}
    operation = site.ended(f"{T46}/upgrade")
    assert operation["result"] == {"version": "10.0", "removed": ["1.0"]}
    told = site.told()
    assert (told["installed"], told["current"], told["upgradable"]) == (
        ["10.0", "9.0"],
        "10.0",
        False,
    )

    used = site.ask("POST", f"{T46}/use", {"version": "9.0"})
    assert (used.status, used.json["current"]) == (200, "9.0")
    operation = site.ended(f"{T46}/uninstall", {"version": "9.0"})
    assert operation["result"] == {"version": "9.0", "files": 1, "bytes": 12}
    assert list(site.stock.served()) == ["firmware/t46/10.0/fw.rom"]
    assert site.told()["current"] == ""
    done = [action for action in site.audited() if action.endswith("-package")]
    assert done == [
        *("install-package", "install-package", "upgrade-package"),
        *("use-package", "uninstall-package"),
    ]


def test_one_in_detail(site: Site) -> None:
    """What it is made from, and what was installed, when and by which call."""
    site.stock.offer_plain("1.0", description="For the T46", models=["T46S"])
    site.ended(f"{T46}/install")
    [version] = site.ask("GET", T46).json["versions"]
    assert version["images"] == {"*": "fw.rom"}
    assert (version["directory"], version["into"]) == ("firmware/t46/1.0", None)
    [file] = version["offered"]["files"]
    assert (file["name"], file["size"], file["cached"]) == ("fw.rom", len(CONTENT), True)
    note = version["installed"]
    assert (note["files"], note["size"]) == (["fw.rom"], len(CONTENT))
    assert note["cause"].startswith("api-")
    (site.stock.plugin / "packages.json").unlink()
    told = site.ask("GET", T46).json
    assert (told["offered"], told["installed"]) == ("", ["1.0"])
    assert told["versions"][0]["offered"] is None


@pytest.mark.parametrize(
    ("verb", "body", "status"),
    [
        ("install", {"version": "2.0"}, 404),
        ("install", {"version": 1}, 422),
        ("install", {"version": "../x"}, 422),
        ("install", {"use": "yes"}, 422),
        ("install", {"when": "now"}, 422),
        ("use", {}, 422),
        ("use", {"version": "1.0"}, 409),
        ("uninstall", {"version": "1.0"}, 409),
        ("uninstall", {"version": "1.0", "all": True}, 422),
    ],
)
def test_what_is_refused(site: Site, verb: str, body: Any, status: int) -> None:
    """Nothing is begun, and nothing is written down."""
    site.stock.offer_plain("1.0")
    answer = site.ask("POST", f"{T46}/{verb}", body)
    assert answer.status == status, answer.body
    assert site.audited() == []
    assert site.ask("GET", "/api/v1/operations").json["total"] == 0


def test_what_cannot_be_fetched(site: Site) -> None:
    """The operation fails, and tells every reason and what can be done."""
    site.stock.offer(
        a_package(
            a_source("fw.rom", CONTENT, urls=["https://a.example/"], hint="the vendor's page")
        )
    )
    operation = site.ended(f"{T46}/install")
    assert operation["state"] == "fail"
    assert "https is not among the schemes" in operation["reason"]
    assert "(the vendor's page) and upload it" in operation["reason"]
    assert site.told()["installed"] == []
    assert site.told()["operation"] is None


def test_a_file_that_is_uploaded(site: Site) -> None:
    """In pieces; then it is installed without being fetched."""
    site.stock.offer(a_package(a_source("fw.rom", CONTENT)))
    assert site.ended(f"{T46}/install")["state"] == "fail"
    assert site.send(CONTENT[:5]).json == {"name": "fw.rom", "received": 5, "complete": False}
    late = site.send(CONTENT[5:], 6)
    assert (late.status, late.json["type"]) == (409, "urn:provd:problem:out-of-place")
    answer = site.send(CONTENT[5:], 5)
    assert (answer.status, answer.json["complete"]) == (201, True)
    assert site.ended(f"{T46}/install")["state"] == "success"
    assert "upload-package" in site.audited()


def test_an_upload_that_is_another_file(site: Site) -> None:
    """It is refused, and gone; so is one that nobody asked for."""
    site.stock.offer(a_package(a_source("fw.rom", CONTENT)))
    wrong = site.send(b"x" * len(CONTENT))
    assert (wrong.status, wrong.json["type"]) == (422, "urn:provd:problem:wrong-file")
    assert site.send(CONTENT + b"x").status == 422
    assert site.send(CONTENT, name="other.rom").status == 404
    assert list((site.stock.directory / "packages").glob("*")) == []
    site.stock.cache.most = 5
    assert site.send(CONTENT).json["type"] == "urn:provd:problem:no-room"


def test_an_upload_for_an_older_version(site: Site) -> None:
    """Files of several versions may be called alike."""
    older = a_package(a_source("fw.rom", b"older"))
    newer = a_package(a_source("fw.rom", CONTENT), version="2.0")
    site.stock.offer(older, newer)
    assert site.send(CONTENT, more="&version=1.0").status == 422
    assert site.send(b"older", more="&version=1.0").status == 201
    assert site.send(b"older", more="&version=3.0").status == 404
    assert site.send(CONTENT).status == 201


def test_two_packages_for_one_place(site: Site) -> None:
    """The second fails with the name of the first, and nothing of it is left."""
    more = {"kind": "languages", "into": "i18n"}
    both = [site.stock.plain("1.0", b"x", id=each, **more) for each in ("one", "two")]
    site.stock.offer(*both)
    assert site.ended(f"{URL}/acme-1.0/one/install")["state"] == "success"
    operation = site.ended(f"{URL}/acme-1.0/two/install")
    assert operation["state"] == "fail"
    assert "i18n/fw.rom belongs to package one" in operation["reason"]
    assert sorted(site.stock.served()) == ["i18n/fw.rom", "languages/one/1.0/fw.rom"]


def test_what_a_config_pins_stays(site: Site) -> None:
    """It is neither removed nor upgraded away; the refusal names the config."""
    site.stock.offer_plain("1.0")
    site.ended(f"{T46}/install")
    keep(site.bench.core.store, configs=[a_config("group", firmware={"t46": "1.0"}, revision=0)])
    refused = site.ask("POST", f"{T46}/uninstall", {"version": "1.0"})
    assert (refused.status, refused.json["type"]) == (409, "urn:provd:problem:in-use")
    assert "configs/group" in refused.json["detail"]
    site.stock.offer_plain("1.0", "2.0")
    assert site.ended(f"{T46}/upgrade")["result"] == {"version": "2.0", "removed": []}
    assert site.told()["installed"] == ["2.0", "1.0"]


def test_one_thing_at_a_time(site: Site) -> None:
    """Whoever comes second is told which operation is at work; it can be cancelled, and leaves nothing."""
    site.stock.offer_plain("1.0")
    waiting: list[Deferred[Any]] = []

    def later(work: Any, *given: Any) -> Any:
        if work.__name__ != "verified":
            return site.stock.room.in_thread(work, *given)
        waiting.append(Deferred())
        return waiting[-1]

    site.bench.operators.packages.stored_in(evolve(site.stock.room, in_thread=later))
    begun = site.ask("POST", f"{T46}/install", {})
    assert begun.status == 202
    assert site.told()["operation"] == begun.json["id"]
    for verb, body in (("install", {}), ("upgrade", None)):
        busy = site.ask("POST", f"{T46}/{verb}", body)
        assert (busy.status, busy.json["type"]) == (409, "urn:provd:problem:under-way")
        assert begun.json["id"] in busy.json["detail"]
    where = begun.headers["location"]
    assert site.ask("POST", f"{where}/cancel").status == 200
    waiting[0].callback(None)
    site.bench.core.clock.pump([0.1] * 10)
    assert site.ask("GET", where).json["state"] == "cancelled"
    assert site.told()["operation"] is None
    assert site.stock.served() == {}


def test_devices_are_judged_again(site: Site) -> None:
    """What they are told may be something else now."""
    keep(site.bench.core.store, devices=[parse_device({"id": "phone", "plugin": "acme-1.0"})])
    site.stock.offer_plain("1.0")
    site.ended(f"{T46}/install")
    site.bench.core.clock.pump([0.1] * 50)
    assert site.bench.core.store.get("statuses", "phone") is not None


def test_a_claim_for_one_plugin(tmp_path: Path) -> None:
    """Whoever may install packages of one plugin sees and does nothing with those of another."""
    for specific, status in (("other", 404), ("acme-1.0", 202)):
        claims = (Claim(scope="packages", actions=("*",), specific=(specific,)),)
        made = bench(acme(), required=True)
        stock = Stockroom(tmp_path / specific)
        stock.offer_plain("1.0")
        made.operators.packages.stored_in(stock.room)
        keep(made.core.store, users=[user("ann", "one")], roles=[Role(id="one", claims=claims)])
        answer = made.ask("POST", f"{T46}/install", {}, authorization=basic("ann"))
        assert answer.status == status, answer.body
