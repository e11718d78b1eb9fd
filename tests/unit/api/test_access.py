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
from provd.documents import Claim, Role, parse_config, parse_device
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
    ("leases", "delete"): "operator",
    ("leases", "list"): "viewer",
    ("leases", "read"): "viewer",
    ("leases", "release"): "operator",
    ("logs", "detail"): "superuser",
    ("logs", "list"): "superuser",
    ("operations", "cancel"): "operator",
    ("operations", "list"): "viewer",
    ("operations", "read"): "viewer",
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
    "system": "nothing",
}


COMMANDS = {"plugins": "reload", "operations": "cancel", "system": "reload"}
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


class TestLimits:
    """Claims on some documents and on some fields."""

    def made(self, *claims: Claim) -> tuple[Bench, dict[str, str]]:
        """A server, and a user with these claims."""
        made = guarded()
        keep(
            made.core.store,
            roles=[Role(id="some", claims=claims)],
            users=[user("some", "some")],
            devices=[parse_device({"id": "fax"}), parse_device({"id": "door", "sn": "7"})],
        )
        return made, {"authorization": basic("some")}

    def test_a_list_shows_what_may_be_seen(self) -> None:
        """And counts nothing else, whatever is asked."""
        claim = Claim(scope="devices", actions=("list", "read"), specific=("phone", "fax"))
        made, who = self.made(claim)
        for asked, found in (
            ("", ["fax", "phone"]),
            ("?sort=-id&limit=1", ["phone"]),
            ("?id=fax", ["fax"]),
            ("?id=door", []),
            ("?sn=7", []),
            ('?q={"id":{"$in":["door","fax"]}}', ["fax"]),
            ('?q={"id":{"$ne":"fax"}}', ["phone"]),
        ):
            answer = made.ask("GET", f"/api/v1/devices{asked}", **who).json
            assert [each["id"] for each in answer["items"]] == found, asked
            assert answer["total"] == (2 if "limit" in asked else len(found))
        assert made.ask("GET", "/api/v1/devices/fax", **who).status == 200
        assert made.ask("GET", "/api/v1/devices/door", **who).status == 404

    def test_a_right_on_some_is_none_on_all(self) -> None:
        """What names no document is about every one."""
        claim = Claim(scope="*", actions=("*",), specific=("phone",))
        made, who = self.made(claim)
        assert made.ask("POST", "/api/v1/devices", {"id": "new"}, **who).status == 403
        assert made.ask("GET", "/api/v1/decisions", **who).status == 403
        assert made.ask("POST", "/api/v1/tokens/revoke", {}, **who).status == 403

    def test_some_fields_may_be_patched(self) -> None:
        """And no others, at any depth, by no way round."""
        claims = (
            Claim(scope="devices", actions=("read",)),
            Claim(scope="devices", actions=("update",), fields=("description", "options.a")),
        )
        made, who = self.made(*claims)
        for patch, status in (
            ({"description": "desk"}, 200),
            ({"options": {"a": {"b": 1}}}, 200),
            ({"options": {"b": 1}}, 403),
            ({"options": None}, 403),
            ({"options": {}}, 403),
            ({"options.a": 1}, 403),
            ({"description": "x", "mac": None}, 403),
            ({"id": "fax"}, 403),
        ):
            answer = made.ask("PATCH", "/api/v1/devices/fax", patch, **who)
            assert answer.status == status, (patch, answer.body)
        assert made.ask("PUT", "/api/v1/devices/fax", {"id": "fax"}, **who).status == 403

    def test_changing_is_not_creating(self) -> None:
        """PUT makes a document only for who may create one."""
        claim = Claim(scope="devices", actions=("read", "update"))
        made, who = self.made(claim)
        answer = made.ask("PUT", "/api/v1/devices/new", {}, **who, if_none_match="*")
        assert answer.status == 403
        assert made.core.store.get("devices", "new") is None

    def test_whose_a_value_is(self) -> None:
        """Is told to nobody who may not see that document: alone, rehearsed, or among many."""
        claims = (
            Claim(scope="devices", actions=("bulk", "create")),
            Claim(scope="devices", actions=("read", "update"), specific=("fax",)),
        )
        made, who = self.made(*claims)
        mac = "00:00:5e:00:53:01"
        keep(made.core.store, devices=[parse_device({"id": "attic", "mac": mac})])
        patch = {"op": "patch", "id": "fax", "patch": {"mac": mac}}
        for method, path, body in (
            ("PATCH", "/api/v1/devices/fax", {"mac": mac}),
            ("PATCH", "/api/v1/devices/fax?dryrun", {"mac": mac}),
            ("POST", "/api/v1/devices", {"mac": mac}),
            ("POST", "/api/v1/devices:bulk", {"operations": [patch]}),
            ("POST", "/api/v1/devices:bulk", {"operations": [patch, patch]}),
            ("POST", "/api/v1/devices:bulk", {"operations": [patch], "atomic": False}),
            ("POST", "/api/v1/devices:bulk?dryrun", {"operations": [patch], "atomic": False}),
        ):
            answer = made.ask(method, path, body, **who)
            assert b"not to be had" in answer.body, (path, answer.body)
            assert b"attic" not in answer.body
            whole = {"authorization": basic("operator")}
            assert b"attic" in made.ask(method, path, body, **whole).body

    def test_a_reference_leads_to_what_may_be_read(self) -> None:
        """Else its grades would tell whether it is there, and inheriting, what is in it; what was set may stay."""
        claims = (
            Claim(scope="*", actions=("read", "update"), specific=("fax", "leaf", "open")),
            Claim(scope="devices", actions=("create",)),
        )
        made, who = self.made(*claims)
        keep(
            made.core.store,
            configs=[
                parse_config({"id": "open", "parent_ids": [], "raw_config": {}}),
                parse_config({"id": "shut", "parent_ids": [], "raw_config": {}}),
                parse_config({"id": "leaf", "parent_ids": ["shut", "open"], "raw_config": {}}),
            ],
        )
        for config_id in ("shut", "nothing"):
            for method, path, body in (
                ("PATCH", "/api/v1/devices/fax", {"config": config_id}),
                ("PATCH", "/api/v1/devices/fax", {"plugin": config_id}),
                ("POST", "/api/v1/devices", {"config": config_id}),
                ("PATCH", "/api/v1/configs/open", {"parent_ids": [config_id]}),
            ):
                answer = made.ask(method, path, body, **who)
                assert answer.status == 422, (path, answer.body)
                assert f"{config_id!r} is none of the" in answer.json["problems"][0]["message"]
        assert made.ask("PATCH", "/api/v1/devices/fax", {"config": "open"}, **who).status == 200
        turned = {"parent_ids": ["open", "shut"]}
        assert made.ask("PATCH", "/api/v1/configs/leaf", turned, **who).status == 200

    def test_a_device_token_sees_its_device(self) -> None:
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
