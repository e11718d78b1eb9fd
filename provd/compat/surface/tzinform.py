"""`tzinform`: what a time zone is, in the words of plugins.

Weekdays count from Sunday, which is 1, and week 5 is the last.  What is answered comes from the rules of
`provd.sdk`, so that it is the same whatever the year is and without time zones on the host.
"""

from __future__ import annotations

from typing import Any

from provd.sdk import ClockChange, Dst, UnknownZone, dst_rules

_HOUR, _MINUTE = 3600, 60


class TimezoneNotFoundError(Exception):
    """There is no time zone of that name."""


class Time:
    """A length of time, or a time of day; its parts round down."""

    def __init__(self, seconds: int) -> None:
        self.as_seconds = seconds

    @property
    def as_minutes(self) -> int:
        return self.as_seconds // _MINUTE

    @property
    def as_hours(self) -> int:
        return self.as_seconds // _HOUR

    @property
    def as_hms(self) -> list[int]:
        """Hours, minutes, seconds; of a negative one the first that is not zero has the sign."""
        minutes, seconds = divmod(abs(self.as_seconds), _MINUTE)
        parts = [*divmod(minutes, _MINUTE), seconds]
        if self.as_seconds < 0:
            first = next(at for at, part in enumerate(parts) if part)
            parts[first] = -parts[first]
        return parts

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Time) and other.as_seconds == self.as_seconds

    def __hash__(self) -> int:
        return hash(self.as_seconds)

    def __repr__(self) -> str:
        return f"Time({self.as_seconds})"


def get_timezone_info(timezone_name: str) -> dict[str, Any]:
    """`utcoffset`, and under `dst` when clocks are changed, or None.

    @raise TimezoneNotFoundError: there is none of that name.
    """
    try:
        zone = dst_rules(timezone_name)
    except UnknownZone as error:
        raise TimezoneNotFoundError(str(error)) from error
    return {
        "utcoffset": Time(zone.utc_offset_seconds),
        "dst": None if zone.dst is None else _summer_time(zone.dst),
    }


def _summer_time(dst: Dst) -> dict[str, Any]:
    return {
        "start": _change(dst.start),
        "end": _change(dst.end),
        "save": Time(dst.save_seconds),
        "as_string": dst.text,
    }


def _change(change: ClockChange) -> dict[str, Any]:
    told = change.in_one_day()
    day = f"W{told.week}.{told.weekday}" if told.week else f"D{told.day}"
    return {"month": told.month, "day": day, "time": Time(told.seconds)}


def week_start_on_monday(weekday: int) -> int:
    """A weekday counted from Sunday, counted from Monday."""
    return (weekday + 5) % 7 + 1
