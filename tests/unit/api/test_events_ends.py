"""How events are told to who reads slowly, and why listening ends."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from twisted.logger import capturedLogs

from provd.api._websocket import GOODBYE, MOST_HEARD, PING_EVERY
from provd.application.history import History
from provd.documents import parse_config
from provd.testing.access import keep
from provd.testing.api import Bench, bench
from provd.testing.listening import Ear
from provd.wire.websocket import Closed, Code

DEVICES = "/api/v1/devices"


@pytest.fixture
def api() -> Bench:
    """A server that nobody has to prove anything to."""
    return bench()


class TestSlowness:
    """Who reads slowly."""

    def test_nothing_waits_for_them_but_their_place(self, api: Bench) -> None:
        """Nothing more is written to who does not read; once they do, they are told everything in order."""
        ear = Ear(api)
        ear.subscribe(kind="devices", action="created")
        ear.all()
        ear.transport.producer.pauseProducing()
        assert ear.transport.producerState == "paused"
        for at in range(30):
            api.ask("POST", DEVICES, {"id": f"d{at}"})
        assert ear.transport.value() == b""
        ear.transport.producer.resumeProducing()
        assert ear.transport.producerState == "producing"
        assert [key for _kind, _action, key in ear.told()] == [f"d{at}" for at in range(30)]

    def test_what_they_missed_is_told(self, api: Bench) -> None:
        """How many changes went by, and from where on they are told again."""
        api.operators.events.history = history = History(api.core.store.feed.durable().n, most=10)
        ear = Ear(api)
        ear.subscribe(kind="devices", action="created")
        ear.all()
        begin = history.end
        ear.transport.producer.pauseProducing()
        for at in range(30):
            api.ask("POST", DEVICES, {"id": f"d{at}"})
        api.core.clock.advance(0)
        gone = history.first - begin
        assert gone > 0
        ear.transport.producer.resumeProducing()
        first, *rest = ear.all()
        assert first == {"type": "missed", "changes": gone, "position": f"1-{history.begin}"}
        assert rest
        assert rest[-1]["key"] == "d29"

    def test_who_never_reads_is_told_why_it_ends(self, api: Bench) -> None:
        """After two pings' time, with a code; then the connection is cut."""
        ear = Ear(api)
        ear.subscribe()
        ear.all()
        ear.transport.producer.pauseProducing()
        api.core.clock.advance(PING_EVERY)
        assert ear.transport.value() == b""
        api.core.clock.advance(PING_EVERY)
        assert len(api.operators.events) == 0
        api.core.clock.advance(GOODBYE)
        assert ear.hung_up
        ear.listen()
        assert ear.closed is not None
        assert ear.closed.code == Code.TOO_SLOW

    def test_who_subscribes_behind_the_times(self, api: Bench) -> None:
        """Is told what happens from then on, not what happened before they read it."""
        ear = Ear(api)
        ear.subscribe("first", kind="devices", action="created")
        ear.all()
        ear.transport.producer.pauseProducing()
        api.ask("POST", DEVICES, {"id": "before"})
        api.core.clock.advance(0)
        ear.send({"op": "subscribe", "id": "second", "kind": "devices", "action": "created"})
        ear.send({"op": "subscribe", "id": "third", "kind": "devices", "since": "9-9"})
        ear.transport.producer.resumeProducing()
        api.ask("POST", DEVICES, {"id": "after"})
        events = [each for each in ear.all() if each.get("action") == "created"]
        assert [(each["key"], each["to"]) for each in events] == [
            ("before", ["first"]),
            ("after", ["first", "second", "third"]),
        ]

    def test_one_slow_reader_holds_up_nobody(self, api: Bench) -> None:
        """Others are told at once."""
        slow, quick = Ear(api), Ear(api)
        for ear in (slow, quick):
            ear.subscribe(kind="devices", action="created")
            ear.all()
        slow.transport.producer.pauseProducing()
        api.ask("POST", DEVICES, {"id": "a"})
        assert quick.told() == [("devices", "created", "a")]


class TestEnds:
    """Why it ends."""

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"\x81\x05hello", Code.PROTOCOL_ERROR),
            (b"\x82\x81\0\0\0\0x", Code.UNSUPPORTED),
            (b"\x81\x81\0\0\0\0\xff", Code.INVALID_TEXT),
            (struct.pack("!BBH", 0x81, 0xFE, 5000) + b"\0\0\0\0" + b"x" * 5000, Code.TOO_BIG),
            (b"\x01\x80\0\0\0\0" + b"\x00\x80\0\0\0\0" * 400, Code.TOO_MANY_MESSAGES),
            (b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n", Code.PROTOCOL_ERROR),
        ],
    )
    def test_what_is_no_message(self, api: Bench, data: bytes, code: int) -> None:
        """Is told its code; after a while the server hangs up, and reads nothing meanwhile."""
        ear = Ear(api)
        ear.protocol.dataReceived(data)
        ear.listen()
        assert ear.closed is not None
        assert ear.closed.code == code
        assert len(api.operators.events) == 0
        ear.protocol.dataReceived(b"\x81\x80\0\0\0\0" * 50)
        api.core.clock.advance(GOODBYE)
        assert ear.hung_up

    def test_a_flood_of_messages(self, api: Bench) -> None:
        """Frames are counted between two pings."""
        ear = Ear(api)
        for _ in range(MOST_HEARD + 1):
            ear.send("{}")
        ear.listen()
        assert ear.closed is not None
        assert ear.closed.code == Code.TOO_MANY_MESSAGES

    def test_a_goodbye(self, api: Bench) -> None:
        """Is answered, and the server hangs up."""
        ear = Ear(api)
        ear.protocol.dataReceived(ear.conversation.close(Code.NORMAL, "enough"))
        assert ear.hung_up
        ear.listen()
        assert ear.closed == Closed(Code.NORMAL, "enough")
        ear.go()
        assert not [each for each in api.core.clock.getDelayedCalls() if each.getTime() < 400]

    def test_who_is_silent(self, api: Bench) -> None:
        """Who answers no ping has gone."""
        ear = Ear(api)
        for _ in range(3):
            api.core.clock.advance(PING_EVERY)
        assert len(api.operators.events) == 0
        ear.listen()
        assert ear.closed is not None
        assert ear.closed.code == Code.SILENT

    def test_who_answers_pings_stays(self, api: Bench) -> None:
        """For hours, saying nothing."""
        ear = Ear(api)
        for _ in range(400):
            api.core.clock.advance(PING_EVERY)
            ear.listen()
        assert ear.closed is None
        assert len(api.operators.events) == 1

    def test_a_defect(self, api: Bench) -> None:
        """Of a view ends the stream that needed it, with its code; of a message, too; others go on."""
        ears = broken, other, whole = Ear(api), Ear(api), Ear(api)
        broken.subscribe(kind="configs")
        whole.subscribe(kind="devices", action="created")
        whole.all()
        configs: Any = api.operators.collections["configs"]
        configs.errors = lambda _config: 1 / 0
        events: Any = api.operators.events
        events.since = None
        with capturedLogs() as logged:
            keep(
                api.core.store,
                configs=[parse_config({"id": "c", "parent_ids": [], "raw_config": {}})],
            )
            other.send({"op": "subscribe", "id": "x", "since": "1-1"})
            api.ask("POST", DEVICES, {"id": "a"})
            assert whole.told() == [("devices", "created", "a")]
            for ear in ears:
                ear.listen()
        assert len([each for each in logged if "log_failure" in each]) == 2
        codes = [ear.closed and ear.closed.code for ear in ears]
        assert codes == [Code.DEFECT, Code.DEFECT, None]

    def test_the_server_ends(self, api: Bench) -> None:
        """1001, to everybody."""
        ears = [Ear(api), Ear(api)]
        api.operators.events.end("the server stops")
        for ear in ears:
            ear.listen()
            assert ear.closed == Closed(Code.GOING_AWAY, "the server stops")
        assert len(api.operators.events) == 0

    def test_drained(self, api: Bench) -> None:
        """As well; nobody begins until the server is ready again."""
        ear = Ear(api)
        assert api.ask("POST", "/api/v1/system/drain").status == 204
        ear.listen()
        assert ear.closed is not None
        assert ear.closed.code == Code.GOING_AWAY
        refused = Ear(api).answer
        assert refused is not None
        assert refused.status == 503
        assert refused.json["type"] == "urn:provd:problem:not-ready"
        api.ask("DELETE", "/api/v1/system/drain")
        assert Ear(api).next()["type"] == "welcome"
