"""Who is told what: rights are those of the moment, and nobody learns of what is not theirs."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from twisted.internet.defer import Deferred, fail
from twisted.logger import capturedLogs

from provd.api._listener import PROOF_LASTS
from provd.api._websocket import PING_EVERY
from provd.documents import Claim, Role, Status, User, parse_device
from provd.testing.access import basic, keep, user
from provd.testing.api import Bench
from provd.testing.guarded import guarded
from provd.testing.listening import Ear
from provd.values import Identity
from provd.wire.websocket import Code

DEVICES = "/api/v1/devices"
ADMIN = {"authorization": basic("superuser")}


@pytest.fixture
def made() -> Bench:
    """A server that requires proof, with a user of each role."""
    return guarded()


def issued(made: Bench, who: str, *claims: dict[str, Any]) -> Any:
    """A token of somebody's."""
    wish = {"claims": list(claims)} if claims else {}
    return made.ask("POST", "/api/v1/tokens", wish, authorization=basic(who)).json


def ear_of(made: Bench, authorization: str, **wish: Any) -> Ear:
    """Somebody who listens."""
    ear = Ear(made, authorization=authorization)
    assert ear.next()["type"] == "welcome"
    assert ear.subscribe(**wish)["type"] == "subscribed"
    ear.all()
    return ear


def touch(made: Bench, device_id: str = "phone", text: str = "x") -> None:
    """Change a device."""
    document = made.core.store.get("devices", device_id)
    keep(made.core.store, devices=[replace(document, description=text)])


def change(made: Bench, user_id: str, **fields: Any) -> None:
    """Change a user."""
    document: User = made.core.store.get("users", user_id)
    keep(made.core.store, users=[replace(document, **fields)])


class TestTakenBack:
    """What proved somebody does so no more."""

    def ended(self, ear: Ear) -> int:
        """The code with which it ended."""
        heard = ear.told()
        assert heard == []
        assert ear.closed is not None
        return ear.closed.code

    def test_a_token_is_revoked(self, made: Bench) -> None:
        """The stream ends in the same turn, with nothing more told."""
        token = issued(made, "viewer")
        ear = ear_of(made, f"Bearer {token['token']}")
        made.ask("DELETE", f"/api/v1/tokens/{token['id']}", **ADMIN)
        assert len(made.operators.events) == 0
        touch(made)
        assert self.ended(ear) == Code.PROVES_NOTHING

    def test_a_token_expires(self, made: Bench) -> None:
        """Nothing is told from that moment on; at the next ping at the latest it ends."""
        wish = {"seconds": 3600}
        token = made.ask("POST", "/api/v1/tokens", wish, authorization=basic("viewer")).json
        ear = ear_of(made, f"Bearer {token['token']}")
        ear.wait(3590)
        assert ear.closed is None
        for _second in range(15):
            made.core.clock.advance(1)
        touch(made)
        assert self.ended(ear) == Code.PROVES_NOTHING
        assert len(made.operators.events) == 0

    def test_at_a_ping(self, made: Bench) -> None:
        """Also where nothing happens."""
        wish = {"seconds": 60}
        token = made.ask("POST", "/api/v1/tokens", wish, authorization=basic("viewer")).json
        ear = ear_of(made, f"Bearer {token['token']}")
        ear.wait(60 + PING_EVERY)
        assert self.ended(ear) == Code.PROVES_NOTHING

    @pytest.mark.parametrize("by", ["basic", "bearer"])
    def test_a_user_is_disabled(self, made: Bench, by: str) -> None:
        """Or gone."""
        proof = basic("viewer")
        if by == "bearer":
            proof = f"Bearer {issued(made, 'viewer')['token']}"
        ear = ear_of(made, proof)
        change(made, "viewer", disabled=True)
        touch(made)
        assert self.ended(ear) == Code.PROVES_NOTHING

    def test_a_password_is_changed(self, made: Bench) -> None:
        """The old one proves nothing; whatever else changes of a user, the right one still does."""
        ear = ear_of(made, basic("viewer"), kind="devices", action="changed")
        change(made, "viewer", description="a note")
        touch(made, text="1")
        assert ear.told() == [("devices", "changed", "phone")]
        made.ask("PUT", "/api/v1/users/viewer/password", {"password": "another password"}, **ADMIN)
        touch(made, text="2")
        assert self.ended(ear) == Code.PROVES_NOTHING

    def test_proof_is_asked_for_again(self, made: Bench) -> None:
        """What is no token of ours is looked at again after a while, whoever took it back and where."""
        ear = ear_of(made, basic("viewer"), kind="devices", action="changed")
        asked: list[Any] = []
        gate: Any = made.administration.gate
        authenticate = gate.authenticate
        gate.authenticate = lambda presented: asked.append(presented) or authenticate(presented)
        ear.wait(PING_EVERY * PROOF_LASTS)
        assert len(asked) == 1
        touch(made)
        assert ear.told() == [("devices", "changed", "phone")]
        gate.adopt([], required=True)
        ear.wait(PING_EVERY * PROOF_LASTS)
        assert self.ended(ear) == Code.PROVES_NOTHING

    def test_ways_of_proof_change(self, made: Bench) -> None:
        """At a reload of the settings: who proved it in a way that is gone, ends at once."""
        token = f"Bearer {issued(made, 'viewer')['token']}"
        by_password, by_token = ear_of(made, basic("viewer")), ear_of(made, token)
        gate: Any = made.administration.gate
        gate.adopt([each for each in gate._providers if each.name == "token"], required=True)
        made.operators.events.doubt()
        assert self.ended(by_password) == Code.PROVES_NOTHING
        by_token.listen()
        assert by_token.closed is None

    def test_it_proves_another(self, made: Bench) -> None:
        """What was one user's is another's now: it ends as well."""
        ear = ear_of(made, basic("viewer"))
        gate: Any = made.administration.gate
        somebody = gate.principal(Identity(user="operator", provider="password"))
        gate.authenticate = lambda _presented: somebody
        made.operators.events.doubt()
        assert self.ended(ear) == Code.PROVES_NOTHING

    def test_nothing_is_told_meanwhile(self, made: Bench) -> None:
        """While it is looked at who that is, which may take a while; and what changes again is looked at again."""
        ear = ear_of(made, basic("viewer"), kind="devices", action="changed")
        gate: Any = made.administration.gate
        answers: list[Deferred[Any]] = []

        def authenticate(_presented: object) -> Deferred[Any]:
            answers.append(Deferred())
            return answers[-1]

        gate.authenticate = authenticate
        change(made, "viewer", description="1")
        change(made, "viewer", description="2")
        touch(made)
        assert ear.told() == []
        viewer = gate.principal(Identity(user="viewer", provider="password"))
        answers[0].callback(viewer)
        assert len(answers) == 2
        assert ear.told() == []
        answers[1].callback(viewer)
        assert ear.told() == [("devices", "changed", "phone")]

    def test_a_defect_proves_nothing(self, made: Bench) -> None:
        """Whoever cannot be asked is not believed."""
        ear = ear_of(made, basic("viewer"))
        gate: Any = made.administration.gate
        gate.authenticate = lambda _presented: fail(TypeError("a defect"))
        with capturedLogs() as logged:
            made.operators.events.doubt()
        assert self.ended(ear) == Code.DEFECT
        assert [each for each in logged if "log_failure" in each]

    def test_proof_becomes_required(self) -> None:
        """Who had nothing to prove, has."""
        made = guarded()
        made.administration.gate.required = False
        ear = Ear(made)
        ear.subscribe()
        ear.all()
        touch(made, text="1")
        assert ear.told()
        made.administration.gate.required = True
        touch(made, text="2")
        assert self.ended(ear) == Code.PROVES_NOTHING

    def test_the_right_to_listen(self, made: Bench) -> None:
        """Taken back, it ends as well, with another code."""
        ear = ear_of(made, basic("viewer"))
        change(made, "viewer", roles=("own",))
        touch(made)
        assert self.ended(ear) == Code.FORBIDDEN


class TestNarrowed:
    """Some rights are gone, others stay."""

    LISTENS = Claim(scope="events", actions=("watch",))

    def test_a_kind_is_taken_away(self, made: Bench) -> None:
        """Its subscriptions end, and say so; others go on."""
        both = (
            self.LISTENS,
            Claim(scope="devices", actions=("read",)),
            Claim(scope="configs", actions=("read",)),
        )
        keep(made.core.store, roles=[Role(id="both", claims=both)], users=[user("ann", "both")])
        ear = ear_of(made, basic("ann"), kind="devices")
        ear.subscribe("c", kind="configs")
        ear.subscribe("all")
        ear.all()
        role = made.core.store.get("roles", "both")
        keep(made.core.store, roles=[replace(role, claims=both[:1] + both[2:])])
        (dropped,) = ear.all()
        assert (dropped["type"], dropped["id"]) == ("dropped", "s")
        assert dropped["problem"]["type"] == "urn:provd:problem:forbidden"
        touch(made)
        admin = {"parent_ids": [], "raw_config": {}}
        made.ask("POST", "/api/v1/configs", {"id": "new", **admin}, **ADMIN)
        assert [(each["kind"], each["to"]) for each in ear.all()] == [("configs", ["c", "all"])]

    def test_a_document_is_taken_away(self, made: Bench) -> None:
        """No more is told of it, from that change on."""
        keep(made.core.store, devices=[parse_device({"id": "fax"})])
        role = Role(
            id="some",
            claims=(
                self.LISTENS,
                Claim(scope="devices", actions=("read",), specific=("phone", "fax")),
            ),
        )
        keep(made.core.store, roles=[role], users=[user("ann", "some")])
        ear = ear_of(made, basic("ann"))
        touch(made, "phone")
        touch(made, "fax")
        assert [key for _kind, _action, key in ear.told()] == ["phone", "fax"]
        less = Claim(scope="devices", actions=("read",), specific=("fax",))
        role = made.core.store.get("roles", "some")
        keep(made.core.store, roles=[replace(role, claims=(self.LISTENS, less))])
        touch(made, "phone", "2")
        touch(made, "fax", "2")
        assert [key for _kind, _action, key in ear.told()] == ["fax"]

    def test_a_right_on_a_device(self, made: Bench) -> None:
        """Granted by itself it counts at once, and taken back it counts no more."""
        keep(
            made.core.store,
            roles=[Role(id="listens", claims=(self.LISTENS,))],
            users=[user("ann", "listens")],
        )
        ear = Ear(made, authorization=basic("ann"))
        ear.next()
        assert ear.subscribe(kind="devices")["type"] == "refused"
        grant = {"user": "ann", "devices": ["phone"], "actions": ["read"]}
        granted = made.ask("POST", "/api/v1/rights", grant, **ADMIN)
        assert granted.status in {200, 201}, granted.body
        assert ear.subscribe(kind="devices")["type"] == "subscribed"
        ear.all()
        touch(made)
        assert ear.told() == [("devices", "changed", "phone")]
        made.ask("POST", "/api/v1/rights/revoke", {"user": "ann", "devices": ["phone"]}, **ADMIN)
        (dropped,) = ear.all()
        assert dropped["type"] == "dropped"
        touch(made, text="2")
        assert ear.told() == []

    def test_rights_that_come(self, made: Bench) -> None:
        """Count as well: who may see more is told more."""
        ear = ear_of(made, basic("viewer"))
        change(made, "viewer", roles=("superuser",))
        ear.all()
        change(made, "other", description="x")
        assert ("users", "changed", "other") in ear.told()


class TestHidden:
    """What somebody has no right to is not there."""

    def test_a_token_for_one_device(self, made: Bench) -> None:
        """Hears of its device, and of no other, whatever it subscribes to."""
        keep(made.core.store, devices=[parse_device({"id": "fax"})])
        token = issued(
            made,
            "superuser",
            {"scope": "devices", "actions": ["read"], "specific": ["phone"]},
            {"scope": "events", "actions": ["watch"]},
        )
        ear = Ear(made, authorization=f"Bearer {token['token']}")
        answers = [ear.ask({"op": "subscribe", "id": "x", "key": key}) for key in ("fax",)]
        answers += [ear.ask({"op": "subscribe", "id": "y", "key": "nothing"})]
        ear.ask({"op": "subscribe", "id": "z", "since": "1-0"})
        ear.all()
        assert {each["type"] for each in answers} <= {"welcome", "subscribed"}
        touch(made, "fax")
        made.ask("DELETE", f"{DEVICES}/fax", **ADMIN)
        change(made, "other", description="x")
        touch(made)
        assert ear.told() == [("devices", "changed", "phone")]

    def test_replays_obey(self, made: Bench) -> None:
        """What is told of the past is what somebody may see now."""
        change(made, "other", description="x")
        touch(made)
        place = made.operators.events.history.begin
        late = Ear(made, authorization=basic("viewer"))
        late.next()
        assert late.subscribe(since=f"1-{place}")["resumed"] is True
        kinds = {kind for kind, _action, _key in late.told()}
        assert "devices" in kinds
        assert not kinds & {"users", "tokens", "audit", "roles"}


class TestTenants:
    """Each tenant's people are told of what is theirs."""

    @pytest.fixture
    def ear(self, made: Bench) -> Ear:
        """Somebody of tenant `a` who may do everything there."""
        keep(
            made.core.store,
            users=[replace(user("ann", "superuser"), tenants=("a",))],
            devices=[
                parse_device({"id": "mine", "tenant": "a"}),
                parse_device({"id": "theirs", "tenant": "b"}),
            ],
        )
        return ear_of(made, basic("ann"))

    def test_ones_own(self, made: Bench, ear: Ear) -> None:
        """And nothing of another's, or of the site's."""
        for device_id in ("mine", "theirs", "phone"):
            touch(made, device_id)
        made.ask("PUT", "/api/v1/configs/base", {"parent_ids": [], "raw_config": {}}, **ADMIN)
        change(made, "other", description="x")
        assert ear.told() == [("devices", "changed", "mine")]

    def test_what_is_observed(self, made: Bench, ear: Ear) -> None:
        """Belongs to whoever the device belongs to."""
        for device_id in ("mine", "theirs"):
            status = made.core.store.get("statuses", device_id) or Status(id=device_id)
            keep(made.core.store, statuses=[replace(status, last_seen=7.0)])
        (event,) = ear.all()
        assert (event["action"], event["key"]) == ("observed", "mine")
        assert event["document"]["last_seen"] == 7.0
        assert event["document"]["id"] == "mine"

    def test_what_comes_and_goes(self, made: Bench, ear: Ear) -> None:
        """A device that is given to them is new, one that is taken is gone, and its document is not told."""
        store = made.core.store
        keep(store, devices=[replace(store.get("devices", "theirs"), tenant="a")])
        keep(store, devices=[replace(store.get("devices", "mine"), tenant="b", sn="secret")])
        keep(store, devices=[replace(store.get("devices", "mine"), tenant="c")])
        come, gone = ear.all()
        assert (come["action"], come["key"]) == ("created", "theirs")
        assert come["document"]["tenant"] == "a"
        assert (gone["action"], gone["key"]) == ("deleted", "mine")
        assert "document" not in gone

    def test_kinds_of_nobody_are_refused(self, ear: Ear) -> None:
        """Users and the like belong to no tenant."""
        for kind in ("users", "roles", "tokens", "audit", "operations"):
            assert ear.subscribe(kind, kind=kind)["problem"]["status"] == 403

    def test_another_tenant(self, made: Bench, ear: Ear) -> None:
        """Who is moved is told of the other's from then on."""
        change(made, "ann", tenants=("b",))
        for device_id in ("mine", "theirs"):
            touch(made, device_id)
        assert ear.told() == [("devices", "changed", "theirs")]

    def test_who_did_it_is_not_told(self, made: Bench, ear: Ear) -> None:
        """Even to those with every right in their tenant."""
        made.ask("PATCH", f"{DEVICES}/mine", {"sn": "5"}, **ADMIN)
        events = [each for each in ear.all() if each["action"] == "changed"]
        assert len(events) == 1
        assert "who" not in events[0]
