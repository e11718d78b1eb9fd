"""The checksum of the Internet protocols (RFC 1071)."""

from __future__ import annotations

import sys
from array import array

_SWAP = sys.byteorder == "little"


def checksum(*parts: bytes) -> int:
    """The complement of the ones' complement sum; every part but the last has an even length."""
    total = 0
    for part in parts:
        words = array("H", part if len(part) % 2 == 0 else part + b"\0")
        # The sum is the same in either order of bytes but for its own: swapped once, at the end.
        total += sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    if _SWAP:
        total = (total >> 8) | ((total & 0xFF) << 8)
    return ~total & 0xFFFF
