"""A connection to the API over HTTP/1.1, which tells what is wrong with what cannot be read.

Twisted's own sends a bare 400, or nothing where a line is too long: then, over TLS, the client waits until
the connection times out.
"""

from __future__ import annotations

from collections import Counter
from http import HTTPStatus
from typing import Any, cast

import msgspec
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel, _GenericHTTPChannelProtocol

from provd.api._errors import PROBLEM_TYPE, MalformedRequest, problem_details, problems_of, told
from provd.values import ProvdError

_BOUNDS = (
    f"HTTP/1.1 with lines of {HTTPChannel.MAX_LENGTH} bytes, {HTTPChannel.maxHeaders} headers and"
    f" {HTTPChannel.totalHeadersSize} bytes of them at most"
)

MOST = 2000
"""Connections at once: each is a file descriptor, which phones need as well."""

MOST_OF_ONE = 1500
"""Of those, from one address; more than may wait for changes, so that one program may have them all."""


_DONE = Failure(ConnectionDone())


class Channel(HTTPChannel):
    """One connection."""

    _over = False
    _arrives = False
    """Whether some of a request is here, and not yet all of it."""
    _successor: Any = None

    def dataReceived(self, data: bytes) -> None:
        """What follows on a refusal is no request; what follows on an upgrade is another protocol's."""
        if self._successor is not None:
            self._successor.dataReceived(data)
        elif not self._over:
            super().dataReceived(data)

    def rawDataReceived(self, data: bytes) -> None:
        """What came together with a request that was answered with an upgrade."""
        if self._successor is not None:
            self._successor.dataReceived(data)
        else:
            super().rawDataReceived(data)

    def resetTimeout(self) -> None:
        """Something came: of a request, only its first bytes give it time, else who sends one byte at a
        time would keep a connection for ever.
        """
        if not self._arrives:
            self._arrives = True
            super().resetTimeout()

    def allContentReceived(self) -> None:
        """The request is here as a whole."""
        self._arrives = False
        super().allContentReceived()

    def hand_over(self, successor: Any) -> None:
        """Let another protocol speak from now on: it `begin`s, and gets what was received already.

        It receives as an `IProtocol` does; the connection stays counted here.
        """
        self._successor = successor
        early, self._dataBuffer = b"".join(self._dataBuffer), []
        self.read(more=True)
        successor.begin()
        if early:
            successor.dataReceived(early)

    def read(self, *, more: bool) -> None:
        """Whether to receive anything."""
        if more:
            self._networkProducer.resumeProducing()
        else:
            self._networkProducer.pauseProducing()

    def connectionLost(self, reason: Failure = _DONE) -> None:
        """Tell whoever speaks."""
        if self._successor is not None:
            self._successor.connectionLost(reason)
        super().connectionLost(reason)

    def lineLengthExceeded(self, line: bytes) -> None:
        """The request line or a header is too long."""
        self.end(MalformedRequest("head", "has a line that is too long", _BOUNDS))

    def headerReceived(self, line: bytes) -> bool:
        """Take a header; whether it could be read."""
        try:
            return bool(super().headerReceived(line))
        except ValueError:  # Python reads no number of more than 4300 digits
            self._respondToBadRequestAndDisconnect()
            return False

    def _respondToBadRequestAndDisconnect(self) -> None:
        # Where Twisted comes to whenever it cannot go on reading; it has no public name for it.
        self.end(MalformedRequest("head", "cannot be read", _BOUNDS))

    def end(self, error: ProvdError) -> None:
        """Refuse what is being read, and hang up. Idempotent."""
        if self._over:
            return
        self._over = True
        row = told(error)
        body = msgspec.json.encode(problem_details(row, str(error), problems_of(error)))
        phrase = HTTPStatus(row.status).phrase
        head = (
            f"HTTP/1.1 {row.status} {phrase}\r\nServer: provd\r\nCache-Control: no-store\r\n"
            f"Content-Type: {PROBLEM_TYPE.decode()}\r\nContent-Length: {len(body)}\r\n"
            "Connection: close\r\n\r\n"
        )
        cast("Any", self.transport).write(head.encode("ascii") + body)
        self.loseConnection()


class Connections:
    """How many connections there are, in all and from each address."""

    def __init__(self, most: int = MOST, most_of_one: int = MOST_OF_ONE) -> None:
        self._most, self._most_of_one = most, most_of_one
        self._of: Counter[str] = Counter()
        self.open = 0
        self.refused = 0

    def begin(self, source: str) -> bool:
        """Count a connection; whether it may stay."""
        self.open += 1
        self._of[source] += 1
        stays = self.open <= self._most and self._of[source] <= self._most_of_one
        self.refused += not stays
        return stays

    def end(self, source: str) -> None:
        """A connection is gone."""
        self.open -= 1
        self._of[source] -= 1
        if not self._of[source]:
            del self._of[source]


class Connection(_GenericHTTPChannelProtocol):
    """What speaks HTTP/1.1, or HTTP/2 once that is agreed on, over one connection."""

    _factory: Any
    _source = ""

    def makeConnection(self, transport: Any) -> None:
        """Begin, or end at once where there are too many."""
        self._source = str(getattr(transport.getPeer(), "host", ""))
        stays = self._factory.connections.begin(self._source)
        super().makeConnection(transport)
        if not stays:
            transport.abortConnection()

    def connectionLost(self, reason: Any) -> None:
        """Leave the place to another."""
        self._factory.connections.end(self._source)
        super().connectionLost(reason)


def new_connection(_factory: Any) -> Any:
    """What serves one connection of a factory that has `connections`."""
    return Connection(Channel())
