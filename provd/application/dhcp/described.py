"""The packet of a described request: written out, or made of what the description says."""

from __future__ import annotations

from collections.abc import Mapping
from zlib import crc32

from provd.documents.reading import Reading
from provd.values import MalformedPacket, ProvdError
from provd.wire.dhcp import REQUEST, MessageType, Packet, decode, parse_address, parse_packet

LONGEST = 65536
"""Characters of a packet that is written out."""
_KIND = 53


def packet_written(read: Reading) -> Packet | None:
    """The packet at `packet`: its text, or its bytes as hex digits; None where there is none."""
    text = read.text("packet") or ""
    if not text:
        return None
    if len(text) > LONGEST:
        read.note("packet", "is too long", f"{LONGEST} characters at most")
        return None
    digits = "".join(text.split()).replace(":", "")
    try:
        return decode(bytes.fromhex(digits)) if _is_hex(digits) else parse_packet(text)
    except MalformedPacket as error:
        read.note("packet", error.detail, "a packet that can be read")
    except ProvdError as error:
        read.note("packet", str(error), "a packet as `provd explain` writes it, or hex digits")
    return None


def packet_made(mac: str, options: Mapping[int, bytes], ip: str, relay: str) -> Packet:
    """A packet that says no more than it was described with: a DISCOVER where nothing else is said."""
    said = dict(options)
    said.setdefault(_KIND, bytes([MessageType.DISCOVER]))
    return Packet(
        op=REQUEST,
        xid=crc32(mac.encode()),
        chaddr=bytes.fromhex(mac.replace(":", "")),
        options=said,
        ciaddr=parse_address(ip) if ip and ":" not in ip else 0,
        giaddr=parse_address(relay) if relay and ":" not in relay else 0,
    )


def _is_hex(text: str) -> bool:
    return len(text) % 2 == 0 and all(each in "0123456789abcdefABCDEF" for each in text)
