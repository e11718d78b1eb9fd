"""The header that a proxy sends before everything else: version 1, a line, or version 2, in binary.

The PROXY protocol, versions 1 and 2, W. Tarreau, "The PROXY protocol" (proxy-protocol.txt of HAProxy);
sections are those of it.  The receiver knows that a header comes: it never looks whether one might.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

from msgspec import Struct

from provd.values import MalformedPacket, parse_ip
from provd.wire.proxy.values import Values, read_values

LONGEST_LINE = 107
"""Bytes of version 1, its end included (section 2.1)."""

LONGEST_HEADER = 16384
"""Bytes of version 2: four times what proxies send with a certificate in it; the format knows 65551."""

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
_FIXED = 16
_UNSPEC, _TCP4, _TCP6 = 0x00, 0x11, 0x21
_SIZES = {_TCP4: 12, _TCP6: 36}
_OTHERS = {0x12: 12, 0x22: 36, 0x31: 216, 0x32: 216}
"""Datagrams and UNIX sockets: their addresses are stepped over, nobody is named by them (section 2.2)."""


class ProxyHeader(Struct, frozen=True, kw_only=True, gc=False):
    """Whom a proxy speaks for."""

    source: str = ""
    """The client's address, canonical; empty where the proxy speaks for itself, or for one that it cannot name."""
    source_port: int = 0
    destination: str = ""
    """The address that the client reached; empty as `source` is."""
    destination_port: int = 0
    values: Values = Values()
    """What version 2 says beside that."""


class Introduction(NamedTuple):
    """A header, and how many bytes it took."""

    header: ProxyHeader
    size: int


def read_header(data: bytes) -> Introduction | None:
    """The header that begins `data`; None while more of it must come.

    Never looks at more than `LONGEST_HEADER` bytes.

    @raise MalformedPacket: no header begins so, or one that nobody may send over TCP.
    """
    if data[:1] == SIGNATURE[:1]:
        return _version_2(data)
    return _version_1(data)


# Version 1, section 2.1.


def _version_1(data: bytes) -> Introduction | None:
    line, ended, _rest = data[:LONGEST_LINE].partition(b"\r\n")
    if not ended:
        if len(data) >= LONGEST_LINE or not _may_begin(data):
            raise _malformed("the connection does not begin with a header")
        return None
    words = line.split(b" ")
    if words[:2] == [b"PROXY", b"UNKNOWN"]:
        return Introduction(ProxyHeader(), len(line) + 2)
    if len(words) != 6 or words[0] != b"PROXY" or words[1] not in {b"TCP4", b"TCP6"}:
        raise _malformed("the line is none of PROXY TCP4, TCP6 and UNKNOWN")
    wide = words[1] == b"TCP6"
    header = ProxyHeader(
        source=_address(words[2], wide=wide),
        destination=_address(words[3], wide=wide),
        source_port=_port(words[4]),
        destination_port=_port(words[5]),
    )
    return Introduction(header, len(line) + 2)


def _may_begin(data: bytes) -> bool:
    return data[:6] == b"PROXY "[: len(data[:6])]


def _address(text: bytes, *, wide: bool) -> str:
    try:
        parsed = (IPv6Address if wide else IPv4Address)(text.decode("ascii"))
    except ValueError:
        raise _malformed("an address is none of its family") from None
    if "%" in str(parsed):
        raise _malformed("an address has a zone")
    return parse_ip(str(parsed))


def _port(text: bytes) -> int:
    # Section 2.1: decimal, no leading zero.
    if text.isdigit() and len(text) <= 5 and (text == b"0" or text[:1] != b"0"):
        port = int(text)
        if port <= 65535:
            return port
    raise _malformed("a port is none")


# Version 2, section 2.2.


def _version_2(data: bytes) -> Introduction | None:
    if data[:12] != SIGNATURE[: len(data[:12])]:
        raise _malformed("the connection does not begin with a header")
    if len(data) < _FIXED:
        return None
    version, command = data[12] >> 4, data[12] & 0x0F
    if version != 2 or command > 1:
        raise _malformed("the version or the command is not known")
    size = _FIXED + int.from_bytes(data[14:_FIXED])
    if size > LONGEST_HEADER:
        raise _malformed(f"the header is longer than {LONGEST_HEADER} bytes")
    if len(data) < size:
        return None
    whole = data[:size]
    if command == 0:
        # LOCAL: the proxy itself, to see whether we are well; what it says of addresses is to be ignored.
        return Introduction(ProxyHeader(), size)
    return Introduction(_spoken_for(whole, data[13]), size)


def _spoken_for(whole: bytes, family: int) -> ProxyHeader:
    length = _SIZES.get(family) or _OTHERS.get(family, 0)
    if family != _UNSPEC and not length:
        raise _malformed("the family of addresses is not known")
    content = whole[_FIXED:]
    if len(content) < length:
        raise _malformed("the addresses are cut short")
    if family == _UNSPEC:
        # What follows is of no known form: it is skipped, values and all.
        return ProxyHeader()
    values = read_values(whole, _FIXED + length)
    if family not in _SIZES:
        return ProxyHeader(values=values)
    each = 4 if family == _TCP4 else 16
    make = IPv4Address if family == _TCP4 else IPv6Address
    return ProxyHeader(
        source=parse_ip(str(make(content[:each]))),
        destination=parse_ip(str(make(content[each : 2 * each]))),
        source_port=int.from_bytes(content[2 * each : 2 * each + 2]),
        destination_port=int.from_bytes(content[2 * each + 2 : length]),
        values=values,
    )


def _malformed(detail: str) -> MalformedPacket:
    return MalformedPacket("PROXY", detail)
