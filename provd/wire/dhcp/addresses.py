"""IPv4 addresses as numbers, as which packets hold them, and as text."""

from __future__ import annotations

import re

__all__ = ["format_address", "parse_address"]

_DOTTED = re.compile(r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})", re.ASCII)


def format_address(address: int) -> str:
    """The dotted form of a 32-bit number."""
    return "%d.%d.%d.%d" % (  # noqa: UP031 -- the fastest of all spellings, and in the hot path
        address >> 24,
        address >> 16 & 255,
        address >> 8 & 255,
        address & 255,
    )


def parse_address(text: str) -> int:
    """The 32-bit number of a dotted address.

    @raise ValueError: for anything else, numbers with leading zeros included.
    """
    match = _DOTTED.fullmatch(text)
    if match is not None:
        a, b, c, d = parts = [int(group) for group in match.groups()]
        address = a << 24 | b << 16 | c << 8 | d
        if max(parts) < 256 and format_address(address) == text:
            return address
    msg = f"not an IPv4 address: {text!r}"
    raise ValueError(msg)
