"""ARP over Ethernet for IPv4 (RFC 826), as far as it takes to ask who has an address (RFC 5227)."""

from __future__ import annotations

import struct

_ARP = struct.Struct("!HHBBH6s4s6s4s")
_ETHERNET, _IPV4 = 1, 0x0800
_REQUEST = 1
_NOBODY = bytes(6)
_NO_ADDRESS = bytes(4)


def arp_probe(mac: bytes, address: bytes) -> bytes:
    """Who has `address`? Asked by `mac`, which claims no address itself: no cache learns from it."""
    return _ARP.pack(_ETHERNET, _IPV4, 6, 4, _REQUEST, mac, _NO_ADDRESS, _NOBODY, address)


def arp_sender(packet: bytes) -> tuple[bytes, bytes] | None:
    """Who says that it has which address: hardware address and address; None when nobody does.

    A request says as much of its sender as a reply does; one for an address that its sender does
    not claim (a probe of somebody else's) says nothing.
    """
    if len(packet) < _ARP.size:
        return None
    hardware, protocol, long, short, _operation, mac, address, _target, _asked = _ARP.unpack_from(
        packet
    )
    if (hardware, protocol, long, short) != (_ETHERNET, _IPV4, 6, 4) or address == _NO_ADDRESS:
        return None
    return mac, address
