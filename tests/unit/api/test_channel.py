"""What cannot be read as a request is refused like everything else, and nothing after it is read."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from provd.api._body import BODY_LIMIT
from provd.api._channel import Connections
from provd.api._site import PATIENCE
from provd.testing.api import Bench, bench

CREATE = b"POST /api/v1/devices HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
REST = b"content-length: 10\r\n\r\n" + b'{"id":"x"}'


@pytest.mark.parametrize(
    ("head", "status", "kind"),
    [
        (b"x: " + b"x" * 20_000, 400, "malformed-request"),
        (b"x: " + b"x" * 200_000, 400, "malformed-request"),
        (b"\r\n".join(b"x-%d: 1" % at for at in range(600)), 400, "malformed-request"),
        (b"\r\n".join(b"x: " + b"x" * 9_000 for _ in range(2)), 400, "malformed-request"),
        (b"content-length: x", 400, "malformed-request"),
        (b"content-length: " + b"9" * 5_000, 400, "malformed-request"),
        (b"content-length: 1\r\ntransfer-encoding: chunked", 400, "malformed-request"),
        (b"no colon", 400, "malformed-request"),
        (b"x: \0", 400, "malformed-request"),
        (b"content-length: 99999999999", 413, "too-large"),
    ],
)
def test_heads_that_cannot_be_read(head: bytes, status: int, kind: str) -> None:
    """Each is told as problem details, once, and the connection ends."""
    made = bench()
    answer = made.raw(CREATE + head + b"\r\n" + (REST if status == 400 else b"\r\n"))
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["connection"] == "close"
    assert len(answer.body) == int(answer.headers["content-length"])
    assert answer.json["type"] == f"urn:provd:problem:{kind}"
    assert made.core.store.get("devices", "x") is None


@pytest.mark.parametrize(
    "line", [b"GET /" + b"x" * 20_000 + b" HTTP/1.1", b"nonsense", b"\xff" * 50]
)
def test_a_first_line_that_cannot_be_read(line: bytes) -> None:
    """So is a request line; the request behind it is not made."""
    made = bench()
    answer = made.raw(line + b"\r\n\r\n" + CREATE + REST)
    assert answer.status == 400
    assert answer.json["problems"][0]["path"] == "head"
    assert len(answer.body) == int(answer.headers["content-length"])
    assert made.core.store.get("devices", "x") is None


def test_a_body_that_is_announced_too_long_is_read_where_it_is_not_much() -> None:
    """Its end is waited for, so that whoever sends it hears why it was refused."""
    made = bench()
    announced = b"content-length: %d\r\n\r\n" % (BODY_LIMIT + 1)
    answer = made.raw(CREATE + announced + b" " * (BODY_LIMIT + 1))
    assert answer.status == 413


class Caller:
    """A connection from an address."""

    def __init__(self, made: Bench, source: str) -> None:
        there = IPv4Address("TCP", source, 40000)
        self.transport = StringTransport(peerAddress=there)
        self.protocol = made.site.buildProtocol(there)
        self.protocol.makeConnection(self.transport)

    def stays(self) -> bool:
        """Whether it was let in."""
        return not (self.transport.disconnecting or self.transport.disconnected)

    def go(self) -> None:
        """Hang up."""
        self.protocol.connectionLost(Failure(ConnectionDone()))


@pytest.mark.parametrize("sent", [CREATE + b"x: ", CREATE + b"content-length: 999\r\n\r\n"])
def test_a_request_has_a_minute_to_arrive(sent: bytes) -> None:
    """Whoever sends it byte by byte keeps no connection; the next one has a minute of its own."""
    made = bench()
    caller = Caller(made, "192.0.2.1")
    made.core.clock.advance(PATIENCE - 1)
    caller.protocol.dataReceived(CREATE + REST)
    made.core.clock.pump([1.0] * (PATIENCE - 1))
    assert b"201" in caller.transport.value()
    caller.protocol.dataReceived(sent)
    for _second in range(PATIENCE - 1):
        made.core.clock.advance(1)
        assert caller.stays()
        caller.protocol.dataReceived(b"x")
    made.core.clock.advance(1)
    assert not caller.stays()
    caller.go()


def test_connections_are_bounded() -> None:
    """In all, and from one address; who goes leaves the place to another."""
    made = bench()
    site: Any = made.site
    site.connections = Connections(most=3, most_of_one=2)
    first, second = Caller(made, "192.0.2.1"), Caller(made, "192.0.2.1")
    third = Caller(made, "192.0.2.1")
    assert (first.stays(), second.stays(), third.stays()) == (True, True, False)
    third.go()
    fourth, fifth = Caller(made, "192.0.2.2"), Caller(made, "192.0.2.3")
    assert (fourth.stays(), fifth.stays()) == (True, False)
    fifth.go()
    first.go()
    sixth = Caller(made, "192.0.2.1")
    assert sixth.stays()
    sixth.go()
    told = made.ask("GET", "/api/v1/counters").json["api"]
    assert (told["connections"], told["connections_refused"]) == (3, 2)
