"""Connections that carry SIP: made when they are needed, shared, and let go."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionRefusedError as Refused
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from provd.synchronizers._sip_links import IDLE, Connections, Counters
from provd.testing.network import connected
from provd.values import NotTold


def test_one_connection_for_each_peer() -> None:
    """It is shared while it is there, closed when nobody needs it, and made anew when it is needed again."""
    clock, made = Clock(), []
    connections = Connections({}, Counters(), clock)

    class Endpoint:
        def connect(self, factory: Any) -> Deferred[Any]:
            protocol, transport = connected(factory)
            made.append(transport)
            done: Deferred[Any] = Deferred()
            done.callback(protocol)
            return done

    found: list[Any] = []
    for _twice in range(2):
        connections.to("a", Endpoint).addCallback(found.append)
    assert found[0] is found[1]
    assert len(made) == 1
    clock.advance(IDLE)
    assert made[0].disconnected
    connections.to("a", Endpoint).addCallback(found.append)
    assert len(made) == 2


def test_a_connection_that_cannot_be_had() -> None:
    """Whoever waits for it is told why; the next tries again."""
    connections = Connections({}, Counters(), Clock())
    tried: list[Deferred[Any]] = []

    class Endpoint:
        def connect(self, factory: Any) -> Deferred[Any]:
            del factory
            tried.append(Deferred())
            return tried[-1]

    failed: list[Any] = []
    for _twice in range(2):
        connections.to("a", Endpoint).addErrback(failed.append)
    tried[0].errback(Failure(Refused()))
    assert [failure.check(NotTold) for failure in failed] == [NotTold, NotTold]
    connections.to("a", Endpoint)
    assert len(tried) == 2
