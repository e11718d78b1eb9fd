"""A maintenance window: between which times of the day, and where, something may be done to devices."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct

_WINDOW = re.compile(
    r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])(?: +([A-Za-z0-9_+\-/]{1,64}))?"
)

_DAYS = 3
"""Within so many days one opens, and one that began yesterday may still be open."""


class Window(Struct, frozen=True):
    """From one minute of the day to another, which may be one of the next day."""

    begins: int
    ends: int
    """Minutes since midnight."""
    zone: ZoneInfo

    def opening(self, now: float) -> float:
        """When it is open from `now` on: `now`, or when it opens next."""
        today = datetime.fromtimestamp(now, self.zone).date()
        for days in range(-1, _DAYS):
            day = today + timedelta(days=days)
            opens = self._at(day, self.begins)
            closes = self._at(day, self.ends + (1440 if self.ends <= self.begins else 0))
            if now < closes and opens < closes:
                return max(now, opens)
        raise AssertionError("no day has such a time")  # pragma: no cover

    def _at(self, day: date, minutes: int) -> float:
        """When the clock on the wall there shows it, whatever the season does to it."""
        midnight = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        return (midnight + timedelta(minutes=minutes)).timestamp()


@lru_cache(maxsize=256)
def parse_window(text: str) -> Window:
    """The window that `22:00-04:00 Europe/Paris` is; UTC where no zone is named.

    @raise ValueError: it is none, and what one looks like.
    """
    match = _WINDOW.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text[:64]!r} is no window; one is 22:00-04:00 Europe/Paris")
    begins, ends = (int(match[at]) * 60 + int(match[at + 1]) for at in (1, 3))
    if begins == ends:
        raise ValueError(f"{text[:64]!r} ends as it begins")
    try:
        zone = ZoneInfo(match[5] or "UTC")
    except (ValueError, OSError, KeyError) as error:
        raise ValueError(f"there is no time zone {match[5]!r}") from error
    return Window(begins, ends, zone)
