"""Options within an option: 43 (RFC 2132 section 8.4), 82 (RFC 3046), 122, 125, 175, …"""

from __future__ import annotations

from collections.abc import Mapping

from provd.wire.dhcp.faults import MalformedOption, Unencodable

__all__ = ["encapsulate", "pairs", "split_user_class", "suboptions"]


def suboptions(code: int, value: bytes) -> dict[int, bytes]:
    """The sub-options of option `code`, in their order; pads and an end mark are left out.

    @raise MalformedOption: where one goes on beyond the end, or stands there twice.
    """
    found = pairs(code, value)
    unique = dict(found)
    if len(unique) != len(found):
        raise MalformedOption("DHCP", "a sub-option stands in it twice", code)
    return unique


def pairs(code: int, value: bytes) -> list[tuple[int, bytes]]:
    """The sub-options of option `code` as they stand there, equal ones included.

    @raise MalformedOption: where one goes on beyond the end.
    """
    found = []
    at, size = 0, len(value)
    while at < size and (kind := value[at]) != 255:
        if kind == 0:
            at += 1
            continue
        end = at + 2 + value[at + 1] if at + 1 < size else size + 1
        if end > size:
            raise MalformedOption("DHCP", f"sub-option {kind} goes on beyond its end", code)
        found.append((kind, value[at + 2 : end]))
        at = end
    return found


def encapsulate(contents: Mapping[int, bytes], *, end: bool = False) -> bytes:
    """Sub-options as an option's value; `end` adds the end mark that PXE wants in option 43.

    @raise Unencodable: for a value longer than 255 bytes, or a code that is none.
    """
    try:
        value = b"".join([
            bytes((code, len(content))) + content for code, content in contents.items()
        ])  # fmt: skip
    except ValueError:
        raise Unencodable("a sub-option", "a code of 1 to 254 and at most 255 bytes") from None
    return value + b"\xff" if end else value


def split_user_class(value: bytes) -> tuple[bytes, ...]:
    """RFC 3004 section 4: each class after its length; what does not add up is one class as it is."""
    classes = []
    at = 0
    while at < len(value):
        length = value[at]
        end = at + 1 + length
        if not length or end > len(value):
            return (value,)
        classes.append(value[at + 1 : end])
        at = end
    return tuple(classes)
