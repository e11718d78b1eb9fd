"""MAC and IP addresses in the one spelling that documents, indexes and logs use."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import NewType

Mac = NewType("Mac", str)
"""An EUI-48, lower case, colon separated: `00:08:5d:23:74:29`."""

_NORMAL = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")
_BARE = re.compile(r"[0-9a-fA-F]{12}")
_SEPARATED = re.compile(r"[0-9a-fA-F]{1,2}(?:([:-])[0-9a-fA-F]{1,2})(?:\1[0-9a-fA-F]{1,2}){4}")


def is_mac(text: str) -> bool:
    """Whether `text` is a MAC address in the normal spelling."""
    return _NORMAL.fullmatch(text) is not None


def parse_mac(spelling: str) -> Mac:
    """Bring a MAC address to the normal spelling.

    Takes bare digits, or groups of one or two digits between `:` or `-`.

    @raise ValueError: for anything else.
    """
    if _NORMAL.fullmatch(spelling):
        return Mac(spelling)
    if _BARE.fullmatch(spelling):
        digits = spelling.lower()
        return Mac(":".join(digits[at : at + 2] for at in range(0, 12, 2)))
    if _SEPARATED.fullmatch(spelling):
        groups = re.split("[:-]", spelling.lower())
        return Mac(":".join(group.zfill(2) for group in groups))
    msg = f"not a MAC address: {spelling!r}"
    raise ValueError(msg)


def format_mac(mac: str, separator: str = ":", *, uppercase: bool = False) -> str:
    """Spell a normal MAC address the way a vendor wants it in a file name."""
    spelled = mac.replace(":", separator)
    return spelled.upper() if uppercase else spelled


def parse_ip(spelling: str) -> str:
    """Bring an IPv4 or IPv6 address to its canonical spelling; IPv4-mapped IPv6 becomes IPv4.

    @raise ValueError: for anything else, leading zeros included.
    """
    address = ip_address(spelling)
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
