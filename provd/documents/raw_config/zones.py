"""The names of the IANA time zones."""

from __future__ import annotations

import zoneinfo
from functools import cache


@cache
def zone_names() -> frozenset[str]:
    """Every zone that can be loaded here; read from the disk once, at the first call (some 10 ms)."""
    return frozenset(zoneinfo.available_timezones())
