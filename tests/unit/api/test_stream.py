"""Long lists are written in turns, no faster than the client reads, and stop when it goes."""

from __future__ import annotations

import json
from typing import Any

from msgspec.structs import replace
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionLost
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from provd.api._reply import CHUNK
from provd.application.slices import Slices
from provd.testing.api import Bench, bench, parse
from provd.testing.documents import a_device

ADDRESS = IPv4Address("TCP", "127.0.0.1", 40000)
REQUEST = b"GET /api/v1/devices HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"


class Ticking:
    """A clock that moves a fixed step each time it is read: one item is one step of work."""

    def __init__(self, step: float) -> None:
        self.step, self.time = step, 0.0

    def __call__(self) -> float:
        self.time += self.step
        return self.time


class Stepping(Slices):
    """Turns that begin when the test says so."""

    def __init__(self) -> None:
        super().__init__(Clock(), turn=0.005, now=Ticking(0.001))
        self.waiting: list[Deferred[None]] = []

    async def pause(self) -> None:
        turn: Deferred[None] = Deferred()
        self.waiting.append(turn)
        await turn

    def step(self) -> None:
        """One turn of whoever waits longest."""
        self.waiting.pop(0).callback(None)


def many(count: int) -> tuple[Bench, Stepping]:
    """A server with so many devices, in which an item costs a millisecond."""
    api, slices = bench(), Stepping()
    api.core.keep(*(a_device(f"phone-{number:05}", mac=None) for number in range(count)))
    for noun in api.site.resource.nouns:
        noun.door = replace(noun.door, slices=slices)
    api.operators.collections["devices"]._slices = slices
    return api, slices


def asked(api: Bench) -> tuple[Any, StringTransport]:
    """A connection on which the list has just been asked for."""
    transport = StringTransport(peerAddress=ADDRESS)
    protocol = api.site.buildProtocol(ADDRESS)
    protocol.makeConnection(transport)
    protocol.dataReceived(REQUEST)
    api.core.clock.advance(0)  # the store's own search
    return protocol, transport


class Streaming(SynchronousTestCase):
    """`GET /api/v1/devices` of thousands."""

    def test_other_work_is_done_meanwhile(self) -> None:
        """No turn is longer than its five milliseconds, so the reactor comes round in between."""
        api, slices = many(2000)
        _protocol, transport = asked(api)
        turns = 0
        while slices.waiting:
            slices.step()
            turns += 1
        self.assertGreaterEqual(turns, 2000 // 5)
        self.assertTrue(transport.disconnecting)
        listed = json.loads(parse(transport.value()).body)
        self.assertEqual((2000, 2000), (listed["total"], len(listed["items"])))

    def test_a_slow_client_is_waited_for(self) -> None:
        """What is written ahead of a client that does not read is bounded."""
        api, slices = many(5000)
        _protocol, transport = asked(api)
        while not transport.value():
            slices.step()
        transport.producer.pauseProducing()
        before = len(transport.value())
        while slices.waiting:
            slices.step()
        self.assertLessEqual(len(transport.value()) - before, 2 * CHUNK)
        self.assertFalse(transport.disconnecting)
        transport.producer.resumeProducing()
        while slices.waiting:
            slices.step()
        self.assertTrue(transport.disconnecting)
        self.assertEqual(5000, len(json.loads(parse(transport.value()).body)["items"]))

    def test_a_client_that_goes_ends_the_work(self) -> None:
        """Nothing is left to be done for it, and nothing is logged."""
        api, slices = many(5000)
        protocol, transport = asked(api)
        while not transport.value():
            slices.step()
        [turn] = slices.waiting
        protocol.connectionLost(Failure(ConnectionLost()))
        self.assertTrue(turn.called)
        self.assertEqual([turn], slices.waiting)
        self.assertEqual([], self.flushLoggedErrors())


class Bulk(SynchronousTestCase):
    """`POST /api/v1/devices:bulk` of hundreds."""

    def test_other_work_is_done_meanwhile(self) -> None:
        """While the operations are looked at, made, and shown: each costs a step of a turn each time."""
        for atomic in (True, False):
            api, slices = many(0)
            api.operators.changes._slices = slices
            operations = [{"op": "create", "document": {"id": f"d{at}"}} for at in range(300)]
            body = json.dumps({"atomic": atomic, "operations": operations}).encode()
            head = REQUEST.replace(b"GET /api/v1/devices", b"POST /api/v1/devices:bulk")[:-2]
            length = b"content-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
            transport = StringTransport(peerAddress=ADDRESS)
            protocol = api.site.buildProtocol(ADDRESS)
            protocol.makeConnection(transport)
            protocol.dataReceived(head + length + body)
            turns = 0
            for _turn in range(1000):
                if slices.waiting:
                    slices.step()
                    turns += 1
                api.core.clock.advance(0)
            self.assertGreaterEqual(turns, 3 * (300 // 5 - 1))
            self.assertEqual(300, json.loads(parse(transport.value()).body)["made"])
