"""Where SIP messages go and come from: one socket for datagrams, one connection for each peer of a stream."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import DatagramProtocol, Factory, Protocol, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from provd.synchronizers._sip_exchange import Exchange, branch_of
from provd.values import MalformedPacket, NotTold
from provd.wire.sip import SipMessage, SipResponse, SipStream, parse_datagram, sequence, vias

log = Logger("provd.synchronization")

IDLE = 30.0
"""Seconds after which a connection that nobody needs is closed."""

LONGEST_DATAGRAM = 1300
"""Bytes, where nobody knows what the way bears; what is longer goes over TCP."""

Open = dict[str, Exchange]


class Counters:
    """What came that was nothing."""

    def __init__(self) -> None:
        self.malformed = 0
        self.unasked = 0


def deliver(message: SipMessage, open_ones: Open, counted: Counters) -> None:
    """Give a response to whom it answers.

    @raise MalformedPacket: its Via is none.
    """
    if isinstance(message, SipResponse):
        found = list(vias(message))
        exchange = open_ones.get(branch_of(found[0].branch))
        # With more than one Via it is somebody else's (RFC 3261 section 8.1.3.3).
        if exchange is not None and len(found) == 1 and sequence(message)[1] == "NOTIFY":
            exchange.receive(message)
            return
    counted.unasked += 1


class Datagrams(DatagramProtocol):
    """One UDP socket, for as many peers as there are."""

    def __init__(self, open_ones: Open, counted: Counters) -> None:
        self._open = open_ones
        self._counted = counted

    def datagramReceived(self, datagram: bytes, addr: Any) -> None:
        """Whatever it is, it ends here."""
        try:
            deliver(parse_datagram(datagram), self._open, self._counted)
        except MalformedPacket as error:
            self._counted.malformed += 1
            log.debug("{peer}: {error}", peer=addr[0], error=error)


class DatagramLink:
    """The way to one peer by datagrams."""

    reliable = False

    def __init__(self, transport: Any, peer: tuple[str, int]) -> None:
        self._transport = transport
        self._peer = peer

    def send(self, data: bytes) -> None:
        """Send it. @raise NotTold: this host cannot, or it is too long (RFC 3261 section 18.1.1)."""
        if len(data) > LONGEST_DATAGRAM:
            raise NotTold(f"the NOTIFY has {len(data)} bytes, more than may be sent over UDP")
        try:
            self._transport.write(data, self._peer)
        except OSError as error:
            raise NotTold(f"{self._peer[0]}: {error.strerror or error}", again=True) from error


class Connection(Protocol):
    """A stream to one peer."""

    reliable = True

    def __init__(
        self, open_ones: Open, counted: Counters, clock: Any, lost: Callable[[], None]
    ) -> None:
        self._open = open_ones
        self._counted = counted
        self._clock = clock
        self._lost = lost
        self._stream = SipStream()
        self._exchanges: set[Exchange] = set()
        self._idle: IDelayedCall | None = None

    def connectionMade(self) -> None:
        """It is there."""
        self._rest()

    def carry(self, exchange: Exchange) -> None:
        """Have an exchange fail when the connection does."""
        self._exchanges.add(exchange)
        if self._idle is not None and self._idle.active():
            self._idle.cancel()

        def over(outcome: Any) -> Any:
            self._exchanges.discard(exchange)
            if not self._exchanges:
                self._rest()
            return outcome

        exchange.done.addBoth(over)

    def send(self, data: bytes) -> None:
        """Send it. @raise NotTold: the connection has gone."""
        if not self.connected or self.transport is None:
            raise NotTold("the connection was closed", again=True)
        self.transport.write(data)

    def dataReceived(self, data: bytes) -> None:
        """Messages, or parts of them; what is no SIP ends the connection."""
        try:
            for message in self._stream.feed(data):
                deliver(message, self._open, self._counted)
        except MalformedPacket as error:
            self._counted.malformed += 1
            log.debug("a SIP connection is closed: {error}", error=error)
            self.close()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Whoever waits for an answer here gets none."""
        self.connected = 0  # what nobody else does
        if self._idle is not None and self._idle.active():
            self._idle.cancel()
        self._lost()
        for exchange in list(self._exchanges):
            exchange.fail(
                NotTold(f"the connection was lost: {reason.getErrorMessage()}", again=True)
            )

    def close(self) -> None:
        """Let it go, whatever is under way."""
        if self.transport is not None:
            self.transport.abortConnection()  # type: ignore[attr-defined]  # every stream of ours has it

    def _rest(self) -> None:
        if self.connected:
            self._idle = self._clock.callLater(IDLE, self.close)


class Connections:
    """One connection for each peer, made when it is needed and kept for a while."""

    def __init__(self, open_ones: Open, counted: Counters, clock: Any) -> None:
        self._open = open_ones
        self._counted = counted
        self._clock = clock
        self._there: dict[object, Connection] = {}
        self._coming: dict[object, list[Deferred[Connection]]] = {}

    def to(self, key: object, endpoint: Callable[[], Any]) -> Deferred[Connection]:
        """The connection to a peer; fails with `NotTold` where there is none to be had."""
        waiting: Deferred[Connection] = Deferred()
        there = self._there.get(key)
        if there is not None:
            waiting.callback(there)
            return waiting
        if key in self._coming:
            self._coming[key].append(waiting)
            return waiting
        self._coming[key] = [waiting]
        factory = Factory.forProtocol(lambda: self._made(key))
        connecting: Deferred[Connection] = endpoint().connect(factory)
        connecting.addBoth(self._connected, key)
        connecting.addErrback(lambda failure: log.failure("a SIP connection is lost", failure))
        return waiting

    def close(self) -> None:
        """Let all of them go."""
        for each in list(self._there.values()):
            each.close()

    def _made(self, key: object) -> Connection:
        def lost() -> None:
            self._there.pop(key, None)

        return Connection(self._open, self._counted, self._clock, lost)

    def _connected(self, outcome: Any, key: object) -> None:
        if not isinstance(outcome, Failure):
            self._there[key] = outcome
        for each in self._coming.pop(key):
            if each.called:
                continue
            if isinstance(outcome, Failure):
                why = outcome.getErrorMessage() or type(outcome.value).__name__
                each.errback(NotTold(f"no connection: {why}", again=True))
            else:
                each.callback(outcome)
