"""Which way an answer goes (RFC 2131 section 4.1, RFC 4578, RFC 8357); pure."""

from __future__ import annotations

from enum import Enum, auto

from msgspec import Struct

from provd.wire.dhcp import BROADCAST, MessageType, Packet

__all__ = ["Destination", "Way", "destination"]


class Way(Enum):
    """How a datagram is sent."""

    ROUTED = auto()
    """To an address that answers for itself: the kernel finds the way."""
    HARDWARE = auto()
    """To an address that nobody has yet, at the hardware address of who will."""
    BROADCAST = auto()
    """To everybody on the link it came from."""


class Destination(Struct, frozen=True, gc=False):
    """Where to, and how. `address` is a number."""

    way: Way
    address: int
    port: int


_EVERYBODY = 0xFFFFFFFF


def destination(
    request: Packet, reply: Packet, *, peer: int, peer_port: int, relays_at: int, clients_at: int
) -> Destination:
    """Where `reply` goes; `peer` and `peer_port` are where `request` came from.

    A relay hears on the server's port, whatever port it sent from, unless it says in option 82 that
    it wants otherwise.  A boot ROM that asks at the ProxyDHCP port is answered where it asked from.
    """
    if request.giaddr:
        port = peer_port if _wants_its_own_port(request) else relays_at
        return Destination(Way.ROUTED, request.giaddr, port)
    if reply.message_type == MessageType.NAK:
        return Destination(Way.BROADCAST, _EVERYBODY, clients_at)
    if peer_port != clients_at and peer:
        return Destination(Way.ROUTED, peer, peer_port)
    if request.ciaddr:
        return Destination(Way.ROUTED, request.ciaddr, clients_at)
    if request.flags & BROADCAST or not reply.yiaddr or not _has_ethernet(request):
        return Destination(Way.BROADCAST, _EVERYBODY, clients_at)
    return Destination(Way.HARDWARE, reply.yiaddr, clients_at)


def _wants_its_own_port(request: Packet) -> bool:
    """RFC 8357: an empty sub-option 19 of the relay's option."""
    option = request.options.get(82, b"")
    at = 0
    while at + 2 <= len(option):
        if option[at] == 19:
            return True
        at += 2 + option[at + 1]
    return False


def _has_ethernet(request: Packet) -> bool:
    """Others (InfiniBand, RFC 4390) cannot be reached by what the packet says of them."""
    return request.htype == 1 and len(request.chaddr) == 6
