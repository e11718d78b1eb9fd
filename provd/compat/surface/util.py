"""`util`: the spellings of MAC addresses and UUIDs that plugins convert between."""

from __future__ import annotations

import re

from provd.values import parse_mac

_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_NORMAL_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


def norm_mac(mac: str) -> str:
    """`00:00:5e:00:53:01`, from the spellings that phones use. @raise ValueError: it is no MAC address."""
    return parse_mac(mac)


def is_normed_mac(mac: str) -> bool:
    """Whether `norm_mac` would leave it as it is."""
    try:
        return parse_mac(mac) == mac
    except ValueError:
        return False


def format_mac(mac: str, separator: str = ":", uppercase: bool = False) -> str:  # noqa: FBT001, FBT002 - as plugins call it
    """A normal MAC address with another separator, or in capitals."""
    spelled = mac.replace(":", separator)
    return spelled.upper() if uppercase else spelled


def norm_uuid(uuid: str) -> str:
    """Lower case with hyphens. @raise ValueError: it is no UUID."""
    if _UUID.fullmatch(uuid) is None:
        raise ValueError(f"{uuid[:64]!r} is no UUID")
    digits = uuid.replace("-", "").lower()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def is_normed_uuid(uuid: str) -> bool:
    """Whether `norm_uuid` would leave it as it is."""
    return _NORMAL_UUID.fullmatch(uuid) is not None
