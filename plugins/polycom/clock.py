"""Time zones as these phones take them: seconds east of Greenwich, and the rule of the summer time.

`start.date` is the day from which the weekday is looked for ("1 = the first occurrence of a given
day-of-the-week in a month, 8 = the second …"), or `lastInMonth` says that it is the last; weekdays are counted from
Sunday, 1; hours are full ones, in the wall time before the change.  Summer time is one hour: there is no
parameter for more or less (administrator guide of SIP 2.2, "tcpIpApp.sntp").
"""

from __future__ import annotations

from provd.sdk import ClockChange, zone_of


def clock_of(timezone: str) -> dict[str, object] | None:
    """What the template writes; None where nobody said a time zone.

    @raise RawConfigError: there is none of that name.
    """
    if not timezone:
        return None
    zone = zone_of(timezone)
    if zone.dst is None:
        return {"offset": zone.utc_offset_seconds, "changes": []}
    start, end = zone.dst.start.in_one_day(), zone.dst.end.in_one_day()
    return {
        "offset": zone.utc_offset_seconds,
        "fixed": 0 if start.week else 1,
        "changes": [{"when": "start", **_change(start)}, {"when": "stop", **_change(end)}],
    }


def _change(change: ClockChange) -> dict[str, int]:
    """One end of the summer time."""
    last = change.week == 5
    return {
        "month": change.month,
        # Without a meaning where it is the last of the month; written for phones that remember another.
        "date": 1 if last else (change.week - 1) * 7 + 1 if change.week else change.day,
        "time": change.hour,
        "weekday": change.weekday or 1,
        "last": 1 if last else 0,
    }
