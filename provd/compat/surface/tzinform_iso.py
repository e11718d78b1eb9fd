"""`tzinform` for the families whose code was rewritten for weekdays that count from Monday."""

from __future__ import annotations

from typing import Any

from provd.compat.surface import tzinform
from provd.compat.surface.tzinform import Time, TimezoneNotFoundError, week_start_on_monday

__all__ = ["Time", "TimezoneNotFoundError", "get_timezone_info", "week_start_on_monday"]


def get_timezone_info(timezone_name: str) -> dict[str, Any]:
    """As `tzinform`, with Monday 1 and Sunday 7.

    @raise TimezoneNotFoundError: there is none of that name.
    """
    told = tzinform.get_timezone_info(timezone_name)
    if told["dst"] is not None:
        for change in (told["dst"]["start"], told["dst"]["end"]):
            change["day"] = _from_monday(change["day"])
    return told


def _from_monday(day: str) -> str:
    week, dot, weekday = day.partition(".")
    return f"{week}.{week_start_on_monday(int(weekday))}" if dot else day
