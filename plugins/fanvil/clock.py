"""Time zones as these phones take them: quarters of an hour east of Greenwich, and the rule of the summer time.

Kathmandu is 23.  The phones' own rule, 3, 5, 0, 2 to 10, 5, 0, 2, is that of Europe: the last (5) Sunday (0) of March at
two.  Exported configurations tell no other, so that the last is 5 is concluded; hours are full ones, in the wall
time before the change.
"""

from __future__ import annotations

from provd.sdk import ClockChange, zone_of

_QUARTER = 900


def clock_of(timezone: str) -> dict[str, object] | None:
    """What the templates write; None where nobody said a time zone.

    A summer time between days of the month, which no zone has today, is not written.

    @raise RawConfigError: there is none of that name.
    """
    if not timezone:
        return None
    zone = zone_of(timezone)
    clock: dict[str, object] = {
        "quarters": zone.utc_offset_seconds // _QUARTER,
        "name": _name(zone.utc_offset_seconds),
        "changes": [],
    }
    if zone.dst is not None and zone.dst.start.week and zone.dst.end.week:
        start, end = zone.dst.start.in_one_day(), zone.dst.end.in_one_day()
        clock["minutes"] = zone.dst.save_seconds // 60
        clock["changes"] = [("Start", _change(start)), ("End", _change(end))]
    return clock


def _name(seconds: int) -> str:
    """`UTC`, `UTC+5:45`, `UTC-5`."""
    hours, minutes = divmod(abs(seconds) // 60, 60)
    if not seconds:
        return "UTC"
    return f"UTC{'-' if seconds < 0 else '+'}{hours}" + (f":{minutes:02}" if minutes else "")


def _change(change: ClockChange) -> dict[str, int]:
    return {
        "month": change.month,
        "week": change.week,
        "weekday": change.weekday - 1,
        "hour": change.hour,
    }
