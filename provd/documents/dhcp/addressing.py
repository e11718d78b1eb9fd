"""IPv4 addresses and networks as DHCP's documents spell them: dotted, and without host bits."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError

from provd.documents.reading import Reading

LARGEST = 8
"""The shortest prefix of a subnet: what is larger than a /8 is a slip of the pen."""

_LENGTH = re.compile(r"[0-9]{1,2}")


def dotted(read: Reading, key: str) -> str:
    """An address in its canonical spelling; empty where it is absent, or wrong and noted."""
    text = read.text(key) or ""
    try:
        return str(IPv4Address(text)) if text else ""
    except AddressValueError:
        read.note(key, f"{text[:40]!r} is not an IPv4 address", "like 192.0.2.10")
        return ""


def network(text: str) -> IPv4Network:
    """The network of a subnet: `192.0.2.0/24`.

    @raise ValueError: it is none, or one with host bits, and what would be right.
    """
    address, slash, length = text.partition("/")
    if not slash or not _LENGTH.fullmatch(length):
        raise ValueError("like 192.0.2.0/24")
    try:
        found = IPv4Network((address, int(length)), strict=False)
    except (AddressValueError, NetmaskValueError):
        raise ValueError("like 192.0.2.0/24") from None
    if found.prefixlen < LARGEST:
        raise ValueError(f"a prefix of {LARGEST} at least")
    if str(found) != text:
        raise ValueError(str(found))
    return found


def reserved_ends(net: IPv4Network) -> tuple[str, ...]:
    """The network's own and the broadcast address, which no host has; a /31 or /32 has none (RFC 3021)."""
    if net.prefixlen >= 31:
        return ()
    return str(net.network_address), str(net.broadcast_address)
