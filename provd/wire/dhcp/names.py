r"""Domain names in options: RFC 1035 section 3.1, with the compression of RFC 3397.

As text a name is what everybody writes, `boot.example.org`; a dot or a backslash within a label
has a backslash in front, and bytes that no host name has are `\DDD`.  The root is `.`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from provd.wire.dhcp.scanner import Scanner

__all__ = ["GREATEST_COUNT", "NAME", "pack_names", "read_name", "scan_name", "unpack_names"]

GREATEST_COUNT = 256
"""Names in one option. A pointer is two bytes and may stand for 255: without a bound, 64 KiB of
pointers would cost as much as 8 MB of names."""
_GREATEST_JUMPS = 127
"""Pointers on the way to one name: as many as it may have labels."""
_POINTER = 0xC0
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
_SHOWN = [
    chr(byte) if byte in _PLAIN else f"\\{chr(byte)}" if byte in b".\\" else f"\\{byte:03d}"
    for byte in range(256)
]
NAME = re.compile(r"(?:[A-Za-z0-9_.-]|\\(?:[01][0-9]{2}|2[0-4][0-9]|25[0-5])|\\[.\\])+", re.ASCII)
_PART = re.compile(r"\\([0-9]{3})|\\([.\\])|(\.)|([A-Za-z0-9_-]+)", re.ASCII)


def unpack_names(value: bytes) -> tuple[str, ...]:
    """The names in a value, in their order.

    @raise ValueError: for labels that go on beyond the end, names too long or too many, and
        pointers that do not point to an earlier place (RFC 1035 section 4.1.4), as all loops do.
    """
    names = []
    at = 0
    while at < len(value):
        name, at = read_name(value, at)
        names.append(name)
        if len(names) > GREATEST_COUNT:
            raise ValueError(f"more than {GREATEST_COUNT} names")
    return tuple(names)


def read_name(value: bytes, start: int) -> tuple[str, int]:
    """The name at `start`, and where the next one begins; raises as `unpack_names`."""
    labels: list[str] = []
    at, after, floor, length, jumps = start, -1, start, 0, 0
    while True:
        size = value[at] if at < len(value) else -1
        if size >= _POINTER:
            if at + 1 >= len(value):
                raise ValueError("a pointer goes on beyond the end")
            after = at + 2 if after < 0 else after
            at = (size & 63) << 8 | value[at + 1]
            jumps += 1
            if at >= floor or jumps > _GREATEST_JUMPS:
                raise ValueError("a pointer does not point to an earlier place, or to many others")
            floor = at
            continue
        length += size + 1
        if size < 0 or size > 63 or at + size >= len(value) or length > 255:
            raise ValueError("a label goes on beyond the end, or its name is too long")
        if size == 0:
            return ".".join(labels) or ".", at + 1 if after < 0 else after
        labels.append("".join([_SHOWN[byte] for byte in value[at + 1 : at + 1 + size]]))
        at += 1 + size


def pack_names(names: Sequence[str], *, compressed: bool = True) -> bytes:
    """The value that holds these names.

    @raise ValueError: for a name with an empty or too long label, or that is too long.
    """
    value = bytearray()
    places: dict[tuple[bytes, ...], int] = {}
    for name in names:
        labels = _labels(name)
        while labels:
            place = places.get(labels) if compressed else None
            if place is not None:
                value += (_POINTER << 8 | place).to_bytes(2, "big")
                break
            if len(value) < 1 << 14:
                places[labels] = len(value)
            value += bytes((len(labels[0]),)) + labels[0]
            labels = labels[1:]
        else:
            value.append(0)
    return bytes(value)


def _labels(name: str) -> tuple[bytes, ...]:
    if name == ".":
        return ()
    labels = [bytearray()]
    for digits, escaped, dot, plain in _PART.findall(name.removesuffix(".")):
        if dot:
            labels.append(bytearray())
        else:
            labels[-1] += bytes((int(digits),)) if digits else (escaped or plain).encode()
    if (
        not all(0 < len(label) < 64 for label in labels)
        or sum(map(len, labels)) + len(labels) > 254
    ):
        raise ValueError("labels of 1 to 63 bytes, 255 in all")
    return tuple(bytes(label) for label in labels)


def scan_name(scanner: Scanner) -> str:
    """The name here, as it is written."""
    return scanner.need(NAME, "a domain name")
