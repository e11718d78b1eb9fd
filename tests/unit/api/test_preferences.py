"""Preferences over the API: all or none, at once, written down, and for those who may choose them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from provd.documents import Claim, Operation, Role, State
from provd.testing.access import basic, keep, user
from provd.testing.api import Bench, bench
from provd.testing.plugins import acme
from provd.values import DraftRefused

URL = "/api/v1/preferences"
DEFAULTS = {
    "id": "server",
    "revision": 0,
    "log_levels": {},
    "unknown_devices": "create",
    "operations_kept": 1000,
    "operations_seconds": 604800,
}


@pytest.fixture
def api() -> Bench:
    """A server that asks nobody for a proof."""
    return bench(acme())


def test_chosen_and_shown(api: Bench) -> None:
    """What nobody chose is the default; a patch changes what it names, a replacement all."""
    answer = api.ask("GET", URL)
    assert (answer.json, answer.headers["etag"]) == (DEFAULTS, '"0"')
    patched = api.ask("PATCH", URL, {"operations_kept": 20, "log_levels": {"store": "debug"}})
    assert patched.status == 200
    expected = DEFAULTS | {"operations_kept": 20, "log_levels": {"store": "debug"}}
    assert patched.json == expected | {"revision": patched.json["revision"]}
    assert api.ask("GET", URL).json == patched.json
    null = api.ask("PATCH", URL, {"operations_kept": None, "log_levels": {"store": None}})
    assert null.json == DEFAULTS | {"revision": null.json["revision"]}
    api.ask("PATCH", URL, {"operations_kept": 20})
    replaced = api.ask("PUT", URL, {"unknown_devices": "refuse"}).json
    assert replaced == DEFAULTS | {
        "unknown_devices": "refuse",
        "revision": replaced["revision"],
    }
    assert api.ask("PUT", URL, replaced).json == replaced


def test_all_or_none(api: Bench) -> None:
    """One that is wrong keeps all from being taken; every one that is wrong is told."""
    wrong = {
        "unknown_devices": "refuse",
        "operations_kept": 1,
        "operations_seconds": "long",
        "log_levels": {"store": "debug", "sotre": "debug"},
        "colour": "red",
    }
    for method in ("PUT", "PATCH"):
        answer = api.ask(method, URL, wrong)
        assert answer.status == 422
        assert sorted(each["path"] for each in answer.json["problems"]) == [
            "colour",
            "log_levels.sotre",
            "operations_kept",
            "operations_seconds",
        ]
    assert api.ask("GET", URL).json == DEFAULTS


def test_conditions(api: Bench) -> None:
    """Whoever saw others first reads again; there always are some."""
    first = api.ask("PATCH", URL, {"operations_kept": 20}, if_match='"0"')
    assert first.status == 200
    assert api.ask("PATCH", URL, {"operations_kept": 30}, if_match='"0"').status == 412
    assert api.ask("PUT", URL, {}, if_match=first.headers["etag"]).status == 200
    assert api.ask("PUT", URL, {}, if_none_match="*").status == 409
    etag = api.ask("GET", URL).headers["etag"]
    assert api.ask("GET", URL, if_none_match=etag).status == 304


def test_json_patch(api: Bench) -> None:
    """With a test that must hold."""
    patch = [
        {"op": "test", "path": "/unknown_devices", "value": "create"},
        {"op": "replace", "path": "/unknown_devices", "value": "refuse"},
        {"op": "add", "path": "/log_levels/tftp", "value": "warn"},
    ]
    kind = "application/json-patch+json"
    told = api.ask("PATCH", URL, patch, content_type=kind)
    assert told.json["log_levels"] == {"tftp": "warn"}
    assert api.ask("PATCH", URL, patch, content_type=kind).status == 409


def test_rehearsed_and_once(api: Bench) -> None:
    """As every other change."""
    told = api.ask("PATCH", f"{URL}?dryrun", {"operations_kept": 20}).json
    assert told["changes"][0]["after"]["operations_kept"] == 20
    assert api.ask("GET", URL).json == DEFAULTS
    key = {"idempotency_key": "k"}
    first = api.ask("PATCH", URL, {"operations_kept": 20}, **key)
    api.ask("PATCH", URL, {"operations_kept": 30})
    again = api.ask("PATCH", URL, {"operations_kept": 20}, **key)
    assert first.json["operations_kept"] == 20
    assert (again.json["operations_kept"], again.headers["idempotency-replayed"]) == (30, "true")


def request(api: Bench, mac: str) -> Any:
    """What a phone that nobody knows is answered, once it is over."""
    agent = {"user-agent": f"Acme A1 {mac} 1.0"}
    described = {"protocol": "http", "path": "/x.cfg", "ip": "192.0.2.9", "headers": agent}
    return api.ask("POST", "/api/v1/whatif", described).json


def test_unknown_devices(api: Bench) -> None:
    """Refused from the very next request on, with a reason that says how to let them in."""
    assert request(api, "00:00:5e:00:53:01")["matched_by"] == "added"
    api.ask("PATCH", URL, {"unknown_devices": "refuse"})
    refused = request(api, "00:00:5e:00:53:01")
    assert refused["device"] is None
    assert any("unknown_devices=create" in each["text"] for each in refused["notes"])
    known = {"id": "known", "mac": "00:00:5e:00:53:02", "plugin": "acme-1.0"}
    assert api.ask("POST", "/api/v1/devices", known).status == 201
    assert request(api, "00:00:5e:00:53:02")["device"]["id"] == "known"
    api.ask("PATCH", URL, {"unknown_devices": None})
    assert request(api, "00:00:5e:00:53:01")["matched_by"] == "added"


def ended(api: Bench, count: int, **more: Any) -> None:
    """So many operations that ended, one a second."""
    now = api.core.clock.seconds()
    operations = [
        Operation(id=f"op-{at:04}", kind="t", state=State.SUCCESS, updated=now - count + at, **more)
        for at in range(count)
    ]
    keep(api.core.store, operations=operations)


def test_what_is_remembered_of_operations(api: Bench) -> None:
    """Fewer, or for a shorter time: what is too much is gone when the call is answered."""
    ended(api, 50)
    api.ask("PATCH", URL, {"operations_kept": 20})
    left = [each["id"] for each in api.ask("GET", "/api/v1/operations?sort=id").json["items"]]
    assert left == [f"op-{at:04}" for at in range(30, 50)]
    shown = api.ask("GET", "/api/v1/operations/op-0049").json
    assert shown["expires"] == shown["updated"] + DEFAULTS["operations_seconds"]
    api.ask("PATCH", URL, {"operations_seconds": 3600})
    api.core.clock.advance(3590)
    api.ask("PATCH", URL, {"operations_kept": 30})
    assert api.ask("GET", "/api/v1/operations").json["total"] == 10
    lines = api.ask("GET", "/api/v1/audit?collection=operations").json
    assert lines["total"] == 0


def test_what_cannot_be_forgotten_now_is_later(api: Bench, monkeypatch: Any) -> None:
    """The preference is chosen all the same: the next operation that begins makes room."""

    async def refused() -> None:
        raise DraftRefused

    monkeypatch.setattr(api.operators.operations, "forget_old", refused)
    assert api.ask("PATCH", URL, {"operations_kept": 20}).json["operations_kept"] == 20


def test_they_outlive_what_runs(api: Bench) -> None:
    """They are documents: another server over the same store has them."""
    api.ask("PATCH", URL, {"unknown_devices": "refuse"})
    other = bench(acme(), store=api.core.store, autoprov=False)
    assert other.ask("GET", URL).json["unknown_devices"] == "refuse"


class TestWho:
    """Who may read them, and who may choose which."""

    def made(self, *claims: Claim) -> tuple[Bench, dict[str, str]]:
        """A server, and somebody with these claims."""
        made = bench(acme(), required=True)
        keep(
            made.core.store,
            users=[user("ann", "some"), user("root", "superuser")],
            roles=[Role(id="some", claims=claims)],
        )
        return made, {"authorization": basic("ann")}

    def test_written_down(self) -> None:
        """Who chose what, instead of what."""
        made, _ann = self.made()
        root = {"authorization": basic("root")}
        made.ask("PATCH", URL, {"operations_kept": 20}, **root)
        made.ask("PATCH", URL, {"operations_kept": 30}, **root)
        lines = made.ask("GET", "/api/v1/audit?collection=preferences&sort=id", **root).json
        last = lines["items"][-1]
        assert (last["who"], last["action"]) == ("root", "update")
        assert last["before"] == {"operations_kept": 20}
        assert last["after"] == {"operations_kept": 30}

    def test_those_of_a_tenant(self) -> None:
        """They are the site's: nobody who is some tenant's sees or changes them."""
        made, ann = self.made(Claim(scope="*", actions=("*",)))
        present = made.core.store.get("users", "ann")
        keep(made.core.store, users=[msgspec.structs.replace(present, tenants=("a",))])
        assert made.ask("GET", URL, **ann).status == 403
        assert made.ask("PATCH", URL, {}, **ann).status == 403


def test_a_role_may_choose_some() -> None:
    """By the fields of its claim; by no way round others, and by no replacement of all."""
    claims = (
        Claim(scope="preferences", actions=("read",)),
        Claim(
            scope="preferences", actions=("update",), fields=("unknown_devices", "log_levels.tftp")
        ),
    )
    made, ann = TestWho().made(*claims)
    for patch, status in (
        ({"unknown_devices": "refuse"}, 200),
        ({"log_levels": {"tftp": "debug"}}, 200),
        ({"log_levels": {"store": "debug"}}, 403),
        ({"log_levels": None}, 403),
        ({"unknown_devices": "create", "operations_kept": 20}, 403),
    ):
        answer = made.ask("PATCH", URL, patch, **ann)
        assert answer.status == status, (patch, answer.body)
    assert made.ask("PUT", URL, {"unknown_devices": "create"}, **ann).status == 403
    chosen = made.ask("GET", URL, **ann).json
    assert (chosen["unknown_devices"], chosen["operations_kept"]) == ("refuse", 1000)
