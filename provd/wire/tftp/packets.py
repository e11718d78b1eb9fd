"""TFTP packets: bytes to values and back (RFC 1350 section 5, options RFC 2347).

Both directions are pure.  Bytes that no sender may send raise `MalformedPacket`; what senders
are known to do although they should not (an error message without its NUL, bytes after the
options of a request) is understood, since a phone cannot be repaired from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from struct import Struct as Layout

from msgspec import Struct

from provd.values import MalformedPacket

__all__ = [
    "HEADER",
    "Acknowledgement",
    "Data",
    "Error",
    "ErrorCode",
    "Opcode",
    "OptionAcknowledgement",
    "Packet",
    "ReadRequest",
    "WriteRequest",
    "error_datagram",
    "parse",
    "serialize",
]

HEADER = Layout("!HH")
"""Opcode, and the block number or error code that follows it in DATA, ACK and ERROR."""


class Opcode(IntEnum):
    """The first two bytes of every packet (RFC 1350 section 5, OACK RFC 2347)."""

    RRQ = 1
    WRQ = 2
    DATA = 3
    ACK = 4
    ERROR = 5
    OACK = 6


class ErrorCode(IntEnum):
    """What an ERROR means (RFC 1350 appendix, 8 RFC 2347)."""

    UNDEFINED = 0
    NOT_FOUND = 1
    ACCESS_VIOLATION = 2
    DISK_FULL = 3
    ILLEGAL_OPERATION = 4
    UNKNOWN_TRANSFER = 5
    FILE_EXISTS = 6
    NO_SUCH_USER = 7
    OPTIONS_REFUSED = 8


class ReadRequest(Struct, frozen=True, gc=False):
    """The client wants a file. Mode and option names are lower case; the first of equal names counts."""

    filename: bytes
    mode: str = "octet"
    options: dict[bytes, bytes] = {}


class WriteRequest(Struct, frozen=True, gc=False):
    """The client wants to leave a file here; shaped as `ReadRequest`."""

    filename: bytes
    mode: str = "octet"
    options: dict[bytes, bytes] = {}


class Data(Struct, frozen=True, gc=False):
    """One block; `block` is the number on the wire, 0 to 65,535."""

    block: int
    payload: bytes


class Acknowledgement(Struct, frozen=True, gc=False):
    """Everything up to `block` has arrived."""

    block: int


class Error(Struct, frozen=True, gc=False):
    """The transfer is over; `code` is an `ErrorCode` or a number nobody has defined."""

    code: int
    message: str = ""


class OptionAcknowledgement(Struct, frozen=True, gc=False):
    """The options the server takes, with the values it takes them at."""

    options: dict[bytes, bytes]


Packet = ReadRequest | WriteRequest | Data | Acknowledgement | Error | OptionAcknowledgement


def parse(datagram: bytes) -> Packet:
    """Read one datagram.

    @raise MalformedPacket: for bytes that are no TFTP packet.
    """
    opcode = int.from_bytes(datagram[:2], "big") if len(datagram) >= 2 else 0
    match opcode:
        case Opcode.RRQ:
            return ReadRequest(*_request(datagram))
        case Opcode.WRQ:
            return WriteRequest(*_request(datagram))
        case Opcode.DATA:
            return Data(_number(datagram), datagram[4:])
        case Opcode.ACK:
            return Acknowledgement(_number(datagram))
        case Opcode.ERROR:
            # Several boot loaders leave out the final NUL.
            message = datagram[4:].split(b"\0", 1)[0]
            return Error(_number(datagram), message.decode("utf-8", "replace"))
        case Opcode.OACK:
            return OptionAcknowledgement(_options(datagram[2:].split(b"\0")))
        case _:
            raise MalformedPacket("TFTP", "no opcode between 1 and 6")


def _number(datagram: bytes) -> int:
    if len(datagram) < 4:
        raise MalformedPacket("TFTP", "it ends before its block number or error code")
    return int.from_bytes(datagram[2:4], "big")


def _request(datagram: bytes) -> tuple[bytes, str, dict[bytes, bytes]]:
    """File name, mode and options; the first two are strings that end in NUL (RFC 1350 section 5)."""
    strings = datagram[2:].split(b"\0")
    if len(strings) < 3:
        raise MalformedPacket("TFTP", "a request without file name and mode")
    filename, mode = strings[0], strings[1]
    if not filename or not mode:
        raise MalformedPacket("TFTP", "a request with an empty file name or mode")
    options = _options(strings[2:]) if len(strings) > 3 else {}
    return filename, mode.decode("ascii", "replace").lower(), options


def _options(strings: list[bytes]) -> dict[bytes, bytes]:
    """Names and values in turn; what follows the last NUL, or has no value, is no option."""
    options: dict[bytes, bytes] = {}
    for at in range(0, len(strings) - 2, 2):
        # RFC 2347: names are case-insensitive, and each may appear once: later ones are ignored.
        if strings[at]:
            options.setdefault(strings[at].lower(), strings[at + 1])
    return options


def serialize(packet: Packet) -> bytes:
    """The datagram of one packet; `parse` gives the packet back."""
    match packet:
        case ReadRequest(filename, mode, options):
            return _request_datagram(Opcode.RRQ, filename, mode, options)
        case WriteRequest(filename, mode, options):
            return _request_datagram(Opcode.WRQ, filename, mode, options)
        case Data(block, payload):
            return HEADER.pack(Opcode.DATA, block) + payload
        case Acknowledgement(block):
            return HEADER.pack(Opcode.ACK, block)
        case Error(code, message):
            return error_datagram(code, message)
        case OptionAcknowledgement(options):
            return b"\0\6" + _strings(options)


def error_datagram(code: int, message: str) -> bytes:
    """An ERROR packet; the message is for the eyes of whoever watches the client boot."""
    return HEADER.pack(Opcode.ERROR, code) + message.encode().replace(b"\0", b"") + b"\0"


def _request_datagram(
    opcode: Opcode, filename: bytes, mode: str, options: Mapping[bytes, bytes]
) -> bytes:
    return b"\0%c%b\0%b\0%b" % (opcode, filename, mode.encode(), _strings(options))


def _strings(options: Mapping[bytes, bytes]) -> bytes:
    return b"".join(b"%b\0%b\0" % option for option in options.items())
