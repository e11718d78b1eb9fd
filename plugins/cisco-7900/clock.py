"""Time zones in Cisco's two languages.

`SEP<MAC>.cnf.xml` takes a name out of a list that the firmware holds, rules included.  A name is
chosen by what it does, never by what it is called: by its offset and its summer time.  Names whose rules were changed by law since the firmware was made (Moscow,
Tehran, Cairo, Sao Paulo, Mexico City) are not used.

`SIP<MAC>.cnf` takes an abbreviation for the offset, and the rule in full.
"""

from __future__ import annotations

from typing import Any

from provd.sdk import ClockChange, Zone, nearest_zone

_NAMES = (
    # Cisco's name, a zone that keeps the very time it means; the first of equals is used
    ("Dateline Standard Time", "Etc/GMT+12"),
    ("Samoa Standard Time", "Etc/GMT+11"),
    ("Hawaiian Standard Time", "Pacific/Honolulu"),
    ("Alaskan Standard/Daylight Time", "America/Anchorage"),
    ("Pacific Standard/Daylight Time", "America/Los_Angeles"),
    ("Mountain Standard/Daylight Time", "America/Denver"),
    ("US Mountain Standard Time", "America/Phoenix"),
    ("Central Standard/Daylight Time", "America/Chicago"),
    ("Canada Central Standard Time", "America/Regina"),
    ("Eastern Standard/Daylight Time", "America/New_York"),
    ("SA Pacific Standard Time", "America/Bogota"),
    ("Atlantic Standard/Daylight Time", "America/Halifax"),
    ("SA Western Standard Time", "America/La_Paz"),
    ("Newfoundland Standard/Daylight Time", "America/St_Johns"),
    ("SA Eastern Standard Time", "America/Argentina/Buenos_Aires"),
    ("GMT Standard/Daylight Time", "Europe/London"),
    ("Azores Standard/Daylight Time", "Atlantic/Azores"),
    ("Greenwich Standard Time", "Africa/Abidjan"),
    ("Central Europe Standard/Daylight Time", "Europe/Budapest"),
    ("E. Europe Standard/Daylight Time", "Europe/Bucharest"),
    ("South Africa Standard Time", "Africa/Johannesburg"),
    ("Saudi Arabia Standard Time", "Asia/Riyadh"),
    ("Arabian Standard Time", "Asia/Dubai"),
    ("Afghanistan Standard Time", "Asia/Kabul"),
    ("West Asia Standard Time", "Asia/Karachi"),
    ("India Standard Time", "Asia/Kolkata"),
    ("Central Asia Standard Time", "Asia/Dhaka"),
    ("SE Asia Standard Time", "Asia/Bangkok"),
    ("Taipei Standard Time", "Asia/Taipei"),
    ("Tokyo Standard Time", "Asia/Tokyo"),
    ("Cen. Australia Standard/Daylight Time", "Australia/Adelaide"),
    ("AUS Central Standard Time", "Australia/Darwin"),
    ("AUS Eastern Standard/Daylight Time", "Australia/Sydney"),
    ("E. Australia Standard Time", "Australia/Brisbane"),
    ("Central Pacific Standard Time", "Pacific/Guadalcanal"),
    ("New Zealand Standard/Daylight Time", "Pacific/Auckland"),
    ("Fiji Standard Time", "Pacific/Fiji"),
)

_ABBREVIATIONS = {
    # hours east of Greenwich: what the text firmware calls the offset
    -8.0: "PST",
    -7.0: "MST",
    -6.0: "CST",
    -5.0: "EST",
    -4.0: "AST",
    -3.5: "NST",
    0.0: "GMT",
    1.0: "CET",
    2.0: "EET",
    9.0: "JST",
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def zone_name(zone: Zone) -> str:
    """The name that does what the zone does, or else the nearest."""
    return nearest_zone(_NAMES, zone)


def text_clock(zone: Zone) -> dict[str, Any]:
    """For `SIP<MAC>.cnf`: the abbreviation (empty when there is none), and the rule."""
    clock: dict[str, Any] = {
        "abbreviation": _ABBREVIATIONS.get(zone.utc_offset_seconds / 3600, ""),
        "dst": None,
    }
    if zone.dst is not None:
        clock["dst"] = {
            "hours": max(zone.dst.save_seconds // 3600, 1),
            "changes": [
                {"when": "start", **_change(zone.dst.start)},
                {"when": "stop", **_change(zone.dst.end)},
            ],
        }
    return clock


def _change(change: ClockChange) -> dict[str, Any]:
    """Day 0 says that the weekday counts; week 8 is the last one; Sunday is 1."""
    near = change.in_one_day()
    return {
        "month": _MONTHS[near.month - 1],
        "day": near.day,
        "day_of_week": near.weekday,
        "week_of_month": 8 if near.week == 5 else near.week,
        "time": f"{near.hour:02}/{near.minute:02}",
    }
