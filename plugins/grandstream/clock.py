"""Time zones in Grandstream's ways: a POSIX TZ string of one's own, or one of a list.

Most models have a self-defined time zone (P64 `customize`, P246 the string).  Video phones have the list
only; an entry is chosen by what it does, and where none does what the zone does, none is.
"""

from __future__ import annotations

from functools import lru_cache

from provd.sdk import ClockChange, Zone, dst_rules

_LISTED = (
    # the entry, a zone that keeps the very time it means (template of the GXV3240, "Time Zone"); entries
    # whose law has changed since (Sydney, Hobart, Moscow, Cairo, Sao Paulo, ...) are not used
    ("TZB+11", "Etc/GMT+11"),
    ("HAW10", "Pacific/Honolulu"),
    ("AKST9AKDT", "America/Anchorage"),
    ("PST8PDT", "America/Los_Angeles"),
    ("MST7", "America/Phoenix"),
    ("MST7MDT", "America/Denver"),
    ("CST+6", "America/Regina"),
    ("CST6CDT", "America/Chicago"),
    ("EST5", "America/Bogota"),
    ("EST5EDT", "America/New_York"),
    ("AMT4", "America/Manaus"),
    ("AST4ADT", "America/Halifax"),
    ("UTC+3", "America/Argentina/Buenos_Aires"),
    ("TZL+2", "Etc/GMT+2"),
    ("CVT1", "Atlantic/Cape_Verde"),
    ("TZN+0", "Africa/Abidjan"),
    ("GMT+0BST-1,M3.5.0/01:00:00,M10.5.0/02:00:00", "Europe/London"),
    ("TZO-1", "Africa/Lagos"),
    ("CET-1CEST-2,M3.5.0/02:00:00,M10.5.0/03:00:00", "Europe/Paris"),
    ("CAT-2", "Africa/Harare"),
    ("EET-2EEST-3,M3.5.0/03:00:00,M10.5.0/04:00:00", "Europe/Helsinki"),
    ("TZQ-3", "Africa/Nairobi"),
    ("GST-4", "Asia/Dubai"),
    ("AFT-4:30", "Asia/Kabul"),
    ("TZS-5", "Asia/Karachi"),
    ("IST-5:30", "Asia/Kolkata"),
    ("TZU-5:45", "Asia/Kathmandu"),
    ("TZV-6", "Asia/Dhaka"),
    ("TZW-6:30", "Asia/Yangon"),
    ("TZX-7", "Asia/Bangkok"),
    ("TZY-8", "Asia/Shanghai"),
    ("TZZ-9", "Asia/Tokyo"),
    ("CST-9:30", "Australia/Darwin"),
    ("EST-10", "Australia/Brisbane"),
)


@lru_cache(maxsize=256)
def listed(zone: Zone) -> str:
    """The entry of the list that does what the zone does; empty where there is none."""
    return next((entry for entry, name in _LISTED if dst_rules(name) == zone), "")


def self_defined(zone: Zone, most: int) -> str:
    """The zone as a POSIX TZ string of at most `most` characters.

    `STD-1DST-2,M3.5.0/02:00:00,M10.5.0/03:00:00` as the vendor's list spells most; `STD-1DST,M3.5.0,M10.5.0/3`,
    as it spells others, where that is too long; nothing where even that is.  The names are nobody's: the
    device shows none.
    """
    standard, dst = zone.utc_offset_seconds, zone.dst
    text = f"STD{_west(standard)}"
    if dst is None:
        return text
    summer = _west(standard + dst.save_seconds)
    changes = (dst.start.in_one_day(), dst.end.in_one_day())
    full = "".join(f",{_day(change)}/{change.hour:02}:{change.minute:02}:00" for change in changes)
    if len(f"{text}DST{summer}{full}") <= most:
        return f"{text}DST{summer}{full}"
    short = "".join(f",{_day(change)}{_briefly(change)}" for change in changes)
    # POSIX: an hour ahead unless said otherwise.
    text += f"DST{short}" if dst.save_seconds == 3600 else f"DST{summer}{short}"
    return text if len(text) <= most else ""


def _briefly(change: ClockChange) -> str:
    """The time of a change: nothing for 02:00, which is the one that POSIX assumes."""
    if not change.minute:
        return "" if change.hour == 2 else f"/{change.hour}"
    return f"/{change.hour}:{change.minute:02}"


def _west(seconds_east: int) -> str:
    """POSIX counts west of Greenwich as positive: `+5`, `-5:45`, `+0`."""
    hours, minutes = divmod(abs(seconds_east) // 60, 60)
    sign = "-" if seconds_east > 0 else "+"
    return f"{sign}{hours}:{minutes:02}" if minutes else f"{sign}{hours}"


def _day(change: ClockChange) -> str:
    """`M3.5.0`: month, week (5: the last), weekday from Sunday, 0.  A fixed day is that of the year, `J80`."""
    if change.week:
        return f"M{change.month}.{change.week}.{change.weekday - 1}"
    return f"J{change.day_of_year}"
