"""Rights on single devices: granted, listed and taken back one by one, and what ends with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from twisted.internet.defer import Deferred, succeed

from provd.access import HeldRights
from provd.api._assemble import NOUNS
from provd.application.lapses import OVER
from provd.application.rights import MOST_ON_ONE
from provd.documents import NOT_ON_ONE, Claim, DeviceRight, Role, holding, parse_device
from provd.sdk import Action
from provd.testing.access import basic, keep, user
from provd.testing.api import Answer, Bench, bench
from provd.testing.plugins import acme

URL = "/api/v1/rights"
ROOT = {"authorization": basic("root")}
ANN = {"authorization": basic("ann")}
BOB = {"authorization": basic("bob")}
TESS = {"authorization": basic("tess")}
ACT = {"user": "ann", "devices": ["phone"], "actions": ["read", "act"]}


class Waiting:
    """A plugin whose action answers when the test says so."""

    def __init__(self) -> None:
        self.given_up = 0
        self.under_way: list[Deferred[Any]] = []

    def __call__(self, command: str, device: Any, given: Mapping[str, Any]) -> Any:
        if given.get("at_once"):
            return succeed({"done": command})
        self.under_way.append(Deferred(self._give_up))
        return self.under_way[-1]

    def _give_up(self, _deferred: Deferred[Any]) -> None:
        self.given_up += 1


class Made:
    """A server with two tenants, two phones of the site, and a plugin that takes its time."""

    def __init__(self) -> None:
        self.plugin = Waiting()
        actions = {"flash": Action(about="Flash it.", optional=("at_once",))}
        self.bench: Bench = bench(acme(actions=actions, acts=self.plugin), required=True)
        tenant = msgspec.structs.replace
        keep(
            self.bench.core.store,
            users=[
                user("root", "superuser"),
                user("ann"),
                user("bob", "granter"),
                tenant(user("tess", "granter", "operator"), tenants=("a",)),
                tenant(user("tom"), tenants=("a",)),
                tenant(user("una"), tenants=("b",)),
            ],
            roles=[Role(id="granter", claims=(Claim(scope="rights", actions=("*",)),))],
            devices=[
                parse_device({"id": each, "plugin": "acme-1.0", "tenant": tenant_id})
                for each, tenant_id in (("phone", ""), ("desk", ""), ("a1", "a"), ("b1", "b"))
            ],
        )

    def ask(self, method: str, path: str, body: Any = None, /, **headers: str) -> Answer:
        """One call."""
        return self.bench.ask(method, path, body, **headers)

    def grant(self, *devices: str, who: str = "ann", **more: Any) -> list[str]:
        """Rights for somebody on some devices; their ids."""
        wish = {"user": who, "devices": list(devices), "actions": ["read", "act"], **more}
        answer = self.ask("POST", URL, wish, **ROOT)
        assert answer.status == 201, answer.body
        return [each["id"] for each in answer.json["granted"]]

    def begin(self, device: str = "phone") -> list[Any]:
        """Have ann do something that takes its time; where what came of it will be found."""
        # Of the use case: the bench's own calls wait for their answers.
        acting = self.bench.operators.actions.act(device, "flash", {}, "api-1 by ann")
        answers: list[Any] = []
        Deferred.fromCoroutine(acting).addBoth(answers.append)
        self.bench.core.clock.advance(0)
        return answers

    def running(self) -> list[Mapping[str, Any]]:
        """The operations that have not ended."""
        found = self.ask("GET", "/api/v1/operations?state=waiting", **ROOT).json["items"]
        return list(found)

    def operation(self) -> Mapping[str, Any]:
        """The one there is."""
        [found] = self.ask("GET", "/api/v1/operations", **ROOT).json["items"]
        return dict(found)

    def rights(self, **headers: str) -> list[str]:
        """User and device of each that is listed, once what lapsed has gone."""
        self.bench.core.clock.pump([0] * 5)
        items = self.ask("GET", f"{URL}?sort=user", **(headers or ROOT)).json["items"]
        return sorted(f"{each['user']} {each['device']}" for each in items)


@pytest.fixture
def made() -> Made:
    """A server."""
    return Made()


def test_granted_and_taken_back(made: Made) -> None:
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


def test_a_list_shows_what_rights_are_held_on(made: Made) -> None:
    """And whoever holds them sees them among their own."""
    assert made.ask("GET", "/api/v1/devices", **ANN).status == 403
    made.grant("phone", "a1", actions=["list"])
    found = made.ask("GET", "/api/v1/devices?sort=id", **ANN).json
    assert ([each["id"] for each in found["items"]], found["total"]) == (["a1", "phone"], 2)
    rights = made.ask("GET", "/api/v1/self", **ANN).json["rights"]
    held = [each for each in rights if each["scope"] == "devices"]
    assert held == [{"scope": "devices", "action": "list", "specific": ["a1", "phone"]}]


def test_a_token_still_takes_away(made: Made) -> None:
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
def test_all_or_none(made: Made, wish: Any, paths: list[str]) -> None:
    """Whatever is wrong is told at once, and nothing is granted."""
    answer = made.ask("POST", URL, wish, **ROOT)
    assert answer.status == 422, answer.body
    assert sorted(each["path"] for each in answer.json["problems"]) == paths
    assert made.rights() == []


def test_nobody_grants_more_than_they_have(made: Made) -> None:
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


def test_everything_that_can_be_done_with_one_device(made: Made) -> None:
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


def test_many_at_once_and_once(made: Made) -> None:
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


def test_rights_of_one_user_on_one_device_are_bounded(made: Made) -> None:
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
def test_several_taken_back(made: Made, given: Any, left: list[str]) -> None:
    """All of a user, all on some devices, or both in one; how many there were is told."""
    made.grant("phone", "desk")
    made.grant("phone", "desk", who="bob")
    told = made.ask("POST", f"{URL}/revoke", given, **ROOT)
    assert told.json == {"revoked": 4 - len(left), "ended": []}
    assert made.rights() == left


@pytest.mark.parametrize("given", [{}, {"user": ""}, {"devices": []}, {"user": "ann", "x": 1}])
def test_nothing_is_taken_back_by_mistake(made: Made, given: Any) -> None:
    """A call that names nobody and nothing is no call to take back everything."""
    made.grant("phone")
    assert made.ask("POST", f"{URL}/revoke", given, **ROOT).status == 422
    assert made.rights() == ["ann phone"]


def test_an_end_is_an_end(made: Made) -> None:
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


def test_rights_go_with_what_they_were_for(made: Made) -> None:
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


def test_whatever_is_done_with_rights_leaves_a_line(made: Made) -> None:
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

    def test_their_own(self, made: Made) -> None:
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
        self, made: Made, there: str, missing: str, known: str, unknown: str
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

    def test_rights_of_others_cannot_be_asked_for(self, made: Made) -> None:
        """Nor taken back."""
        [right_id] = made.grant("b1")
        for method in ("GET", "DELETE"):
            assert made.ask(method, f"{URL}/{right_id}", **TESS).status == 404
        assert made.ask("POST", f"{URL}/revoke", {"user": "ann"}, **TESS).json["revoked"] == 0
        assert made.rights() == ["ann b1"]


class TestTheLastRight:
    """What somebody runs on a device ends when nothing gives them the right to it any more."""

    def test_revoked(self, made: Made) -> None:
        """It has ended when the call that took it back is answered, and says why."""
        made.grant("phone")
        answers = made.begin()
        [operation] = made.running()
        assert (operation["who"], operation["devices"]) == ("ann", ["phone"])
        told = made.ask("POST", f"{URL}/revoke", {"user": "ann"}, **ROOT).json
        assert told == {"revoked": 1, "ended": [operation["id"]]}
        ended = made.operation()
        assert ended["state"] == "cancelled"
        assert "ann has no right to act on device phone any more" in ended["reason"]
        assert "root" in ended["reason"]
        assert made.plugin.given_up == 1
        assert "was cancelled: ann has no right" in str(answers[0].value)
        [line] = made.ask("GET", "/api/v1/audit?collection=operations&action=update", **ROOT).json[
            "items"
        ]
        assert line["who"] == "root"

    def test_one_of_several(self, made: Made) -> None:
        """As long as another is left it goes on."""
        first, second = made.grant("phone") + made.grant("phone", actions=["act"])
        made.begin()
        made.ask("DELETE", f"{URL}/{first}", **ROOT)
        assert made.running()
        made.ask("DELETE", f"{URL}/{second}", **ROOT)
        assert made.operation()["state"] == "cancelled"

    def test_over(self, made: Made) -> None:
        """By the clock, also while the store keeps nothing: it is stopped, and said to be later."""
        made.grant("phone", until=made.bench.core.clock.seconds() + 60)
        made.begin()
        store: Any = made.bench.core.store
        store._why_not = "full"
        made.bench.core.clock.advance(60)
        made.bench.core.clock.advance(0)
        assert made.plugin.given_up == 1
        store._why_not = ""
        made.bench.core.clock.pump([10, 0, 0, 10, 0])
        ended = made.operation()
        assert (ended["state"], OVER in ended["reason"]) == ("cancelled", True)
        assert made.rights() == []

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("DELETE", "/api/v1/roles/actor", None),
            ("PATCH", "/api/v1/roles/actor", {"claims": []}),
            ("PATCH", "/api/v1/users/ann", {"roles": []}),
            ("PATCH", "/api/v1/users/ann", {"disabled": True}),
            ("PATCH", "/api/v1/users/ann", {"tenants": ["a"]}),
            ("DELETE", "/api/v1/users/ann", None),
            ("DELETE", "/api/v1/devices/phone", None),
        ],
    )
    def test_by_a_role(self, made: Made, method: str, path: str, body: Any) -> None:
        """Rights that a role gives count as well, and go in as many ways."""
        actor = Role(id="actor", claims=(Claim(scope="devices", actions=("act",)),))
        present = made.bench.core.store.get("users", "ann")
        keep(
            made.bench.core.store,
            roles=[actor],
            users=[msgspec.structs.replace(present, roles=("actor",))],
        )
        made.begin()
        assert made.running()
        assert made.ask("PATCH", "/api/v1/users/ann", {"description": "x"}, **ROOT).status == 200
        assert made.running()
        assert made.ask(method, path, body, **ROOT).status < 300
        made.bench.core.clock.advance(0)
        assert made.operation()["state"] == "cancelled"
        assert made.plugin.given_up == 1

    def test_a_right_that_goes_as_it_begins(self, made: Made) -> None:
        """What begins without a right, since it went a moment before, is ended as well."""
        made.begin()
        assert made.operation()["state"] == "cancelled"

    def test_the_work_of_nobody(self, made: Made) -> None:
        """What the server does itself, or whoever had to prove nothing, is nobody's to lose."""
        made.bench.core.clock.advance(0)
        work = made.bench.operators.operations.start("test", cause="api-1", devices=["phone"])
        Deferred.fromCoroutine(work)
        made.bench.core.clock.advance(0)
        assert made.running()

    def test_what_is_done_is_done(self, made: Made) -> None:
        """What has ended otherwise stays as it ended, whatever is taken back then."""
        [right_id] = made.grant("phone")
        answers = made.begin()
        made.plugin.under_way[0].callback({"flashed": 1})
        assert answers[0]["result"] == {"flashed": 1}
        made.ask("DELETE", f"{URL}/{right_id}", **ROOT)
        assert made.operation()["state"] == "success"

    def test_cancelled_by_hand(self, made: Made) -> None:
        """The plugin is told to give up, and whoever waited is told why."""
        made.grant("phone")
        answers = made.begin()
        path = f"/api/v1/operations/{made.operation()['id']}/cancel"
        assert made.ask("POST", path, **ROOT).status == 200
        assert made.plugin.given_up == 1
        assert "cancelled by request" in str(answers[0].value)

    def test_what_answers_at_once_is_no_operation(self, made: Made) -> None:
        """A thousand quick actions do not push what took long out of the list."""
        made.grant("phone")
        path = "/api/v1/devices/phone/actions/flash"
        assert made.ask("POST", path, {"at_once": True}, **ANN).status == 200
        assert made.ask("GET", "/api/v1/operations", **ROOT).json["total"] == 0
