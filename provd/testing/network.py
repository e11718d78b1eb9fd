"""A network in memory: datagram sockets and streams whose other end is the test."""

from __future__ import annotations

from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import ConnectionDone, DNSLookupError
from twisted.internet.protocol import Factory
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

HERE = IPv4Address("TCP", "192.0.2.1", 40000)
THERE = IPv4Address("TCP", "192.0.2.9", 5060)


class MemoryPort:
    """A bound datagram socket."""

    def __init__(self, port: int, protocol: Any, interface: str) -> None:
        self.interface = interface
        self.sent: list[tuple[bytes, tuple[str, int]]] = []
        self.stopped = False
        self._port = port
        self._protocol = protocol

    def write(self, data: bytes, peer: tuple[str, int]) -> None:
        """Remember it."""
        self.sent.append((data, peer))

    def receive(self, data: bytes, peer: tuple[str, int]) -> None:
        """A datagram comes."""
        self._protocol.datagramReceived(data, peer)

    def getHost(self) -> IPv4Address:
        """Where it is bound."""
        return IPv4Address("UDP", self.interface or "0.0.0.0", self._port)  # noqa: S104 - bound nowhere

    def stopListening(self) -> Deferred[None]:
        """It is closed."""
        self.stopped = True
        return succeed(None)


class MemoryUDP(Clock):
    """A reactor that knows the time, some names, and datagrams."""

    def __init__(self) -> None:
        super().__init__()
        self.ports: list[MemoryPort] = []
        self.names: dict[str, str] = {}

    def listenUDP(
        self, port: int, protocol: Any, interface: str = "", maxPacketSize: int = 8192
    ) -> MemoryPort:
        """Bind one."""
        del maxPacketSize
        self.ports.append(MemoryPort(port or 40000, protocol, interface))
        return self.ports[-1]

    def resolve(self, name: str, timeout: Any = ()) -> Deferred[str]:
        """The address of a name."""
        del timeout
        found = self.names.get(name)
        return succeed(found) if found else fail(DNSLookupError(name))


class MemoryStream(StringTransport):
    """A connection; aborting it loses it at once."""

    protocol: Any = None

    def abortConnection(self) -> None:
        """It has gone."""
        if not self.disconnected:
            super().abortConnection()
            self.protocol.connectionLost(Failure(ConnectionDone()))


def connected(factory: Factory) -> tuple[Any, MemoryStream]:
    """A protocol of a factory, connected to the test."""
    protocol = factory.buildProtocol(THERE)
    transport = MemoryStream(hostAddress=HERE, peerAddress=THERE)
    transport.protocol = protocol
    assert protocol is not None
    protocol.makeConnection(transport)
    return protocol, transport
