"""Values that look like an identity and are none.

Boards leave the factory with serials nobody filled in and with UUIDs of all ones; a whole
delivery then claims to be one box.  Such a value identifies nothing: it is dropped before
anything is looked up, and the Decision says so.
"""

from __future__ import annotations

from functools import lru_cache

_SERIALS = frozenset(
    {
        "0",
        "none",
        "n/a",
        "na",
        "null",
        "unknown",
        "default",
        "default string",
        "invalid",
        "not available",
        "not applicable",
        "not specified",
        "serial",
        "serial number",
        "enter serial",
        "system serial number",
        "chassis serial number",
        "to be filled by o.e.m.",
        "to be filled by oem",
        "0123456789",
        "123456789",
        "1234567890",
    }
)

_UUIDS = frozenset(
    {
        # Reference-board images of two BIOS vendors, shipped unchanged by many makers.
        "03000200-0400-0500-0006-000700080009",
        "12345678-1234-5678-90ab-cddeefaabbcc",
        "00020003-0004-0005-0006-000700080009",
    }
)


def _repeats(text: str) -> bool:
    digits = text.replace("-", "").replace(":", "").replace(" ", "").replace(".", "")
    return len(set(digits)) <= 1


@lru_cache(maxsize=4096)
def is_placeholder(key: str, value: str) -> bool:
    """Whether `value` of an identity key (`mac`, `sn`, `uuid`) names no single box."""
    text = value.strip().lower()
    if key == "mac":
        # The lowest bit of the first octet marks a group address (IEEE 802, 8.2.2): no box has one.
        return text == "00:00:00:00:00:00" or bool(int(text[:2] or "0", 16) & 1)
    if key == "uuid":
        return text in _UUIDS or _repeats(text)
    return text in _SERIALS or (len(text) > 1 and _repeats(text)) or not text
