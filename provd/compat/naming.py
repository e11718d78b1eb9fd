"""Whose a legacy file is, by its name: plugins write the MAC address of a device into the names of its files.

A legacy plugin serves what lies in its tree, whoever asks.  So the name is all that tells one device's file from
another's.
"""

from __future__ import annotations

import re

_MAC = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![0-9a-f])", re.IGNORECASE)
_BARE = re.compile(r"(?<![0-9a-f])[0-9a-f]{12,15}(?![0-9a-f])", re.IGNORECASE)
"""With up to three digits more: what plugins write around it may look like digits (`spa`, `ATA`)."""


def names_a_device(path: str) -> bool:
    """Whether a MAC address is in a path."""
    return _MAC.search(path) is not None or _BARE.search(path) is not None


def names_another(path: str, mac: str | None) -> bool:
    """Whether a MAC address is in a path that is not `mac`, the one of the device that asks."""
    own = (mac or "").replace(":", "").lower()
    found = [each.replace(":", "").replace("-", "") for each in _MAC.findall(path)]
    found += _BARE.findall(path)
    return any(not own or own not in each.lower() for each in found)
