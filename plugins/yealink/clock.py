"""Time zones as these phones take them: an offset, and the rule of its summer time.

`local_time.start_time = 3/5/7/2` is the last (5) Sunday (7) of March at two; weekdays are counted
from Monday ("1/4/2/5 means … Tuesday of the 4th week in January": Yealink's configuration
template), hours in the wall time before the change (Dublin goes from 1 to 2 and back in the vendor's `AutoDST.xml`).
"""

from __future__ import annotations

from provd.sdk import ClockChange, zone_of

_HOUR = 3_600
_WEST, _EAST = -11 * _HOUR, 14 * _HOUR
"""The ends of the phones' list of time zones."""


def clock_of(timezone: str) -> dict[str, object] | None:
    """What the template writes; None where nobody said a time zone.

    @raise RawConfigError: there is none of that name.
    """
    if not timezone:
        return None
    zone = zone_of(timezone)
    offset = _offset(min(max(zone.utc_offset_seconds, _WEST), _EAST))
    if zone.dst is None:
        return {"offset": offset, "summer_time": 0}
    start, end = zone.dst.start.in_one_day(), zone.dst.end.in_one_day()
    return {
        "offset": offset,
        "summer_time": 1,
        "by_week": 1 if start.week else 0,
        "start": _change(start),
        "end": _change(end),
        "minutes": zone.dst.save_seconds // 60,
    }


def _offset(seconds: int) -> str:
    """`+5:45`, `-3:30`, `+1`, `0`."""
    hours, minutes = divmod(abs(seconds) // 60, 60)
    sign = "-" if seconds < 0 else "+" if seconds else ""
    return f"{sign}{hours}:{minutes:02}" if minutes else f"{sign}{hours}"


def _change(change: ClockChange) -> str:
    """Month, week, weekday and full hour; or month, day and full hour."""
    if not change.week:
        return f"{change.month}/{change.day}/{change.hour}"
    return f"{change.month}/{change.week}/{change.weekday_from_monday}/{change.hour}"
