"""Order of version numbers as people mean it: 10.1 comes after 8.9."""

from __future__ import annotations

import re

LONGEST = 256
"""Characters of a version that are looked at: no device says more, and digits without end cost time."""

_PARTS = re.compile(r"\d+|[^\d]+")


def natural_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key in which runs of digits compare as numbers and sort after letters."""
    return tuple(
        (1, int(part), "") if part.isdigit() and part.isascii() else (0, 0, part.lower())
        for part in _PARTS.findall(text[:LONGEST])
    )
