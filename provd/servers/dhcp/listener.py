"""Listening: datagrams, with the interface and the address of ours that they came in at."""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Protocol

from msgspec import Struct
from twisted.internet.interfaces import IReactorFDSet, IReadDescriptor
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from provd.values import Link, MalformedPacket
from provd.wire.inet import Datagram, read_datagram

__all__ = ["Arrival", "Links", "Listener", "Wiretap"]

_LONGEST = 4096
"""What is longer than any link carries in one piece is cut off, and malformed then."""
_ANCILLARY = 64
_BATCH = 64
"""Datagrams read before others get their turn."""
_INFO = struct.Struct("@I4s4s")
_OUTGOING = 4
"""PACKET_OUTGOING (packet(7)): what this host sends itself."""

log = Logger("provd.servers.dhcp")


class Links(Protocol):
    """The interfaces of this host, from memory."""

    def link(self, index: int) -> Link | None:
        """The interface of that number."""

    def links(self) -> tuple[Link, ...]:
        """All of them."""


class Arrival(Struct, frozen=True, gc=False):
    """One datagram of somebody's."""

    payload: bytes
    peer: str
    peer_port: int
    port: int
    """Which of our ports it came in at."""
    link: int
    """The number of the interface it came in on."""
    local: str
    """An address of ours on that interface; empty when it has none."""
    unicast: bool
    """It was sent to an address of ours, not to everybody."""


Arrived = Callable[[Sequence[Arrival]], None]
"""Told what came in one turn."""


@implementer(IReadDescriptor)
class _Reader:
    """A socket that the reactor watches. A defect met by one datagram must not deafen all.

    What came is read at once, and handed on together: so each step that follows is done for all of it
    before the next one, by an interpreter that is warm to it.
    """

    def __init__(self, sock: socket.socket, arrived: Arrived) -> None:
        self._socket = sock
        self._arrived = arrived

    def fileno(self) -> int:
        return self._socket.fileno()

    def logPrefix(self) -> str:
        return "dhcp"

    def connectionLost(self, reason: Failure) -> None:
        """The reactor is shutting down."""

    def doRead(self) -> None:
        arrivals: list[Arrival] = []
        for _ in range(_BATCH):
            try:
                arrival = self._read()
            except OSError:  # nothing more, or an error that an earlier answer ran into
                break
            except Exception:  # noqa: BLE001 - see above
                log.failure("a DHCP packet met a defect", Failure())
            else:
                if arrival is not None:
                    arrivals.append(arrival)
        if arrivals:
            self._arrived(arrivals)

    def _read(self) -> Arrival | None:
        """The next datagram; None for one that is nobody's. @raise OSError: there is none."""
        raise NotImplementedError

    def start(self, reactor: IReactorFDSet) -> None:
        """Read from now on."""
        reactor.addReader(self)

    def stop(self, reactor: IReactorFDSet) -> None:
        """Read no more. Idempotent."""
        reactor.removeReader(self)


class Listener(_Reader):
    """Reads one of our UDP ports."""

    def __init__(self, sock: socket.socket, arrived: Arrived) -> None:
        super().__init__(sock, arrived)
        self._port = int(sock.getsockname()[1])

    def _read(self) -> Arrival | None:
        payload, ancillary, _flags, peer = self._socket.recvmsg(_LONGEST, _ANCILLARY)
        link, local, unicast = _came_in(ancillary[0][2] if ancillary else b"")
        return Arrival(payload, peer[0], peer[1], self._port, link, local, unicast)


@lru_cache(256)
def _came_in(info: bytes) -> tuple[int, str, bool]:
    """The interface's number, our address there, and whether it was sent to that one (IP_PKTINFO, ip(7)).

    The same for whatever comes in on one interface.
    """
    if len(info) != _INFO.size:
        return 0, "", False
    index, ours, destination = _INFO.unpack(info)
    return index, "" if ours == b"\0\0\0\0" else socket.inet_ntoa(ours), ours == destination


class Wiretap(_Reader):
    """Reads what arrives for ports that another program of this host has bound."""

    def __init__(self, sock: socket.socket, arrived: Arrived, links: Links) -> None:
        super().__init__(sock, arrived)
        self._links = links

    def _read(self) -> Arrival | None:
        packet, (name, _protocol, kind, _hardware, _address) = self._socket.recvfrom(_LONGEST)
        if kind != _OUTGOING:
            with contextlib.suppress(MalformedPacket):
                return self._arrival(read_datagram(packet), name)
        return None

    def _arrival(self, datagram: Datagram, name: str) -> Arrival:
        link, local = self._came_in(name)
        reached = socket.inet_ntoa(datagram.destination)
        return Arrival(
            datagram.payload,
            socket.inet_ntoa(datagram.source),
            datagram.source_port,
            datagram.port,
            link,
            local,
            reached == local,
        )

    def _came_in(self, name: str) -> tuple[int, str]:
        for link in self._links.links():
            if link.name == name:
                ipv4 = [each for each in link.addresses if ":" not in each]
                return link.index, ipv4[0].partition("/")[0] if ipv4 else ""
        return 0, ""
