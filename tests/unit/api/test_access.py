"""Every route with every role, unauthenticated first; and that secrets get out by one route only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from attrs import frozen

from provd.api import rights
from provd.api._assemble import NOUNS
from provd.api._routes import Route
from provd.api._trace import DETAIL
from provd.testing.access import basic, keep, user
from provd.testing.api import Answer, Bench, bench
from provd.testing.guarded import CANARY, ROLES, guarded

LEAST: Mapping[tuple[str, str], str] = {
    ("system", "read"): "superuser",
    ("system", "restore"): "superuser",
    ("system", "reseal"): "superuser",
    ("system", "reload"): "superuser",
    ("audit", "list"): "superuser",
    ("audit", "read"): "superuser",
    ("boot-rules", "bulk"): "operator",
    ("boot-rules", "create"): "operator",
    ("boot-rules", "delete"): "operator",
    ("boot-rules", "list"): "viewer",
    ("boot-rules", "read"): "viewer",
    ("boot-rules", "reveal"): "superuser",
    ("boot-rules", "update"): "operator",
    ("configs", "bulk"): "operator",
    ("configs", "create"): "operator",
    ("configs", "delete"): "operator",
    ("configs", "list"): "viewer",
    ("configs", "read"): "viewer",
    ("configs", "reveal"): "superuser",
    ("configs", "update"): "operator",
    ("counters", "read"): "viewer",
    ("decisions", "list"): "viewer",
    ("decisions", "read"): "viewer",
    ("decisions", "whatif"): "viewer",
    ("devices", "act"): "operator",
    ("devices", "actions"): "viewer",
    ("devices", "bulk"): "operator",
    ("devices", "create"): "operator",
    ("devices", "delete"): "operator",
    ("devices", "list"): "viewer",
    ("devices", "read"): "viewer",
    ("devices", "reveal"): "superuser",
    ("devices", "update"): "operator",
    ("events", "watch"): "viewer",
    ("health", "live"): "anybody",
    ("health", "read"): "viewer",
    ("index", "read"): "none",
    ("info", "indexes"): "viewer",
    ("info", "read"): "viewer",
    ("interfaces", "list"): "viewer",
    ("credentials", "list"): "viewer",
    ("credentials", "read"): "viewer",
    ("credentials", "reveal"): "superuser",
    ("alerts", "list"): "viewer",
    ("alerts", "read"): "viewer",
    ("enrolments", "bulk"): "operator",
    ("enrolments", "create"): "operator",
    ("enrolments", "delete"): "operator",
    ("enrolments", "list"): "viewer",
    ("enrolments", "read"): "viewer",
    ("enrolments", "update"): "operator",
    ("serving-policies", "bulk"): "superuser",
    ("serving-policies", "create"): "superuser",
    ("serving-policies", "delete"): "superuser",
    ("serving-policies", "list"): "viewer",
    ("serving-policies", "read"): "viewer",
    ("serving-policies", "update"): "superuser",
    ("keys", "act"): "operator",
    ("keys", "actions"): "viewer",
    ("keys", "bulk"): "operator",
    ("keys", "create"): "operator",
    ("keys", "delete"): "operator",
    ("keys", "list"): "viewer",
    ("keys", "read"): "viewer",
    ("keys", "reveal"): "superuser",
    ("keys", "update"): "operator",
    ("leases", "delete"): "operator",
    ("leases", "list"): "viewer",
    ("leases", "read"): "viewer",
    ("leases", "release"): "operator",
    ("logs", "detail"): "superuser",
    ("logs", "list"): "superuser",
    ("operations", "cancel"): "operator",
    ("operations", "list"): "viewer",
    ("operations", "read"): "viewer",
    ("packages", "install"): "operator",
    ("packages", "list"): "viewer",
    ("packages", "read"): "viewer",
    ("packages", "uninstall"): "operator",
    ("packages", "upgrade"): "operator",
    ("packages", "upload"): "operator",
    ("packages", "use"): "operator",
    ("plugin-packages", "install"): "superuser",
    ("plugin-packages", "list"): "viewer",
    ("plugin-packages", "read"): "viewer",
    ("plugin-packages", "rollback"): "superuser",
    ("plugin-packages", "uninstall"): "superuser",
    ("plugin-packages", "update"): "operator",
    ("plugin-packages", "upgrade"): "superuser",
    ("plugins", "list"): "viewer",
    ("plugins", "read"): "viewer",
    ("plugins", "reload"): "operator",
    ("reservations", "bulk"): "operator",
    ("reservations", "create"): "operator",
    ("reservations", "delete"): "operator",
    ("reservations", "list"): "viewer",
    ("reservations", "read"): "viewer",
    ("reservations", "reveal"): "superuser",
    ("reservations", "update"): "operator",
    ("preferences", "read"): "viewer",
    ("preferences", "update"): "superuser",
    ("rights", "grant"): "superuser",
    ("rights", "list"): "superuser",
    ("rights", "read"): "superuser",
    ("rights", "revoke"): "superuser",
    ("roles", "bulk"): "superuser",
    ("users", "bulk"): "superuser",
    ("roles", "create"): "superuser",
    ("roles", "delete"): "superuser",
    ("roles", "list"): "superuser",
    ("roles", "read"): "superuser",
    ("roles", "update"): "superuser",
    ("self", "issue"): "none",
    ("self", "password"): "none",
    ("self", "read"): "none",
    ("self", "revoke"): "none",
    ("self", "tokens"): "none",
    ("subnets", "bulk"): "operator",
    ("subnets", "create"): "operator",
    ("subnets", "delete"): "operator",
    ("subnets", "list"): "viewer",
    ("subnets", "read"): "viewer",
    ("subnets", "reveal"): "superuser",
    ("subnets", "update"): "operator",
    ("configs", "act"): "operator",
    ("configs", "actions"): "viewer",
    ("operations", "act"): "operator",
    ("operations", "actions"): "viewer",
    ("plugins", "act"): "operator",
    ("plugins", "actions"): "viewer",
    ("system", "act"): "superuser",
    ("system", "actions"): "superuser",
    ("system", "backup"): "superuser",
    ("system", "backups"): "superuser",
    ("system", "drain"): "superuser",
    ("tenures", "list"): "viewer",
    ("tenures", "read"): "viewer",
    ("tokens", "list"): "superuser",
    ("tokens", "read"): "superuser",
    ("tokens", "revoke"): "superuser",
    ("tokens", "revoke_all"): "superuser",
    ("url-tokens", "list"): "viewer",
    ("url-tokens", "read"): "viewer",
    ("users", "create"): "superuser",
    ("users", "delete"): "superuser",
    ("users", "list"): "superuser",
    ("users", "password"): "superuser",
    ("users", "read"): "superuser",
    ("users", "update"): "superuser",
}
"""The least role that has each right. Whoever adds a route with another right says here who has it."""


@frozen
class Place:
    """A route where it is served."""

    route: Route
    path: str

    @property
    def right(self) -> tuple[str, str]:
        """What it takes to ask it."""
        return self.route.scope, self.route.action


PLACES = [
    Place(record, (noun.prefix + record.path).rstrip("/"))
    for noun in NOUNS
    for record in noun.app.census.values()
]
each_place = pytest.mark.parametrize(
    "place", PLACES, ids=[f"{each.route.method} {each.path}" for each in PLACES]
)

IDS = {
    "devices": "phone",
    "info": "devices",
    "configs": "base",
    "plugins": "acme-1.0",
    "packages": "nothing",
    "plugin-packages": "nothing",
    "users": "other",
    "roles": "own",
    "operations": "nothing",
    "decisions": "nothing",
    "audit": "nothing",
    "tokens": "nothing",
    "self": "nothing",
    "rights": "nothing",
    "subnets": "lan",
    "reservations": "printer",
    "leases": "192.0.2.10",
    "tenures": "t",
    "boot-rules": "rule",
    "serving-policies": "office",
    "enrolments": "unpacking",
    "alerts": "alert",
    "keys": "key",
    "credentials": "phone",
    "url-tokens": "url",
    "system": "nothing",
}


COMMANDS = {
    "plugins": "reload",
    "operations": "cancel",
    "system": "reload",
    "keys": "rotate",
}
"""What is done where there is something else to do than looking again."""


def _segment(place: Place, each: str) -> str:
    if each == "<command>":
        return COMMANDS.get(place.route.scope, "revalidate")
    return IDS[place.route.scope] if each.startswith("<") else each


def ask(made: Bench, place: Place, role: str, **headers: str) -> Answer:
    """Ask a route about what there is, as a user with a role."""
    path = "/".join(_segment(place, each) for each in place.path.split("/"))
    body = {} if place.route.method in {"POST", "PUT", "PATCH"} else None
    if role != "nobody":
        headers["authorization"] = basic(role)
    return made.ask(place.route.method, path, body, **headers)


def test_the_census_is_of_every_route() -> None:
    """Nothing is served that is not asked about here, and no right is without somebody who has it."""
    made = bench()
    assert {type(noun) for noun in made.site.resource.nouns} == set(NOUNS)
    assert {each.right for each in PLACES} | {DETAIL} == set(LEAST) == rights()


@each_place
def test_unauthenticated(place: Place) -> None:
    """Nobody in particular may ask whether there is an answer, and nothing else."""
    for headers in (
        {},
        {"authorization": "Bearer "},
        {"authorization": "Bearer null"},
        {"authorization": "Basic Og=="},
        {"authorization": "Basic " + basic("superuser", "wrong password").split()[1]},
        {"authorization": "Digest x"},
    ):
        made = guarded()
        before = positions(made)
        answer = ask(made, place, "nobody", **headers)
        if LEAST[place.right] == "anybody":
            assert answer.status == 200
            continue
        assert answer.status == 401, answer.body
        assert answer.json["type"] == "urn:provd:problem:not-authenticated"
        assert "Basic" in answer.headers["www-authenticate"]
        assert CANARY not in answer.body.decode()
        assert positions(made) == before
        lines: Any = made.core.store.collection("audit")
        assert {line.action for line in lines} <= {"log-in-failed"}


def positions(made: Bench) -> dict[str, int]:
    """Where each collection stands; that somebody failed to log in is written down."""
    store = made.core.store
    return {name: store.position(name) for name in store.kinds if name != "audit"}


@each_place
@pytest.mark.parametrize("role", ROLES)
def test_every_route_with_every_role(place: Place, role: str) -> None:
    """Who has the right is let in; who has not, is told so, or that there is no such document."""
    made = guarded()
    before = made.core.store.feed.applied()
    answer = ask(made, place, role)
    least = LEAST[place.right]
    if least == "anybody" or ROLES.index(role) >= ROLES.index(least):
        assert answer.status not in {401, 403}, answer.body
        if "<" in place.path and "nothing" not in IDS[place.route.scope]:
            assert answer.status != 404
    else:
        reads = LEAST.get((place.route.scope, "read"), "superuser")
        hidden = "<" in place.path and ROLES.index(role) < ROLES.index(reads)
        assert answer.status == (404 if hidden else 403), answer.body
        assert made.core.store.feed.applied() == before


@each_place
@pytest.mark.parametrize("role", ROLES)
def test_secrets_get_out_by_one_route(place: Place, role: str) -> None:
    """By none but those that reveal, and there to none but who may; a superuser sees no more elsewhere."""
    answer = ask(guarded(), place, role)
    shown = CANARY in answer.body.decode()
    assert shown == (place.route.action == "reveal" and role == "superuser")


def test_what_is_hidden_exists_not() -> None:
    """A document without a right to it, and one that there is not, are told byte for byte alike."""
    made = guarded()
    told = []
    for document_id in ("phone", "other"):
        answer = made.ask("GET", f"/api/v1/devices/{document_id}", authorization=basic("none"))
        assert answer.status == 404
        told.append(answer.body.replace(document_id.encode(), b"ID"))
    assert told[0] == told[1]


def test_without_the_requirement_everything_is_as_on_loopback() -> None:
    """Who shows nothing may do everything; who shows something must show it right."""
    made = bench()
    keep(made.core.store, users=[user("ann")])
    assert made.ask("GET", "/api/v1/self").json["anonymous"]
    assert made.ask("GET", "/api/v1/devices").status == 200
    assert made.ask("GET", "/api/v1/devices", authorization=basic("ann", "wrong")).status == 401
    assert made.ask("GET", "/api/v1/devices", authorization=basic("ann")).status == 403
    assert made.ask("POST", "/api/v1/tokens", {}, authorization=basic("ann")).status == 201
    assert made.ask("POST", "/api/v1/tokens", {}).status == 401
    assert not made.ask("GET", "/api/v1/audit?who=anybody").json["items"]


def test_a_device_token_sees_its_device() -> None:
    """And nothing else but itself, though its user may do everything."""
    made = guarded()
    claims = [{"scope": "devices", "actions": ["read"], "specific": ["phone"]}]
    issued = made.ask(
        "POST", "/api/v1/tokens", {"claims": claims}, authorization=basic("superuser")
    ).json
    who = {"authorization": f"Bearer {issued['token']}"}
    assert made.ask("GET", "/api/v1/devices/phone", **who).status == 200
    seen = [
        place.path
        for place in PLACES
        if ask(made, place, "nobody", **who).status < 400 and place.right[0] != "self"
    ]
    assert sorted(set(seen)) == [
        "/api/v1",
        "/api/v1/devices/<document_id>",
        "/api/v1/docs",
        "/api/v1/openapi.json",
        "/healthz",
    ]
