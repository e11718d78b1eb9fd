"""What somebody runs on a device ends with the last right to it, and says why."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from twisted.internet.defer import Deferred

from provd.application.lapses import OVER
from provd.documents import Claim, Role
from provd.testing.access import basic, keep
from provd.testing.rights import ROOT, URL, Granting

ANN = {"authorization": basic("ann")}


@pytest.fixture
def made() -> Granting:
    """A server."""
    return Granting()


class TestTheLastRight:
    """What somebody runs on a device ends when nothing gives them the right to it any more."""

    def test_revoked(self, made: Granting) -> None:
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

    def test_one_of_several(self, made: Granting) -> None:
        """As long as another is left it goes on."""
        first, second = made.grant("phone") + made.grant("phone", actions=["act"])
        made.begin()
        made.ask("DELETE", f"{URL}/{first}", **ROOT)
        assert made.running()
        made.ask("DELETE", f"{URL}/{second}", **ROOT)
        assert made.operation()["state"] == "cancelled"

    def test_over(self, made: Granting) -> None:
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
    def test_by_a_role(self, made: Granting, method: str, path: str, body: Any) -> None:
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

    def test_a_right_that_goes_as_it_begins(self, made: Granting) -> None:
        """What begins without a right, since it went a moment before, is ended as well."""
        made.begin()
        assert made.operation()["state"] == "cancelled"

    def test_the_work_of_nobody(self, made: Granting) -> None:
        """What the server does itself, or whoever had to prove nothing, is nobody's to lose."""
        made.bench.core.clock.advance(0)
        work = made.bench.operators.operations.start("test", cause="api-1", devices=["phone"])
        Deferred.fromCoroutine(work)
        made.bench.core.clock.advance(0)
        assert made.running()

    def test_what_is_done_is_done(self, made: Granting) -> None:
        """What has ended otherwise stays as it ended, whatever is taken back then."""
        [right_id] = made.grant("phone")
        answers = made.begin()
        made.plugin.under_way[0].callback({"flashed": 1})
        assert answers[0]["result"] == {"flashed": 1}
        made.ask("DELETE", f"{URL}/{right_id}", **ROOT)
        assert made.operation()["state"] == "success"

    def test_cancelled_by_hand(self, made: Granting) -> None:
        """The plugin is told to give up, and whoever waited is told why."""
        made.grant("phone")
        answers = made.begin()
        path = f"/api/v1/operations/{made.operation()['id']}/cancel"
        assert made.ask("POST", path, **ROOT).status == 200
        assert made.plugin.given_up == 1
        assert "cancelled by request" in str(answers[0].value)

    def test_what_answers_at_once_is_no_operation(self, made: Granting) -> None:
        """A thousand quick actions do not push what took long out of the list."""
        made.grant("phone")
        path = "/api/v1/devices/phone/actions/flash"
        assert made.ask("POST", path, {"at_once": True}, **ANN).status == 200
        assert made.ask("GET", "/api/v1/operations", **ROOT).json["total"] == 0
