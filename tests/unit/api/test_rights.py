"""Rights on single devices: granted, listed and taken back one by one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from provd.access import HeldRights
from provd.api._assemble import NOUNS
from provd.application.rights import MOST_ON_ONE
from provd.documents import NOT_ON_ONE, Claim, DeviceRight, Role, holding
from provd.testing.access import basic, keep, user
from provd.testing.rights import ROOT, URL, Granting

ANN = {"authorization": basic("ann")}
BOB = {"authorization": basic("bob")}
TESS = {"authorization": basic("tess")}
REVOKE = f"{URL}/revoke"
ACT = {"user": "ann", "devices": ["phone"], "actions": ["read", "act"]}


@pytest.fixture
def made() -> Granting:
    """A server."""
    return Granting()


def test_granted_and_taken_back(made: Granting) -> None:
    """It holds from the next call on, for that device and those actions, and no longer than it is there."""
    assert made.ask("GET", "/api/v1/devices/phone", **ANN).status == 404
    answer = made.ask("POST", URL, ACT, **ROOT)
    assert answer.status == 201
    [right] = answer.json["granted"]
    assert right == {
        "id": right["id"],
        "revision": right["revision"],
        "user": "ann",
        "device": "phone",
        "actions": ["read", "act"],
        "granted": right["granted"],
        "granted_by": "root",
    }
    assert made.ask("GET", "/api/v1/devices/phone", **ANN).status == 200
    assert made.ask("GET", "/api/v1/devices/desk", **ANN).status == 404
    assert made.ask("PATCH", "/api/v1/devices/phone", {"sn": "1"}, **ANN).status == 403
    path = "/api/v1/devices/phone/actions/flash"
    assert made.ask("POST", path, {"at_once": True}, **ANN).status == 200
    assert made.ask("GET", f"{URL}/{right['id']}", **ROOT).json == right
    assert made.ask("DELETE", f"{URL}/{right['id']}", **ROOT).status == 204
    assert made.ask("GET", "/api/v1/devices/phone", **ANN).status == 404
    assert made.ask("DELETE", f"{URL}/{right['id']}", **ROOT).status == 404


def test_a_list_shows_what_rights_are_held_on(made: Granting) -> None:
    """And whoever holds them sees them among their own."""
    assert made.ask("GET", "/api/v1/devices", **ANN).status == 403
    made.grant("phone", "a1", actions=["list"])
    found = made.ask("GET", "/api/v1/devices?sort=id", **ANN).json
    assert ([each["id"] for each in found["items"]], found["total"]) == (["a1", "phone"], 2)
    rights = made.ask("GET", "/api/v1/self", **ANN).json["rights"]
    held = [each for each in rights if each["scope"] == "devices"]
    assert held == [{"scope": "devices", "action": "list", "specific": ["a1", "phone"]}]


def test_a_token_still_takes_away(made: Granting) -> None:
    """A right held by its user does nothing for a token that is limited to something else."""
    made.grant("phone", "desk")
    claims = [{"scope": "devices", "actions": ["read"], "specific": ["desk"]}]
    issued = made.ask("POST", "/api/v1/tokens", {"claims": claims}, **ANN).json
    token = {"authorization": f"Bearer {issued['token']}"}
    assert made.ask("GET", "/api/v1/devices/desk", **token).status == 200
    assert made.ask("GET", "/api/v1/devices/phone", **token).status == 404
    assert made.ask("POST", "/api/v1/devices/desk/actions/flash", {}, **token).status == 403


@pytest.mark.parametrize(
    ("wish", "paths"),
    [
        ({}, ["actions", "devices", "user"]),
        ({"user": 7, "devices": "phone", "actions": [7]}, ["actions.0", "devices", "user"]),
        ({**ACT, "user": "../x", "devices": ["", "a b"]}, ["devices.0", "devices.1", "user"]),
        ({**ACT, "devices": ["phone", "phone"]}, ["devices"]),
        ({**ACT, "devices": ["x"] * 1001, "actions": []}, ["actions", "devices"]),
        ({**ACT, "actions": ["create", "bulk", "*"]}, ["actions", "actions.0", "actions.1"]),
        ({**ACT, "actions": ["*", "read"]}, ["actions"]),
        ({**ACT, "until": "soon", "claims": []}, ["claims", "until"]),
        ({**ACT, "until": 0}, ["until"]),
        ({**ACT, "until": 1e300}, ["until"]),
        ({**ACT, "until": True}, ["until"]),
        ({**ACT, "actions": ["read", "fly"]}, ["actions.1"]),
        (
            {**ACT, "user": "eve", "devices": ["phone", "nil", "nul"]},
            ["devices.1", "devices.2", "user"],
        ),
        ({**ACT, "user": "tom", "devices": ["a1", "b1", "phone"]}, ["devices.1", "devices.2"]),
    ],
)
def test_all_or_none(made: Granting, wish: Any, paths: list[str]) -> None:
    """Whatever is wrong is told at once, and nothing is granted."""
    answer = made.ask("POST", URL, wish, **ROOT)
    assert answer.status == 422, answer.body
    assert sorted(each["path"] for each in answer.json["problems"]) == paths
    assert made.rights() == []


def test_nobody_grants_more_than_they_have(made: Granting) -> None:
    """Nor takes back more; whoever holds a right on a device may hand on that, and nothing else."""
    assert made.ask("POST", URL, ACT, **BOB).status == 403
    made.grant("phone", who="bob")
    assert made.ask("POST", URL, ACT, **BOB).status == 201
    assert made.ask("POST", URL, {**ACT, "devices": ["phone", "desk"]}, **BOB).status == 403
    assert made.ask("POST", URL, {**ACT, "actions": ["*"]}, **BOB).status == 403
    assert made.rights() == ["ann phone", "bob phone"]
    [everything] = made.grant("phone", actions=["*"])
    assert made.ask("DELETE", f"{URL}/{everything}", **BOB).status == 403
    assert made.ask("POST", f"{URL}/revoke", {"user": "ann"}, **BOB).status == 422
    assert made.rights() == ["ann phone", "ann phone", "bob phone"]


def test_who_may_not_have_a_device_learns_nothing_of_it(made: Granting) -> None:
    """Neither by granting nor by taking back: one that there is, with a right on it, is as one that there is not."""
    claims = (
        Claim(scope="rights", actions=("grant", "revoke")),
        Claim(scope="devices", actions=("read", "act"), specific=("desk", "ghost")),
    )
    lender = Role(id="lender", claims=claims)
    keep(made.bench.core.store, roles=[lender], users=[user("len", "lender")])
    made.grant("phone")
    told = []
    for device in ("phone", "nothing"):
        for path, body in ((URL, {**ACT, "devices": [device]}), (REVOKE, {"devices": [device]})):
            answer = made.ask("POST", path, body, authorization=basic("len"))
            told.append((answer.status, answer.body.replace(device.encode(), b"ID")))
    assert told[:2] == told[2:]
    gone = made.ask("POST", URL, {**ACT, "devices": ["ghost"]}, authorization=basic("len"))
    assert gone.status == 422


def test_nobody_grants_for_longer_than_they_have(made: Granting) -> None:
    """Neither to others nor to themselves; what their roles allow they may grant without an end."""
    now = made.bench.core.clock.seconds()
    made.grant("phone", who="bob", until=now + 60)
    made.grant("desk", who="bob")
    for until, status in ((None, 422), (now + 61, 422), (now + 60, 201)):
        for who in ("ann", "bob"):
            wish = {**ACT, "user": who, "until": until}
            answer = made.ask("POST", URL, wish, **BOB)
            assert answer.status == status, answer.body
            if status == 422:
                assert [each["path"] for each in answer.json["problems"]] == ["until"]
    both = {**ACT, "devices": ["desk", "phone"]}
    assert made.ask("POST", URL, both, **BOB).status == 422
    assert made.ask("POST", URL, {**ACT, "devices": ["desk"]}, **BOB).status == 201
    made.grant("phone", who="bob", until=now + 90)
    assert made.ask("POST", URL, {**ACT, "until": now + 90}, **BOB).status == 201
    assert made.ask("POST", URL, ACT, **ROOT).status == 201


def test_a_right_is_not_made_a_role(made: Granting) -> None:
    """Which would have no end: neither by whoever may make roles, nor by whoever may give them."""
    store = made.bench.core.store
    acts = Claim(scope="devices", actions=("act",), specific=("phone",))
    chief = Role(
        id="chief", claims=tuple(Claim(scope=each, actions=("*",)) for each in ("roles", "users"))
    )
    keep(
        store,
        roles=[chief, Role(id="acts", claims=(acts,))],
        users=[msgspec.structs.replace(store.get("users", "bob"), roles=("chief",))],
    )
    made.grant("phone", who="bob", actions=["*"])
    mine = {
        "id": "mine",
        "claims": [{"scope": "devices", "actions": ["act"], "specific": ["phone"]}],
    }
    assert made.ask("POST", "/api/v1/roles", mine, **BOB).status == 403
    assert made.ask("PATCH", "/api/v1/users/ann", {"roles": ["acts"]}, **BOB).status == 403
    assert made.ask("POST", "/api/v1/tokens", {"claims": mine["claims"]}, **BOB).status == 201


def test_nobody_becomes_who_holds_more(made: Granting) -> None:
    """Whoever may change users changes none, and gives none a password, who may do more by a right held."""
    claims = (Claim(scope="users", actions=("*",)), Claim(scope="self", actions=("*",)))
    present = made.bench.core.store.get("users", "bob")
    keep(
        made.bench.core.store,
        roles=[Role(id="hr", claims=claims)],
        users=[msgspec.structs.replace(present, roles=("hr",))],
    )
    path, password = "/api/v1/users/ann", {"password": "a long one of bob's"}
    assert made.ask("PUT", f"{path}/password", password, **BOB).status == 204
    [right_id] = made.grant("phone", actions=["*"])
    assert made.ask("PUT", f"{path}/password", password, **BOB).status == 403
    assert made.ask("PATCH", path, {"description": "x"}, **BOB).status == 403
    assert made.ask("DELETE", path, **BOB).status == 403
    made.ask("DELETE", f"{URL}/{right_id}", **ROOT)
    made.grant("phone", actions=["read"])
    made.grant("phone", who="bob", actions=["*"])
    assert made.ask("PATCH", path, {"description": "x"}, **BOB).status == 200


def test_everything_that_can_be_done_with_one_device(made: Granting) -> None:
    """Is what `*` gives, and not what is about no single one."""
    made.grant("phone", actions=["*"])
    assert made.ask("PATCH", "/api/v1/devices/phone", {"sn": "1"}, **ANN).status == 200
    assert made.ask("POST", "/api/v1/devices", {}, **ANN).status == 403
    assert made.ask("POST", "/api/v1/devices:bulk", {"operations": []}, **ANN).status == 403
    created = made.ask("PUT", "/api/v1/devices/phone", {}, **ANN, if_none_match="*")
    assert created.status == 403
    assert made.ask("DELETE", "/api/v1/devices/phone", **ANN).status == 204
    assert made.rights() == []


def test_what_is_about_no_single_device() -> None:
    """Whoever adds such an action names it in `NOT_ON_ONE`: a right on one device must not give it."""
    for noun in NOUNS:
        for route in noun.app.census.values():
            if route.scope == "devices" and "<" not in route.path and not route.narrows:
                assert route.action in NOT_ON_ONE, route


def test_many_at_once_and_once(made: Granting) -> None:
    """Rehearsed it changes nothing; sent again with its key it is not made again."""
    wish = {**ACT, "devices": ["phone", "desk", "a1", "b1"]}
    told = made.ask("POST", f"{URL}?dryrun", wish, **ROOT).json
    assert [each["action"] for each in told["changes"]] == ["create"] * 4
    assert "holding" not in told["changes"][0]["after"]
    assert made.rights() == []
    first = made.ask("POST", URL, wish, **ROOT, idempotency_key="job-7")
    again = made.ask("POST", URL, wish, **ROOT, idempotency_key="job-7")
    assert first.json == again.json
    assert again.headers["idempotency-replayed"] == "true"
    assert len(made.rights()) == 4


def test_rights_of_one_user_on_one_device_are_bounded(made: Granting) -> None:
    """And the one too many is refused with the reason."""
    right = DeviceRight(
        id="x", user="ann", device="phone", actions=("read",), holding=holding("ann", "phone")
    )
    each = msgspec.structs.replace
    keep(made.bench.core.store, rights=[each(right, id=f"r{at}") for at in range(MOST_ON_ONE)])
    [problem] = made.ask("POST", URL, ACT, **ROOT).json["problems"]
    assert str(MOST_ON_ONE) in problem["message"]


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({"user": "ann"}, ["bob desk", "bob phone"]),
        ({"devices": ["desk", "nil"]}, ["ann phone", "bob phone"]),
        ({"user": "bob", "devices": ["phone"]}, ["ann desk", "ann phone", "bob desk"]),
        ({"user": "eve"}, ["ann desk", "ann phone", "bob desk", "bob phone"]),
    ],
)
def test_several_taken_back(made: Granting, given: Any, left: list[str]) -> None:
    """All of a user, all on some devices, or both in one; how many there were is told."""
    made.grant("phone", "desk")
    made.grant("phone", "desk", who="bob")
    told = made.ask("POST", f"{URL}/revoke", given, **ROOT)
    assert told.json == {"revoked": 4 - len(left), "ended": []}
    assert made.rights() == left


@pytest.mark.parametrize("given", [{}, {"user": ""}, {"devices": []}, {"user": "ann", "x": 1}])
def test_nothing_is_taken_back_by_mistake(made: Granting, given: Any) -> None:
    """A call that names nobody and nothing is no call to take back everything."""
    made.grant("phone")
    assert made.ask("POST", f"{URL}/revoke", given, **ROOT).status == 422
    assert made.rights() == ["ann phone"]


def test_an_end_is_an_end(made: Granting) -> None:
    """At that second it counts no more, and it goes from the list."""
    now = made.bench.core.clock.seconds()
    made.grant("phone", until=now + 60)
    made.grant("desk", until=now + 90)
    made.bench.core.clock.advance(59.9)
    assert made.ask("GET", "/api/v1/devices/phone", **ANN).status == 200
    held = HeldRights(made.bench.core.store, "ann", lambda: now + 60)
    assert not held.gives("read", "phone")
    made.bench.core.clock.advance(0.1)
    assert made.ask("GET", "/api/v1/devices/phone", **ANN).status == 404
    assert made.rights() == ["ann desk"]
    made.bench.core.clock.advance(30)
    assert made.rights() == []


def test_rights_go_with_what_they_were_for(made: Granting) -> None:
    """Whoever has the name, or the id, next must not have what was granted to whoever had it before."""
    made.grant("phone", "desk", "a1")
    made.grant("desk", who="bob")
    assert made.ask("DELETE", "/api/v1/devices/phone", **ROOT).status == 204
    assert made.rights() == ["ann a1", "ann desk", "bob desk"]
    store = made.bench.core.store
    draft = store.draft("test")
    draft.put("devices", msgspec.structs.replace(store.get("devices", "a1"), tenant="b"))
    store.commit(draft)
    assert made.rights() == ["ann desk", "bob desk"]
    assert made.ask("DELETE", "/api/v1/users/ann", **ROOT).status == 204
    assert made.rights() == ["bob desk"]
    lines = made.ask("GET", "/api/v1/audit?collection=rights&action=delete", **ROOT).json["items"]
    assert {(line["who"], line["document_id"]) for line in lines} >= {
        ("root", lines[0]["document_id"])
    }


def test_whatever_is_done_with_rights_leaves_a_line(made: Granting) -> None:
    """Who granted what to whom, and who took it back."""
    [right_id] = made.grant("phone")
    made.ask("DELETE", f"{URL}/{right_id}", **ROOT)
    lines = made.ask("GET", "/api/v1/audit?collection=rights&sort=id", **ROOT).json["items"]
    assert [(line["who"], line["action"]) for line in lines] == [
        ("root", "create"),
        ("root", "delete"),
    ]
    assert lines[0]["after"]["user"] == "ann"
    assert "holding" not in lines[0]["after"]


class TestTenants:
    """People of a tenant grant rights on what is theirs to those who are theirs."""

    def test_their_own(self, made: Granting) -> None:
        """And see no others."""
        made.grant("a1", "phone", "b1")
        wish = {"user": "tom", "devices": ["a1"], "actions": ["read"]}
        assert made.ask("POST", URL, wish, **TESS).status == 201
        assert made.rights(**TESS) == ["ann a1", "tom a1"]
        assert made.ask("GET", "/api/v1/devices/a1", authorization=basic("tom")).status == 200
        told = made.ask("POST", f"{URL}/revoke", {"devices": ["a1", "b1"]}, **TESS).json
        assert told["revoked"] == 2
        assert made.rights() == ["ann b1", "ann phone"]

    @pytest.mark.parametrize(("there", "missing"), [("b1", "nil"), ("phone", "nil"), ("a1", "a1")])
    @pytest.mark.parametrize(("known", "unknown"), [("una", "eve"), ("ann", "eve"), ("tom", "tom")])
    def test_others_are_not_there(
        self, made: Granting, there: str, missing: str, known: str, unknown: str
    ) -> None:
        """A device or a user of others is told like one that there is not."""
        told = []
        for device, who in ((there, known), (missing, unknown)):
            wish = {"user": who, "devices": [device], "actions": ["read"]}
            answer = made.ask("POST", f"{URL}?dryrun", wish, **TESS)
            told.append(
                (
                    answer.status,
                    answer.body.replace(device.encode(), b"D").replace(who.encode(), b"U"),
                )
            )
        assert told[0][0] == told[1][0]
        if told[0][0] == 422:
            assert told[0] == told[1]

    def test_rights_of_others_cannot_be_asked_for(self, made: Granting) -> None:
        """Nor taken back."""
        [right_id] = made.grant("b1")
        for method in ("GET", "DELETE"):
            assert made.ask(method, f"{URL}/{right_id}", **TESS).status == 404
        assert made.ask("POST", f"{URL}/revoke", {"user": "ann"}, **TESS).json["revoked"] == 0
        assert made.rights() == ["ann b1"]
