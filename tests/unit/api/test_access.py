"""Every route with every role, unauthenticated first; and that secrets get out by one route only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from attrs import frozen

from provd.access import BUILT_IN
from provd.api import rights
from provd.api._assemble import NOUNS
from provd.api._routes import Route
from provd.documents import Role, parse_config, parse_device
from provd.documents.claim import Claim
from provd.documents.raw_config.schema import SECRETS
from provd.testing.access import PASSWORD, basic, keep, settle, user
from provd.testing.api import Answer, Bench, bench
from provd.testing.plugins import acme

CANARY = "canary-31337"

ROLES = ("none", "viewer", "operator", "superuser")
"""From the least to the most; what one may, all after it may, too."""

LEAST: Mapping[tuple[str, str], str] = {
    ("audit", "list"): "superuser",
    ("audit", "read"): "superuser",
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
    ("devices", "create"): "operator",
    ("devices", "delete"): "operator",
    ("devices", "list"): "viewer",
    ("devices", "read"): "viewer",
    ("devices", "reveal"): "superuser",
    ("devices", "update"): "operator",
    ("health", "live"): "anybody",
    ("health", "read"): "viewer",
    ("index", "read"): "none",
    ("operations", "cancel"): "operator",
    ("operations", "list"): "viewer",
    ("operations", "read"): "viewer",
    ("plugins", "list"): "viewer",
    ("plugins", "read"): "viewer",
    ("plugins", "reload"): "operator",
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
    "configs": "base",
    "plugins": "acme-1.0",
    "users": "other",
    "roles": "own",
    "operations": "nothing",
    "decisions": "nothing",
    "audit": "nothing",
    "tokens": "nothing",
    "self": "nothing",
}


def secrets() -> dict[str, Any]:
    """A raw config in which every secret parameter is the canary, and some of the site's own."""
    plain = {name: CANARY for name in SECRETS if name != "password"}
    return {
        **plain,
        "sip_lines": {"1": {"username": "u", "password": CANARY}},
        "X_door_pin": CANARY,
        "X_wifi": {"ssid": "x", "psk": CANARY},
    }


def guarded() -> Bench:
    """A server that requires proof, with one of everything and a user of each role."""
    made = bench(acme(), required=True)
    config = {"id": "base", "parent_ids": [], "raw_config": secrets()}
    device = {"id": "phone", "plugin": "acme-1.0", "config": "base", "options": {"X_token": CANARY}}
    keep(
        made.core.store,
        users=[user(role, *([role] if role in BUILT_IN else [])) for role in (*ROLES, "other")],
        roles=[Role(id="own", claims=(Claim(scope="devices", actions=("read",)),))],
        configs=[parse_config(config)],
        devices=[parse_device(device)],
    )
    return made


def ask(made: Bench, place: Place, role: str, **headers: str) -> Answer:
    """Ask a route about what there is, as a user with a role."""
    path = "/".join(
        IDS[place.route.scope] if each.startswith("<") else each for each in place.path.split("/")
    )
    body = {} if place.route.method in {"POST", "PUT", "PATCH"} else None
    if role != "nobody":
        headers["authorization"] = basic(role)
    return made.ask(place.route.method, path, body, **headers)


def test_the_census_is_of_every_route() -> None:
    """Nothing is served that is not asked about here, and no right is without somebody who has it."""
    made = bench()
    assert {type(noun) for noun in made.site.resource.nouns} == set(NOUNS)
    assert {each.right for each in PLACES} == set(LEAST) == rights()


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
        before = made.core.store.feed.applied()
        answer = ask(made, place, "nobody", **headers)
        if LEAST[place.right] == "anybody":
            assert answer.status == 200
            continue
        assert answer.status == 401, answer.body
        assert answer.json["type"] == "urn:provd:problem:not-authenticated"
        assert "Basic" in answer.headers["www-authenticate"]
        assert CANARY not in answer.body.decode()
        assert made.core.store.feed.applied() == before


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


class TestSecrets:
    """Ways around the hiding."""

    QUESTIONS = (
        '{"raw_config.admin_password": "%s"}',
        '{"raw_config.sip_lines.1.password": {"$gt": "canary"}}',
        '{"raw_config.sip_lines.1": {"username": "u", "password": "%s"}}',
        '{"raw_config.X_wifi.psk": {"$contains": "can"}}',
        '{"password_hash": {"$gt": "a"}}',
    )

    @pytest.mark.parametrize("question", QUESTIONS)
    def test_nobody_asks_for_them(self, question: str) -> None:
        """A selector would tell them by what it finds."""
        made = guarded()
        q = (question % CANARY if "%s" in question else question).replace(" ", "%20")
        for role in ("viewer", "superuser"):
            answer = made.ask("GET", f"/api/v1/configs?q={q}", authorization=basic(role))
            assert answer.status == 400, answer.body

    @pytest.mark.parametrize("sort", ["raw_config.admin_password", "raw_config.sip_lines.1"])
    def test_nobody_sorts_by_them(self, sort: str) -> None:
        """An order would tell them by comparing."""
        answer = guarded().ask("GET", f"/api/v1/configs?sort={sort}", authorization=basic("viewer"))
        assert answer.status == 400

    def test_a_user_is_never_asked_for_by_the_hash_of_the_password(self) -> None:
        """Not even where nothing has to be proved."""
        made = bench()
        for asked in ('q={"password_hash":{"$gt":"a"}}', "sort=password_hash"):
            assert made.ask("GET", f"/api/v1/users?{asked}").status == 400
        assert made.ask("GET", '/api/v1/tokens?q={"digest":"x"}').status == 400

    def test_what_was_shown_can_be_sent_back(self) -> None:
        """An operator who never saw a password changes something else, and it is still there."""
        made = guarded()
        who = {"authorization": basic("operator")}
        shown = made.ask("GET", "/api/v1/configs/base", **who).json
        shown["raw_config"]["sip_proxy_ip"] = "192.0.2.1"
        assert made.ask("PUT", "/api/v1/configs/base", shown, **who).status == 200
        patch = {"raw_config": {"sip_lines": {"1": {"password": "(not shown)", "number": "7"}}}}
        assert made.ask("PATCH", "/api/v1/configs/base", patch, **who).status == 200
        raw = json.loads(bytes(made.core.store.get("configs", "base").raw_config))
        assert raw["sip_proxy_ip"] == "192.0.2.1"
        assert raw["sip_lines"]["1"] == {"username": "u", "password": CANARY, "number": "7"}
        assert raw["X_wifi"]["psk"] == CANARY

    def test_a_placeholder_is_no_password(self) -> None:
        """Where there is none to keep, it is refused with its path."""
        given = {"id": "new", "parent_ids": [], "raw_config": {"admin_password": "(not shown)"}}
        answer = guarded().ask("POST", "/api/v1/configs", given, authorization=basic("operator"))
        assert answer.status == 422
        assert [each["path"] for each in answer.json["problems"]] == ["raw_config.admin_password"]

    def test_origins_are_told(self) -> None:
        """Where a value is from is no secret, whatever the value is called."""
        answer = guarded().ask("GET", "/api/v1/configs/base/raw", authorization=basic("viewer"))
        assert answer.json["origin"]["admin_password"] == "base"
        assert answer.json["raw_config"]["admin_password"] == "(not shown)"

    def test_revealing_leaves_a_line(self) -> None:
        """Who, and what of."""
        made = guarded()
        who = {"authorization": basic("superuser")}
        assert CANARY in made.ask("GET", "/api/v1/configs/base/clear", **who).body.decode()
        [line] = made.ask("GET", "/api/v1/audit", **who).json["items"]
        told = (line["action"], line["collection"], line["document_id"], line["who"], line["where"])
        assert told == ("reveal", "configs", "base", "superuser", "127.0.0.1")

    def test_no_secret_is_in_the_trail(self) -> None:
        """Whatever was changed."""
        made = guarded()
        who = {"authorization": basic("superuser")}
        made.ask("PATCH", "/api/v1/configs/base", {"raw_config": {"X_note": "n"}}, **who)
        made.ask("DELETE", "/api/v1/configs/base", **who)
        made.ask("PUT", "/api/v1/users/other/password", {"password": CANARY}, **who)
        answer = made.ask("GET", "/api/v1/audit", **who)
        assert len(answer.json["items"]) == 3
        assert CANARY not in answer.body.decode()


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


class TestLogin:
    """From nothing to a user with a password."""

    def test_the_first_start(self) -> None:
        """A token that is good once, a password, another user."""
        made = bench(required=True)
        text = settle(made.administration.tokens.issue_first())
        once = {"authorization": f"Bearer {text}"}
        assert made.ask("GET", "/api/v1/devices", **once).status == 401
        issued = made.ask("POST", "/api/v1/tokens", {}, **once)
        assert issued.status == 201
        assert made.ask("POST", "/api/v1/tokens", {}, **once).status == 401
        who = {"authorization": f"Bearer {issued.json['token']}"}
        assert made.ask("GET", issued.headers["location"].rpartition("/")[0], **who).status == 200
        body = {"password": PASSWORD}
        assert made.ask("PUT", "/api/v1/users/admin/password", body, **who).status == 204
        assert made.ask("GET", "/api/v1/self", **who).status == 401
        who = {"authorization": basic("admin")}
        assert made.ask("POST", "/api/v1/users", {"id": "ann", "roles": []}, **who).status == 201
        assert made.ask("GET", "/api/v1/self", **who).json["user"] == "admin"

    def test_ones_own_password_and_tokens(self) -> None:
        """The present password must be shown; tokens are one's own to see and to give back."""
        made = guarded()
        by_password = {"authorization": basic("viewer")}
        issued = made.ask("POST", "/api/v1/tokens", {}, **by_password).json
        by_token = {"authorization": f"Bearer {issued['token']}"}
        body = {"password": "another password"}
        assert made.ask("PUT", "/api/v1/self/password", body, **by_token).status == 403
        assert [
            each["id"] for each in made.ask("GET", "/api/v1/self/tokens", **by_token).json["items"]
        ] == [issued["id"]]
        other = made.ask("POST", "/api/v1/tokens", {}, authorization=basic("operator")).json
        assert made.ask("DELETE", f"/api/v1/self/tokens/{other['id']}", **by_token).status == 404
        assert made.ask("DELETE", f"/api/v1/self/tokens/{issued['id']}", **by_token).status == 204
        assert made.ask("GET", "/api/v1/self", **by_token).status == 401
        assert made.ask("PUT", "/api/v1/self/password", body, **by_password).status == 204
        assert made.ask("GET", "/api/v1/self", **by_password).status == 401
        changed = basic("viewer", "another password")
        assert made.ask("GET", "/api/v1/self", authorization=changed).status == 200

    def test_guessing_is_slowed_down(self) -> None:
        """429 with the seconds to wait; tokens go on working."""
        made = guarded()
        token = made.ask("POST", "/api/v1/tokens", {}, authorization=basic("viewer")).json["token"]
        for _each in range(5):
            wrong = made.ask("GET", "/api/v1/self", authorization=basic("viewer", "wrong"))
            assert wrong.status == 401
        locked = made.ask("GET", "/api/v1/self", authorization=basic("viewer"))
        assert locked.status == 429
        assert int(locked.headers["retry-after"]) >= 1
        assert made.ask("GET", "/api/v1/self", authorization=f"Bearer {token}").status == 200
        counted = made.ask("GET", "/api/v1/counters", authorization=basic("operator")).json["api"]
        assert (counted["unauthenticated"], counted["locked"]) == (5, 1)
