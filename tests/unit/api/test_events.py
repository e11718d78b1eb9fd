"""Events over a WebSocket: how it is opened, what is said there, and going on where one was."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from provd.api._site import BoundedRequest
from provd.application.history import History
from provd.application.listening import MOST
from provd.testing.access import basic, keep
from provd.testing.api import Bench, bench
from provd.testing.guarded import CANARY, guarded, secrets
from provd.testing.listening import URL, Ear
from provd.wire.websocket import Conversation

DEVICES = "/api/v1/devices"


@pytest.fixture
def api() -> Bench:
    """A server that nobody has to prove anything to."""
    return bench()


class TestOpening:
    """The handshake, and who gets that far."""

    def test_opened(self, api: Bench) -> None:
        """101, named like every call; nothing is told before something is asked for."""
        ear = Ear(api)
        assert ear.answer is not None
        assert ear.answer.status == 101
        assert ear.answer.headers["upgrade"] == "websocket"
        assert ear.answer.headers["server"] == "provd"
        assert ear.answer.headers["x-request-id"].startswith("api-test-")
        assert ear.next() == {"type": "welcome", "position": _newest(api)}
        api.ask("POST", DEVICES, {"id": "phone"})
        assert ear.all() == []

    @pytest.mark.parametrize(
        ("headers", "status", "kind"),
        [
            ({"upgrade": ""}, 426, "upgrade-needed"),
            ({"connection": "keep-alive"}, 426, "upgrade-needed"),
            ({"upgrade": "h2c"}, 426, "upgrade-needed"),
            ({"sec_websocket_version": "8"}, 426, "upgrade-needed"),
            ({"sec_websocket_key": ""}, 400, "malformed-request"),
            ({"sec_websocket_key": "short"}, 400, "malformed-request"),
            ({"origin": "https://elsewhere.example"}, 403, "foreign-origin"),
            ({"host": "rebound.example"}, 421, "misdirected"),
            ({"authorization": "Bearer nonsense"}, 401, "not-authenticated"),
            ({"path": f"{URL}?token=x"}, 400, "malformed-request"),
        ],
    )
    def test_refused(self, api: Bench, headers: dict[str, str], status: int, kind: str) -> None:
        """As problem details, and the connection stays HTTP."""
        ear = Ear(api, **headers)
        assert ear.answer is not None
        assert ear.answer.status == status
        assert ear.answer.json["type"] == f"urn:provd:problem:{kind}"
        if status == 426:
            assert ear.answer.headers["upgrade"] == "websocket"
            assert ear.answer.headers["connection"] == "upgrade"
            assert ear.answer.headers["sec-websocket-version"] == "13"

    def test_a_page_of_ours(self, api: Bench) -> None:
        """May open one from a browser."""
        ear = Ear(api, origin="http://localhost:8092")
        assert ear.next()["type"] == "welcome"

    def test_other_versions_of_http(self, api: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        """Over HTTP/1.0 and HTTP/2 there is no upgrade; what to do is told."""
        answer = api.raw(b"GET /api/v1/events HTTP/1.0\r\nhost: localhost\r\n\r\n")
        assert answer.status == 505
        assert "http/1.1" in answer.json["detail"]
        monkeypatch.setattr(BoundedRequest, "clientproto", b"HTTP/2")
        received = BoundedRequest.requestReceived

        def over_two(self: Any, command: bytes, path: bytes, _version: bytes) -> None:
            received(self, command, path, b"HTTP/2")

        monkeypatch.setattr(BoundedRequest, "requestReceived", over_two)
        assert Ear(api).answer.status == 505  # type: ignore[union-attr]  # there is one

    def test_head(self, api: Bench) -> None:
        """Is no way to a WebSocket."""
        assert api.ask("HEAD", URL).status == 426

    def test_bytes_that_do_not_wait(self, api: Bench) -> None:
        """What follows on the handshake at once is heard, whatever the handshake waited for."""
        early = Conversation(client=True).say('{"op":"subscribe","id":"a"}')
        assert [each["type"] for each in Ear(api, early=early).all()] == ["welcome", "subscribed"]
        made = guarded()
        ear = Ear(made, early=early, authorization=basic("viewer"))
        assert [each["type"] for each in ear.all()][:2] == ["welcome", "subscribed"]

    def test_nobody_without_the_right(self) -> None:
        """401 for nobody, 403 for somebody who may not."""
        made = guarded()
        assert Ear(made).answer.status == 401  # type: ignore[union-attr]  # there is one
        ear = Ear(made, authorization=basic("none"))
        assert ear.answer.status == 403  # type: ignore[union-attr]

    def test_places_are_bounded(self, api: Bench) -> None:
        """In all and for each user; who goes leaves one."""
        api.operators.events._most_of_one = 2
        ears = [Ear(api), Ear(api)]
        third = Ear(api)
        assert third.answer is not None
        assert third.answer.status == 503
        assert "retry-after" in third.answer.headers
        ears[0].go()
        assert len(api.operators.events) == 1
        assert Ear(api).next()["type"] == "welcome"
        api.operators.events._most = 2
        api.operators.events._most_of_one = 9
        assert Ear(api).answer.status == 503  # type: ignore[union-attr]


def _newest(api: Bench) -> str:
    return f"1-{api.operators.events.position()}"


class TestTelling:
    """Events, and what is in them."""

    def test_a_life(self, api: Bench) -> None:
        """What comes, changes and goes, in order; each with the name of its call."""
        ear = Ear(api)
        ear.all()
        assert ear.subscribe("a", kind="devices") == {
            "type": "subscribed",
            "id": "a",
            "position": _newest(api),
            "resumed": True,
        }
        made = api.ask("POST", DEVICES, {"id": "phone", "sn": "1"})
        event = next(each for each in ear.all() if each["action"] == "created")
        assert event["to"] == ["a"]
        assert event["key"] == "phone"
        assert event["cause"] == made.headers["x-request-id"]
        assert event["position"] == f"1-{made.json['revision']}"
        assert event["document"] == api.ask("GET", f"{DEVICES}/phone").json
        api.ask("PATCH", f"{DEVICES}/phone", {"sn": "2"})
        changed = next(each for each in ear.all() if each["action"] == "changed")
        assert changed["document"]["sn"] == "2"
        api.ask("DELETE", f"{DEVICES}/phone")
        gone = ear.all()[-1]
        assert (gone["action"], gone["key"]) == ("deleted", "phone")
        assert "document" not in gone

    def test_what_was_subscribed_to(self, api: Bench) -> None:
        """Kind, action and key, each one or all; an event is told once, for every subscription it is for."""
        ear = Ear(api)
        ear.subscribe("all")
        ear.subscribe("devices", kind="devices", action="created")
        ear.subscribe("one", key="b")
        ear.subscribe("gone", action="deleted")
        ear.all()
        for each in ("a", "b"):
            api.ask("POST", "/api/v1/configs", {"id": each, "parent_ids": [], "raw_config": {}})
        api.ask("POST", DEVICES, {"id": "b"})
        events = [each for each in ear.all() if each["action"] == "created"]
        assert [(each["kind"], each["key"], each["to"]) for each in events] == [
            ("configs", "a", ["all"]),
            ("configs", "b", ["all", "one"]),
            ("devices", "b", ["all", "devices", "one"]),
        ]
        assert ear.ask({"op": "unsubscribe", "id": "all"}) == {"type": "unsubscribed", "id": "all"}
        api.ask("DELETE", "/api/v1/configs/a")
        assert [each["to"] for each in ear.all()] == [["gone"]]

    def test_only_what_survives_a_crash(self, api: Bench) -> None:
        """An event follows on the durable cursor, as everything does that leaves the server."""
        told: list[int] = []
        api.core.store.feed.subscribe(
            "test", ["devices"], lambda changes: told.append(len(changes)), durable=True
        )
        ear = Ear(api)
        ear.subscribe(kind="devices")
        api.ask("POST", DEVICES, {"id": "a"})
        assert told
        assert ("devices", "created", "a") in ear.told()

    def test_secrets_are_hidden(self) -> None:
        """To everybody, a superuser too: those are told by one route only."""
        made = guarded()
        ears = [Ear(made, authorization=basic(who)) for who in ("viewer", "operator", "superuser")]
        for ear in ears:
            ear.subscribe()
        admin = {"authorization": basic("superuser")}
        config = {"parent_ids": [], "raw_config": {**secrets(), "X_note": "n"}}
        assert made.ask("PUT", "/api/v1/configs/base", config, **admin).status == 200
        made.ask("PUT", "/api/v1/users/other/password", {"password": CANARY * 2}, **admin)
        made.ask("POST", "/api/v1/tokens", {}, **admin)
        for ear in ears:
            text = str(ear.all())
            assert "(not shown)" in text
            assert CANARY not in text

    def test_who_did_it(self) -> None:
        """Is told to those who may read the audit trail; the name of the call to everybody."""
        made = guarded()
        admin, eye = (Ear(made, authorization=basic(each)) for each in ("superuser", "viewer"))
        for ear in (admin, eye):
            ear.subscribe(kind="devices", action="changed")
            ear.all()
        answer = made.ask("PATCH", f"{DEVICES}/phone", {"sn": "7"}, authorization=basic("operator"))
        (seen,), (glimpsed,) = admin.all(), eye.all()
        assert seen["who"] == "operator"
        assert "who" not in glimpsed
        assert seen["cause"] == glimpsed["cause"] == answer.headers["x-request-id"]

    def test_one_that_breaks_off(self, api: Bench) -> None:
        """Leaves nothing behind, and others are told on."""
        first, second = Ear(api), Ear(api)
        for ear in (first, second):
            ear.subscribe(kind="devices", action="created")
        first.go()
        api.ask("POST", DEVICES, {"id": "a"})
        assert second.told() == [("devices", "created", "a")]
        assert len(api.operators.events) == 1
        second.go()
        assert len(api.operators.events) == 0
        assert not api.operators.events._of


class TestMessages:
    """What a client says."""

    @pytest.mark.parametrize(
        ("message", "paths"),
        [
            ("nonsense", ["message"]),
            ("[]", ["message"]),
            ('{"op":"subscribe","op":"subscribe","id":"a"}', ["message"]),
            ("{}", ["op", "id"]),
            ({"op": "register", "id": "a"}, ["op"]),
            ({"op": "subscribe", "id": "a", "kind": "phones"}, ["kind"]),
            ({"op": "subscribe", "id": "a", "action": "exploded"}, ["action"]),
            ({"op": "subscribe", "id": "a", "kind": "configs", "action": "observed"}, ["action"]),
            (
                {"op": "subscribe", "id": "a" * 65, "kind": 1, "key": "k" * 300},
                ["kind", "id", "key"],
            ),
            ({"op": "subscribe", "id": "a", "filter": "x"}, ["filter"]),
            ({"op": "subscribe", "id": "a", "since": "12"}, ["since"]),
            ({"op": "subscribe", "id": "a", "since": 12}, ["since"]),
            ({"op": "unsubscribe", "id": "a"}, ["id"]),
        ],
    )
    def test_refused(self, api: Bench, message: Any, paths: list[str]) -> None:
        """Each with everything that is wrong, and listening goes on."""
        ear = Ear(api)
        ear.next()
        refusal = ear.ask(message)
        assert refusal["type"] == "refused"
        assert refusal["problem"]["status"] in {400, 422}
        assert {each["path"] for each in refusal["problem"]["problems"]} == set(paths)
        assert ear.subscribe()["type"] == "subscribed"

    def test_a_name_is_for_one(self, api: Bench) -> None:
        """Until it is free again; and there are so many at most."""
        ear = Ear(api)
        ear.next()
        ear.subscribe("a")
        assert ear.subscribe("a")["problem"]["problems"][0]["path"] == "id"
        ear.ask({"op": "unsubscribe", "id": "a"})
        for at in range(MOST):
            assert ear.subscribe(str(at))["type"] == "subscribed"
        assert ear.subscribe("more")["type"] == "refused"

    def test_what_is_not_theirs_is_refused(self) -> None:
        """A kind of which somebody may read nothing; the rest of everything is told."""
        made = guarded()
        ear = Ear(made, authorization=basic("viewer"))
        ear.next()
        refusal = ear.subscribe("u", kind="users")
        assert refusal["id"] == "u"
        assert refusal["problem"]["type"] == "urn:provd:problem:forbidden"
        assert ear.subscribe("all")["type"] == "subscribed"
        keep(
            made.core.store, users=[replace(made.core.store.get("users", "other"), roles=("own",))]
        )
        made.ask("DELETE", f"{DEVICES}/phone", authorization=basic("operator"))
        assert ear.told() == [
            ("devices", "deleted", "phone"),
            ("credentials", "deleted", "phone"),
            ("url-tokens", "deleted", "url"),
        ]


class TestResuming:
    """Going on where one was."""

    def test_what_happened_meanwhile(self, api: Bench) -> None:
        """Is told first, in order, to the subscription that asked; then what happens."""
        for each in "abc":
            api.ask("POST", DEVICES, {"id": each})
        ear = Ear(api)
        ear.subscribe("live", kind="devices", action="created")
        ear.all()
        since = f"1-{api.ask('GET', f'{DEVICES}/a').json['revision']}"
        answer = ear.subscribe("late", kind="devices", action="created", since=since)
        assert answer["resumed"] is True
        assert [(each["key"], each["to"]) for each in ear.all()] == [
            ("b", ["late"]),
            ("c", ["late"]),
        ]
        api.ask("POST", DEVICES, {"id": "d"})
        assert [(each["key"], each["to"]) for each in ear.all()] == [("d", ["live", "late"])]

    def test_nothing_is_told_twice(self, api: Bench) -> None:
        """Who goes on from the last event that was told gets what follows on it."""
        ear = Ear(api)
        ear.subscribe(kind="devices", action="created")
        ear.all()
        keys = []
        for at in range(5):
            api.ask("POST", DEVICES, {"id": f"d{at}"})
            (event,) = ear.all()
            keys.append(event["key"])
            ear.go()
            ear = Ear(api)
            ear.subscribe(kind="devices", action="created", since=event["position"])
            assert ear.told() == []
        assert keys == [f"d{at}" for at in range(5)]

    def test_what_is_not_known_any_more(self, api: Bench) -> None:
        """Is said: of another life of the store, of the future, or gone from the history."""
        api.operators.events.history = History(api.core.store.feed.durable().n, most=3)
        for at in range(6):
            api.ask("POST", DEVICES, {"id": f"d{at}"})
        first = api.ask("GET", f"{DEVICES}/d0").json["revision"]
        ear = Ear(api)
        for at, since in enumerate((f"1-{first}", "2-1", "1-999999", "1-0", "99-" + "9" * 18)):
            ear.all()
            answer = ear.subscribe(str(at), since=since)
            assert answer["resumed"] is False, since
            assert ear.told() == []
        api.ask("POST", DEVICES, {"id": "new"})
        assert ("devices", "created", "new") in ear.told()

    def test_the_end_of_what_is_known(self, api: Bench) -> None:
        """Nothing has happened since: nothing is missing."""
        ear = Ear(api)
        assert ear.next()["position"] == _newest(api)
        assert ear.subscribe(since=_newest(api))["resumed"] is True
        other_life = _newest(api).replace("1-", "2-", 1)
        assert ear.subscribe("other", since=other_life)["resumed"] is False

    def test_who_unsubscribes_meanwhile(self, api: Bench) -> None:
        """Is told no more of what was."""
        for at in range(100):
            api.ask("POST", DEVICES, {"id": f"d{at}"})
        ear = Ear(api)
        ear.transport.producer.pauseProducing()
        ear.send({"op": "subscribe", "id": "a", "since": "1-1"})
        ear.send({"op": "unsubscribe", "id": "a"})
        ear.transport.producer.resumeProducing()
        assert ear.told() == []
