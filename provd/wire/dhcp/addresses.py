"""IPv4 addresses as numbers, as which packets hold them, and as text.

One exchange spells the same few addresses a dozen times (its client's, its relay's, ours): the last
ones are remembered, which costs 0.03 µs instead of 0.3 (and 0.9 to read one).
"""

from __future__ import annotations

from functools import lru_cache

__all__ = ["format_address", "parse_address"]

_REMEMBERED = 4096


@lru_cache(_REMEMBERED)
def format_address(address: int) -> str:
    """The dotted form of a 32-bit number."""
    return "%d.%d.%d.%d" % (  # noqa: UP031 -- the fastest of all spellings, and in the hot path
        address >> 24,
        address >> 16 & 255,
        address >> 8 & 255,
        address & 255,
    )


@lru_cache(_REMEMBERED)
def parse_address(text: str) -> int:
    """The 32-bit number of a dotted address.

    @raise ValueError: for anything else, numbers with leading zeros included.
    """
    try:
        a, b, c, d = map(int, text.split("."))
    except ValueError:
        a = b = c = d = -1
    address = a << 24 | b << 16 | c << 8 | d
    # Whatever else `int` reads (signs, blanks, digits of other scripts) is spelled otherwise.
    if 0 <= address < 1 << 32 and format_address(address) == text:
        return address
    msg = f"not an IPv4 address: {text!r}"
    raise ValueError(msg)
