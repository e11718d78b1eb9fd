"""ICMP echoes (RFC 792): is anybody there?"""

from __future__ import annotations

import struct

from provd.wire.inet.checksum import checksum

_ECHO = struct.Struct("!BBHHH")
_REQUEST, _REPLY = 8, 0
_SHORTEST_IP = 20


def echo_request(identifier: int, sequence: int, payload: bytes = b"") -> bytes:
    """An ICMP message that asks for its like."""
    bare = _ECHO.pack(_REQUEST, 0, 0, identifier, sequence)
    return _ECHO.pack(_REQUEST, 0, checksum(bare, payload), identifier, sequence) + payload


def echo_source(packet: bytes, identifier: int) -> bytes | None:
    """Who answers a request of ours, from an IPv4 packet as a raw socket reads it; None: nobody."""
    if len(packet) < _SHORTEST_IP:
        return None
    start = (packet[0] & 15) * 4
    if start < _SHORTEST_IP or len(packet) < start + _ECHO.size:
        return None
    kind, _code, _sum, named, _sequence = _ECHO.unpack_from(packet, start)
    return packet[12:16] if kind == _REPLY and named == identifier else None
