"""DHCP and BOOTP packets: bytes to values and back (RFC 951, 1542, 2131, 2132, 3396).

Decoding finds the options and joins their parts, and looks into none but the few that say how to
read the packet or that every server reads: 50, 51, 52, 53, 54, 57 and 118.  The others stay
bytes until somebody asks (`provd.wire.dhcp.values`).  What senders are known to do although
they should not is understood; docs/reference/dhcp-packets.rst lists it.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from enum import IntEnum

from msgspec import Struct

from provd.values import MalformedPacket
from provd.wire.dhcp.faults import DoesNotFit, Unencodable
from provd.wire.dhcp.options import SINGLE

__all__ = [
    "BROADCAST",
    "CORE",
    "GREATEST_PACKET",
    "LEAST_LIMIT",
    "LEAST_SIZE",
    "REPLY",
    "REQUEST",
    "MessageType",
    "Packet",
    "check",
    "decode",
    "encode",
]

REQUEST, REPLY = 1, 2
"""`op`: from a client, to a client."""
BROADCAST = 0x8000
"""The flag of a client that hears no unicast yet (RFC 2131 section 2)."""
GREATEST_PACKET = 65507
"""What one UDP datagram over IPv4 holds."""
LEAST_LIMIT = 548
"""What every client takes (RFC 2131 section 2): 576 bytes less 28 of IP and UDP."""
LEAST_SIZE = 300
"""Shorter ones are padded: relays and old clients drop what BOOTP would call short (RFC 1542 2.1)."""

_FIXED = struct.Struct("!BBBBIHHIIII16s64s128sI")
_SIZE = _FIXED.size  # 240, the magic cookie included
_COOKIE = 0x63825363
_PAD, _END, _OVERLOAD, _TYPE, _RELAY = 0, 255, 52, 53, 82
_FILE_OPTIONS, _SNAME_OPTIONS = 1, 2
"""The bits of option 52 (RFC 2132 section 9.3)."""
CORE: Mapping[int, int] = {_TYPE: 1, 50: 4, 51: 4, 54: 4, 57: 2, 118: 4}
"""The options every server reads, and how long each must be for its packet to be one."""


class MessageType(IntEnum):
    """Option 53 (RFC 2132, 3203, 4388, 6926, 7724)."""

    DISCOVER = 1
    OFFER = 2
    REQUEST = 3
    DECLINE = 4
    ACK = 5
    NAK = 6
    RELEASE = 7
    INFORM = 8
    FORCERENEW = 9
    LEASEQUERY = 10
    LEASEUNASSIGNED = 11
    LEASEUNKNOWN = 12
    LEASEACTIVE = 13
    BULKLEASEQUERY = 14
    LEASEQUERYDONE = 15
    ACTIVELEASEQUERY = 16
    LEASEQUERYSTATUS = 17
    TLS = 18


_DIRECTIONS = bytes(
    (0, *(REPLY if kind in {2, 5, 6, 9, 11, 12, 13, 15, 17} else REQUEST for kind in range(1, 18)))
)
"""The `op` that goes with each message type, by number; TLS (18) goes with both."""


class Packet(Struct, frozen=True, gc=False):
    """One packet.  Addresses are numbers, 0 where there is none; options are bytes by code.

    Options are in the order of their first parts, and already joined (RFC 3396); pads, the end
    mark and option 52 are matters of encoding and never among them.  Do not change the dict.
    """

    op: int
    xid: int
    chaddr: bytes
    """As long as `hlen` said, 0 to 16; what stood behind it is gone."""
    options: dict[int, bytes] = {}
    htype: int = 1
    hops: int = 0
    secs: int = 0
    flags: int = 0
    ciaddr: int = 0
    yiaddr: int = 0
    siaddr: int = 0
    giaddr: int = 0
    sname: bytes = b""
    """Up to its first NUL; empty where the field held options."""
    file: bytes = b""
    """The same."""
    cookie: bool = True
    """False for a BOOTP packet whose vendor area is not of RFC 1497: it has no options."""

    @property
    def message_type(self) -> int:
        """A `MessageType`; 0 for BOOTP, which has none."""
        value = self.options.get(_TYPE)
        return value[0] if value else 0


def decode(datagram: bytes) -> Packet:
    """Read one datagram, in time proportional to its length.

    @raise MalformedPacket: for bytes that are no packet, or one that contradicts itself.
    """
    size = len(datagram)
    if not _SIZE <= size <= GREATEST_PACKET:
        raise MalformedPacket("DHCP", f"{size} bytes, expected {_SIZE} to {GREATEST_PACKET}")
    (op, htype, hlen, hops, xid, secs, flags, ciaddr, yiaddr, siaddr, giaddr, chaddr, sname, file,
     cookie) = _FIXED.unpack_from(datagram)  # fmt: skip
    if op != REQUEST and op != REPLY:  # noqa: PLR1714 -- a set would be built for each packet
        raise MalformedPacket("DHCP", f"op {op}, expected 1 (request) or 2 (reply)")
    if hlen > 16:
        raise MalformedPacket("DHCP", f"a hardware address of {hlen} bytes, expected 16 at most")
    options: dict[int, bytes] = {}
    if cookie == _COOKIE:
        repeated = _collect(datagram, _SIZE, "options", options)
        overload = options.pop(_OVERLOAD, None)
        if overload is not None:
            repeated += _overloaded(overload, file, sname, options)
            file = b"" if overload[0] & _FILE_OPTIONS else file
            sname = b"" if overload[0] & _SNAME_OPTIONS else sname
        if repeated:
            _join(options, repeated)
        check(op, options)
    return Packet(
        op, xid, chaddr[:hlen], options, htype, hops, secs, flags, ciaddr, yiaddr, siaddr, giaddr,
        sname.partition(b"\0")[0], file.partition(b"\0")[0], cookie == _COOKIE,
    )  # fmt: skip


def _collect(
    area: bytes, at: int, where: str, options: dict[int, bytes]
) -> list[tuple[int, bytes]]:
    """Add the options that begin at `at`; those whose code is there already are returned."""
    repeated = []
    size = len(area)
    # RFC 2131 section 4.1 wants an end mark; several boot ROMs leave it out.
    while at < size and (code := area[at]) != _END:
        if code == _PAD:
            at += 1
            continue
        at += 2
        end = at + area[at - 1] if at <= size else size + 1
        if end > size:
            raise MalformedPacket("DHCP", f"option {code} in {where} goes on beyond its end")
        if code in options:
            repeated.append((code, area[at:end]))
        else:
            options[code] = area[at:end]
        at = end
    return repeated


def _overloaded(
    overload: bytes, file: bytes, sname: bytes, options: dict[int, bytes]
) -> list[tuple[int, bytes]]:
    """Add the options in `file` and then `sname` (the order of RFC 3396 section 5)."""
    if len(overload) != 1 or not 1 <= overload[0] <= 3:
        raise MalformedPacket("DHCP", f"option 52 is {overload.hex()}, expected 01, 02 or 03")
    repeated = []
    if overload[0] & _FILE_OPTIONS:
        repeated = _collect(file, 0, "file", options)
    if overload[0] & _SNAME_OPTIONS:
        repeated += _collect(sname, 0, "sname", options)
    if _OVERLOAD in options:
        raise MalformedPacket("DHCP", "option 52 stands in a field that it is about")
    return repeated


def _join(options: dict[int, bytes], repeated: list[tuple[int, bytes]]) -> None:
    """RFC 3396: equal codes are the parts of one value. Each part is copied once, however many."""
    parts: dict[int, list[bytes]] = {}
    for code, part in repeated:
        if code in SINGLE:
            raise MalformedPacket("DHCP", f"option {code} stands in it twice")
        if code not in parts:
            parts[code] = [options[code]]
        parts[code].append(part)
    for code, pieces in parts.items():
        options[code] = b"".join(pieces)


def check(op: int, options: Mapping[int, bytes]) -> None:
    """Refuse options that every server would trip over.

    @raise MalformedPacket: for one of the wrong length, or a message type that `op` contradicts.
    """
    for code, width in CORE.items():
        value = options.get(code)
        if value is not None and len(value) != width:
            raise MalformedPacket("DHCP", f"option {code} has {len(value)} bytes, expected {width}")
    value = options.get(_TYPE)
    if value is None:
        return
    kind = value[0]
    if not 1 <= kind <= 18:
        raise MalformedPacket("DHCP", f"message type {kind}, expected 1 to 18")
    if kind < 18 and op != _DIRECTIONS[kind]:
        raise MalformedPacket("DHCP", f"op {op} contradicts {MessageType(kind).name}")


def encode(packet: Packet, *, limit: int = LEAST_LIMIT) -> bytes:
    """The datagram of one packet, of `limit` bytes at most and padded to 300.

    Options are written in the order of the dict.  Where they need more room than there is,
    `file` and `sname` hold options as well, as far as these are empty (option 52) and the packet
    is not one of BOOTP, which knows no such thing; the relay agent's (82) stays out of them,
    since relays look for it in the options only.

    @raise DoesNotFit: where that is not room enough.
    @raise Unencodable: for a field out of range.
    """
    head = _head(packet)
    if not packet.cookie:
        return head.ljust(LEAST_SIZE, b"\0")
    options = packet.options
    body = _encode_options(options)
    size = _SIZE + len(body) + 1
    if size <= limit:
        return (head + body + b"\xff").ljust(LEAST_SIZE, b"\0")
    areas = _spread(packet, limit) if _TYPE in options else None
    if areas is None:
        raise DoesNotFit(size, limit)
    return _overload(head, areas)


def _encode_options(options: Mapping[int, bytes]) -> bytes:
    """Options as they stand in a packet, in their order, without an end mark.

    @raise Unencodable: for a code that no option has.
    """
    if _PAD in options or _END in options or _OVERLOAD in options:
        raise Unencodable("option 0, 52 or 255", "no such option: encoding writes these itself")
    try:
        return b"".join([
            bytes((code, len(value))) + value if len(value) < 256 else b"".join(_parts(code, value))
            for code, value in options.items()
        ])  # fmt: skip
    except ValueError:
        raise Unencodable("an option", "a code of 1 to 254") from None


def _parts(code: int, value: bytes) -> list[bytes]:
    """One option as it is written: in parts where it is longer than 255 bytes (RFC 3396)."""
    cuts = [value[at : at + 255] for at in range(0, len(value) or 1, 255)]
    return [bytes((code, len(cut))) + cut for cut in cuts]


def _spread(packet: Packet, limit: int) -> list[bytes] | None:
    """What goes into options, `file` and `sname`; None where it does not fit.

    A reader joins parts in that order, so no part may stand before an earlier one.
    """
    last = b"".join(_parts(_RELAY, packet.options[_RELAY])) if _RELAY in packet.options else b""
    room = [
        limit - _SIZE - len(b"\x34\1\0\xff") - len(last),
        0 if packet.file else 127,
        0 if packet.sname else 63,
    ]
    areas: list[list[bytes]] = [[], [], []]
    for code, value in packet.options.items():
        at = 0
        for part in _parts(code, value) if code != _RELAY else ():
            while at < 3 and room[at] < len(part):
                at += 1
            if at == 3:
                return None
            room[at] -= len(part)
            areas[at].append(part)
    areas[0].append(last)
    return [b"".join(area) for area in areas] if room[0] >= 0 else None


def _overload(head: bytes, areas: list[bytes]) -> bytes:
    """The datagram whose `file` and `sname` hold options."""
    options, file, sname = areas
    bits = (_FILE_OPTIONS if file else 0) | (_SNAME_OPTIONS if sname else 0)
    written = bytearray(head)
    if sname:
        written[44:108] = (sname + b"\xff").ljust(64, b"\0")
    if file:
        written[108:236] = (file + b"\xff").ljust(128, b"\0")
    written += bytes((_OVERLOAD, 1, bits)) + options + b"\xff"
    return bytes(written).ljust(LEAST_SIZE, b"\0")


def _head(packet: Packet) -> bytes:
    """Everything up to and including the magic cookie."""
    chaddr, sname, file = packet.chaddr, packet.sname, packet.file
    if len(chaddr) > 16 or len(sname) > 64 or len(file) > 128:
        raise Unencodable("chaddr, sname or file", "at most 16, 64 and 128 bytes")
    try:
        return _FIXED.pack(
            packet.op, packet.htype, len(chaddr), packet.hops, packet.xid, packet.secs,
            packet.flags, packet.ciaddr, packet.yiaddr, packet.siaddr, packet.giaddr,
            chaddr, sname, file, _COOKIE if packet.cookie else 0,
        )  # fmt: skip
    except struct.error as error:
        raise Unencodable("a field", str(error)) from None
