"""Actions of configs, plugins, operations and the server as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from twisted.internet.defer import Deferred, succeed

from provd.documents import Claim, Role
from provd.sdk import Action
from provd.store import Contents, Copy
from provd.testing.access import basic, keep, user
from provd.testing.api import Bench, bench
from provd.testing.plugins import acme

URL = "/api/v1/system/actions"
COPY = Copy("provd-20261120T120000Z-x.db", 7.0, 4096, "ab")


class Copies:
    """One copy, of nothing."""

    def make(self, _name: str) -> Deferred[Copy]:
        """It."""
        return succeed(COPY)

    def all(self) -> Deferred[Sequence[Copy]]:
        """It."""
        return succeed([COPY])

    def receive(self, name: str, offset: int, piece: bytes) -> Deferred[int]:
        """None comes from elsewhere here."""
        raise NotImplementedError

    def accept(self, name: str, sha256: str) -> Deferred[Copy]:
        """None comes from elsewhere here."""
        raise NotImplementedError

    def read(self, _name: str) -> Deferred[Contents]:
        """Nothing is in it."""
        return succeed({"devices": {}, "statuses": {}})


class NoKeys:
    """Keys that nobody reads in these tests."""

    def read(self) -> Deferred[Any]:
        """Never."""
        return Deferred()


def act(command: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the plugins of these tests do."""
    if command == "fail":
        raise RuntimeError("it is on fire")
    return {"did": command, "with": dict(given)}


@pytest.fixture
def api() -> Bench:
    """A server with all it can have, and two plugins with actions of their own."""
    fetch = Action(about="Fetch the directory.", required=("from",), optional=("deep",))
    first = {"fetch": fetch, "reload": Action(about="Take the server's place.")}
    second = {"fetch": fetch, "fail": Action(about="Fail.")}
    made = bench(
        acme(system_actions=first, acts_on_system=act),
        acme("acme-2.0", system_actions=second, acts_on_system=act),
    )
    made.operators.backups.kept_in(Copies())
    made.operators.reseals.keys_from(NoKeys())
    return made


def listed(api: Bench, url: str = URL, **headers: str) -> list[tuple[str, str]]:
    """Command and provider of everything that can be done."""
    return [
        (each["command"], each["provider"]) for each in api.ask("GET", url, **headers).json["items"]
    ]


def test_what_the_server_can_do(api: Bench) -> None:
    """Its own first, then those of its plugins, each with what it takes."""
    assert listed(api) == [
        ("backup", "provd"),
        ("drain", "provd"),
        ("fail", "acme-2.0"),
        ("fetch", "acme-1.0"),
        ("fetch", "acme-2.0"),
        ("reload", "provd"),
        ("reload", "acme-1.0"),
        ("reseal", "provd"),
        ("restore", "provd"),
    ]
    told = api.ask("GET", f"{URL}/restore").json
    assert (told["required"], told["optional"]) == (["name"], ["dryrun"])
    assert api.ask("GET", f"{URL}/nothing").status == 404
    assert api.ask("POST", f"{URL}/nothing", {}).status == 404


def test_only_what_can_be_done_now() -> None:
    """Neither copies nor keys where there is no place for them; no more draining of what is drained."""
    made = bench()
    assert [command for command, _by in listed(made)] == ["drain", "reload"]
    assert made.ask("POST", f"{URL}/drain", {}).json["result"] == {}
    assert [command for command, _by in listed(made)] == ["fill", "reload"]
    assert made.ask("GET", "/readyz").status == 503
    made.ask("POST", f"{URL}/fill", {})
    assert made.ask("GET", "/readyz").status == 200


def test_done(api: Bench) -> None:
    """As by the call that each has of its own."""
    assert api.ask("POST", f"{URL}/reload", {}).json["result"]["outcome"] == "done"
    begun = api.ask("POST", f"{URL}/backup", {}).json["result"]["operation"]
    assert api.ask("GET", f"/api/v1/operations/{begun['id']}").json["kind"] == "backup"
    given = {"name": COPY.name, "dryrun": True}
    begun = api.ask("POST", f"{URL}/restore", given).json["result"]["operation"]
    ended = api.ask("GET", f"/api/v1/operations/{begun['id']}").json
    assert ended["result"] == {"name": COPY.name, "created": 0, "updated": 0, "deleted": 0}
    begun = api.ask("POST", f"{URL}/reseal", {}).json["result"]["operation"]
    assert begun["kind"] == "reseal"


def test_by_plugins(api: Bench) -> None:
    """The first one does it, or the one that is named; none takes the server's place."""
    given = {"from": "there", "deep": 1}
    told = api.ask("POST", f"{URL}/fetch", given).json
    assert told == {
        "command": "fetch",
        "provider": "acme-1.0",
        "result": {"did": "fetch", "with": given},
    }
    told = api.ask("POST", f"{URL}/fetch?plugin=acme-2.0", given).json
    assert told["provider"] == "acme-2.0"
    assert api.ask("POST", f"{URL}/reload", {}).json["provider"] == "provd"
    assert listed(api, f"{URL}?plugin=acme-2.0") == [("fail", "acme-2.0"), ("fetch", "acme-2.0")]
    assert listed(api, f"{URL}?plugin=gone") == []
    failed = api.ask("POST", f"{URL}/fail", {})
    assert failed.json["type"] == "urn:provd:problem:plugin-failed"
    assert "it is on fire" in failed.json["detail"]


@pytest.mark.parametrize(
    ("command", "given", "paths"),
    [
        ("fetch", {"depth": 1, "form": 2}, ["from", "depth", "form"]),
        ("restore", {}, ["name"]),
        ("restore", {"name": 7, "dryrun": "yes", "more": 1}, ["more", "name", "dryrun"]),
        ("drain", {"hard": True}, ["hard"]),
    ],
)
def test_every_parameter_that_is_wrong(
    api: Bench, command: str, given: dict[str, Any], paths: list[str]
) -> None:
    """Missing, unknown and of another type: all of them in one answer, and nothing is done."""
    answer = api.ask("POST", f"{URL}/{command}", given)
    assert answer.status == 422
    assert [each["path"] for each in answer.json["problems"]] == paths
    assert api.ask("GET", "/readyz").status == 200


def test_of_documents(api: Bench) -> None:
    """Configs are looked at again, plugins are loaded again, what runs is stopped."""
    config = {"id": "base", "parent_ids": [], "raw_config": {}}
    api.ask("POST", "/api/v1/configs", config)
    api.ask("POST", "/api/v1/devices", {"id": "phone", "plugin": "acme-1.0", "config": "base"})
    api.core.plugins.unload("acme-1.0")
    assert api.ask("GET", "/api/v1/devices/phone").json["configured"] is True
    assert listed(api, "/api/v1/configs/base/actions") == [("revalidate", "provd")]
    assert api.ask("POST", "/api/v1/configs/base/actions/revalidate", {}).status == 200
    for _turn in range(20):
        api.core.clock.advance(1)
    assert api.ask("GET", "/api/v1/devices/phone").json["configured"] is False

    assert listed(api, "/api/v1/plugins/acme-2.0/actions") == [("reload", "provd")]
    told = api.ask("POST", "/api/v1/plugins/acme-2.0/actions/reload", {}).json
    assert told["result"]["id"] == "acme-2.0"

    operation = api.ask("POST", "/api/v1/system/reseal").headers["location"]
    assert listed(api, f"{operation}/actions") == [("cancel", "provd")]
    told = api.ask("POST", f"{operation}/actions/cancel", {}).json
    assert told["result"]["state"] == "cancelled"
    assert listed(api, f"{operation}/actions") == []
    assert api.ask("POST", f"{operation}/actions/cancel", {}).status == 404


@pytest.mark.parametrize("noun", ["configs", "plugins", "operations"])
def test_of_nothing(api: Bench, noun: str) -> None:
    """A document that is not there can do nothing."""
    for method, path in (("GET", ""), ("GET", "/reload"), ("POST", "/reload")):
        body = {} if method == "POST" else None
        assert api.ask(method, f"/api/v1/{noun}/gone/actions{path}", body).status == 404


def test_acting_is_no_way_around_a_right() -> None:
    """Who may act on the server, but not restore it, may not restore it as an action either."""
    made = bench(acme(system_actions={"fetch": Action(about="Fetch.")}), required=True)
    made.operators.backups.kept_in(Copies())
    acting = Claim(scope="system", actions=("act", "actions", "backup"))
    keep(
        made.core.store,
        users=[user("ann", "actor")],
        roles=[Role(id="actor", claims=(acting,))],
    )
    ann = {"authorization": basic("ann")}
    refused = made.ask("POST", f"{URL}/restore", {"name": COPY.name}, **ann)
    assert refused.status == 403
    assert "may not restore system" in refused.json["detail"]
    assert made.ask("POST", f"{URL}/backup", {}, **ann).status == 200
    assert made.ask("POST", f"{URL}/fetch", {}, **ann).status == 200
    assert made.ask("POST", f"{URL}/drain", {}, **ann).status == 403
