"""Sending: routed, to a hardware address, or to everybody on one link."""

from __future__ import annotations

import socket
import struct
from functools import lru_cache

from provd.servers.dhcp.counters import Tally
from provd.servers.dhcp.destination import Destination, Way
from provd.servers.dhcp.sockets import ETH_P_IP, IP_PKTINFO, DHCPSockets
from provd.values import Link
from provd.wire.dhcp import format_address, parse_address
from provd.wire.inet import udp_datagram

__all__ = ["Outlet"]

_INFO = struct.Struct("@I4s4s")
_NOWHERE = bytes(4)
_ETHERNET = 1
_EVERYBODY = b"\xff" * 6


class Outlet:
    """Sends answers. What the kernel does not take is counted: its client asks again."""

    def __init__(self, sockets: DHCPSockets, tally: Tally) -> None:
        self._frames = sockets.frames
        self._routed = sockets.routed
        self._ports = {int(one.getsockname()[1]): one for one in sockets.served}
        self._tally = tally

    def send(
        self,
        datagram: bytes,
        to: Destination,
        *,
        link: Link | None,
        local: str,
        port: int,
        chaddr: bytes,
    ) -> None:
        """Send one answer from `port`, and from our address `local` on `link`."""
        try:
            if to.way is Way.HARDWARE and link is not None:
                self._frame(datagram, to, link, local, port, chaddr)
            elif port in self._ports:
                self._plain(self._ports[port], datagram, to, link, local)
            elif to.way is Way.ROUTED:
                packet = _packet(datagram, to, local, port)
                self._routed.sendto(packet, (format_address(to.address), 0))
            elif link is not None:
                self._frame(datagram, to, link, local, port, _EVERYBODY)
        except (OSError, ValueError):
            self._tally.unsent += 1

    @staticmethod
    def _plain(
        sock: socket.socket, datagram: bytes, to: Destination, link: Link | None, local: str
    ) -> None:
        """Through the socket of our port. A broadcast is bound to its link; the rest goes by routes."""
        bound = link.index if link is not None and to.way is Way.BROADCAST else 0
        sock.sendmsg([datagram], _sent_from(bound, local), 0, (format_address(to.address), to.port))

    def _frame(
        self, datagram: bytes, to: Destination, link: Link, local: str, port: int, mac: bytes
    ) -> None:
        """Straight to a hardware address: nobody answers for the IP address yet."""
        packet = _packet(datagram, to, local, port)
        self._frames.sendto(packet, (link.name, ETH_P_IP, 0, _ETHERNET, mac))


@lru_cache(256)
def _sent_from(link: int, local: str) -> list[tuple[int, int, bytes]]:
    """What says on which interface and from which address of ours to send: the same for nearly all."""
    source = socket.inet_aton(local) if local else _NOWHERE
    return [(socket.IPPROTO_IP, IP_PKTINFO, _INFO.pack(link, source, _NOWHERE))]


def _packet(datagram: bytes, to: Destination, local: str, port: int) -> bytes:
    source = parse_address(local) if local else 0
    return udp_datagram(
        source.to_bytes(4, "big"), port, to.address.to_bytes(4, "big"), to.port, datagram
    )
