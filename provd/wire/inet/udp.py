"""IPv4 packets that carry UDP (RFC 791, RFC 768)."""

from __future__ import annotations

import struct

from msgspec import Struct

from provd.values import MalformedPacket
from provd.wire.inet.checksum import checksum

_IP = struct.Struct("!BBHHHBBH4s4s")
_UDP = struct.Struct("!HHHH")
_PSEUDO = struct.Struct("!4s4sBBH")
_PLAIN = 0x45
"""Version 4, five words of header."""
_UDP_PROTOCOL = 17
_TTL = 64
_FRAGMENT = 0x3FFF
"""More fragments, or an offset."""
_GREATEST = 0xFFFF
_PROTOCOL = "IPv4"


class Datagram(Struct, frozen=True, gc=False):
    """A UDP datagram as it was inside an IPv4 packet; addresses are four bytes each."""

    source: bytes
    source_port: int
    destination: bytes
    port: int
    payload: bytes


def udp_datagram(source: bytes, port: int, destination: bytes, to: int, payload: bytes) -> bytes:
    """An IPv4 packet with a UDP datagram in it, both checksums made.

    @raise ValueError: the payload is longer than an IPv4 packet can be.
    """
    length = _UDP.size + len(payload)
    if _IP.size + length > _GREATEST:
        raise ValueError(f"{len(payload)} bytes do not fit into an IPv4 packet")
    header = _UDP.pack(port, to, length, 0)
    pseudo = _PSEUDO.pack(source, destination, 0, _UDP_PROTOCOL, length)
    # Nought would say that there is none (RFC 768).
    header = _UDP.pack(port, to, length, checksum(pseudo, header, payload) or 0xFFFF)
    fields = _PLAIN, 0, _IP.size + length, 0, 0, _TTL, _UDP_PROTOCOL
    bare = _IP.pack(*fields, 0, source, destination)
    return _IP.pack(*fields, checksum(bare), source, destination) + header + payload


def read_datagram(packet: bytes) -> Datagram:
    """The UDP datagram of an IPv4 packet. Checksums are the kernel's business, or the card's.

    @raise MalformedPacket: it is no whole UDP datagram.
    """
    if len(packet) < _IP.size:
        raise MalformedPacket(_PROTOCOL, "shorter than an IPv4 header")
    first, _tos, length, _id, fragment, _ttl, protocol, _sum, source, destination = _IP.unpack_from(
        packet
    )
    start = (first & 15) * 4
    if first >> 4 != 4 or start < _IP.size or not start + _UDP.size <= length <= len(packet):
        raise MalformedPacket(_PROTOCOL, "the lengths in its IPv4 header contradict each other")
    if protocol != _UDP_PROTOCOL or fragment & _FRAGMENT:
        raise MalformedPacket(_PROTOCOL, "no UDP datagram in one piece")
    port, to, size, _sum = _UDP.unpack_from(packet, start)
    if not _UDP.size <= size <= length - start:
        raise MalformedPacket(_PROTOCOL, "the length in its UDP header is wrong")
    payload = packet[start + _UDP.size : start + size]
    return Datagram(source, port, destination, to, payload)
