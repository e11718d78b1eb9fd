"""A connection of a trusted proxy, until it has said for whom it is: the PROXY protocol.

Where proxies are to send such a header, it is read from trusted ones only and awaited from each of them; nobody
else may send one, to whom it is a request that makes no sense.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from twisted.internet.interfaces import IProtocol
from twisted.internet.protocol import Protocol
from twisted.python.failure import Failure

from provd.servers.http._connection import READING
from provd.values import MalformedPacket
from provd.wire.proxy import ProxyHeader, read_header

if TYPE_CHECKING:
    from provd.servers.http._site import DeviceSite

Make = Callable[[str, ProxyHeader | None], IProtocol]
"""Makes what reads a connection: of whom it is, and what a proxy said of it."""


class Introduction(Protocol):
    """Waits for the header of a proxy, then hands the connection to whoever `make` makes."""

    transport: Any

    def __init__(self, site: DeviceSite, peer: str, make: Make) -> None:
        self.peer = peer
        self.phase = READING
        self._site = site
        self._make = make
        self._since = site.ticks
        self._data = b""

    def connectionMade(self) -> None:
        self._site.joined(self)

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]  # as Protocol's
        del reason
        self._site.left(self)

    def dataReceived(self, data: bytes) -> None:
        self._data += data
        try:
            read = read_header(self._data)
        except MalformedPacket:
            self._site.counts["bad_introductions"] += 1
            self.abort()
            return
        if read is not None:
            self._hand_over(read.header, self._data[read.size :])

    def _hand_over(self, header: ProxyHeader, rest: bytes) -> None:
        site, source = self._site, header.source or self.peer
        if site.is_full_of(source):
            site.counts["refused_per_source"] += 1
            self.abort()
            return
        successor = self._make(source, header)
        self.transport.protocol = successor
        successor.makeConnection(self.transport)
        # Not before the successor has joined: a server that drains would take itself for empty.
        site.left(self)
        if rest:
            successor.dataReceived(rest)

    def sweep(self, tick: int) -> None:
        """End it where nothing is said for too long; `tick` counts seconds."""
        if tick - self._since > self._site.settings.request_seconds:
            self._site.counts["bad_introductions"] += 1
            self.abort()

    def loseConnection(self) -> None:
        """End it: nothing was asked yet."""
        self.abort()

    def abort(self) -> None:
        """End it now."""
        self.transport.abortConnection()
