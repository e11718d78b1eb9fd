"""Time zones as these devices take them: a listed offset, what is missing from it, and the rule of its summer time.

`start=3/-1/7/2:0:0` is the last (-1) Sunday (7) of March at two; a positive day is the first from which the weekday
counts; weekdays are counted from Monday (administration guide of the SPA300 and SPA500 series, "Configuring
Daylight Saving Time"). Hours are those of the wall time before the change, as in the vendor's rule for the United
States, which begins and ends at two.

The SPA100 and ATA190 series take one of a list of zones besides, which also names a summer time; "if you've
configured" the rule, it "takes precedence" (provisioning guide of the ATA 191, "Time_Setup Parameters").
"""

from __future__ import annotations

from provd.sdk import ClockChange, Zone, nearest_zone, zone_of

_LISTED = (
    *range(-12 * 60, -3 * 60, 60),
    -210,
    *range(-3 * 60, 3 * 60 + 1, 60),
    *(210, 240, 300, 330, 345, 360, 390, 420, 480, 540, 570, 600, 660, 720, 780),
)
"""The offsets, in minutes, of which `Time_Zone` is one (FusionPBX's template for the SPA303 lists them)."""

_ROUTER_ZONES = (
    # the vendor's setting, a zone that keeps the time it means
    ("-12 1 0", "Etc/GMT+12"),
    ("-11 1 0", "Pacific/Pago_Pago"),
    ("-10 1 0", "Pacific/Honolulu"),
    ("-09 1 1", "America/Anchorage"),
    ("-08 1 1", "America/Los_Angeles"),
    ("-07 2 1", "America/Denver"),
    ("-07 1 0", "America/Phoenix"),
    ("-06 2 1", "America/Chicago"),
    ("-06 1 5", "America/Mexico_City"),
    ("-05 2 1", "America/New_York"),
    ("-05 1 0", "America/Bogota"),
    ("-04 2 1", "America/Halifax"),
    ("-04 1 0", "America/La_Paz"),
    ("-03.5 1 1", "America/St_Johns"),
    ("-03 1 1", "America/Argentina/Buenos_Aires"),
    ("-02 1 0", "America/Noronha"),
    ("-01 1 2", "Atlantic/Azores"),
    ("+00 2 2", "Europe/London"),
    ("+00 1 0", "Africa/Abidjan"),
    ("+01 2 2", "Europe/Paris"),
    ("+02 2 2", "Europe/Athens"),
    ("+02 1 0", "Africa/Johannesburg"),
    ("+03 1 8", "Asia/Baghdad"),
    ("+03.5 1 0", "Asia/Tehran"),
    ("+04 1 0", "Asia/Dubai"),
    ("+04.5 1 0", "Asia/Kabul"),
    ("+05 1 7", "Asia/Karachi"),
    ("+05.5 1 0", "Asia/Kolkata"),
    ("+05.75 1 0", "Asia/Kathmandu"),
    ("+06 1 7", "Asia/Dhaka"),
    ("+06.5 1 0", "Asia/Yangon"),
    ("+07 1 7", "Asia/Bangkok"),
    ("+08 3 0", "Asia/Shanghai"),
    ("+09 1 0", "Asia/Tokyo"),
    ("+09.5 1 10", "Australia/Adelaide"),
    ("+10 2 4", "Australia/Sydney"),
    ("+10 1 7", "Pacific/Guam"),
    ("+11 1 0", "Pacific/Guadalcanal"),
    ("+12 2 4", "Pacific/Auckland"),
    ("+12 1 0", "Pacific/Fiji"),
    ("+13 1 0", "Pacific/Tongatapu"),
    ("+14 1 0", "Pacific/Kiritimati"),
)
"""Provisioning guide of the ATA 191 and ATA 192, "Time Zone Settings"; without those whose law has changed since."""

Parameters = list[tuple[str, object]]


def clock_of(timezone: str) -> Parameters:
    """What phones and older adapters are told; nothing where nobody said a time zone.

    @raise RawConfigError: there is none of that name.
    """
    if not timezone:
        return []
    zone = zone_of(timezone)
    minutes = zone.utc_offset_seconds // 60
    listed = max((each for each in _LISTED if each <= minutes), default=_LISTED[0])
    more = minutes - listed
    return [
        ("Time_Zone", _offset(listed)),
        ("Time_Offset__HH_mm_", f"{more // 60:02}/{more % 60:02}" if more else ""),
        ("Ignore_DHCP_Time_Offset", "Yes"),
        ("Daylight_Saving_Time_Enable", "Yes" if zone.dst else "No"),
        ("Daylight_Saving_Time_Rule", _rule(zone)),
    ]


def router_clock(timezone: str) -> Parameters:
    """What the SPA100 and ATA190 series are told below `Time_Setup`.

    @raise RawConfigError: there is none of that name.
    """
    if not timezone:
        return []
    zone = zone_of(timezone)
    return [
        ("Time_Zone", nearest_zone(_ROUTER_ZONES, zone)),
        ("Auto_Adjust_Clock", 1 if zone.dst else 0),
        ("Daylight_Saving_Time_Rule", _rule(zone)),
    ]


def _offset(minutes: int) -> str:
    """`GMT-03:30`, `GMT`, `GMT+05:45`."""
    hours, rest = divmod(abs(minutes), 60)
    return f"GMT{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}" if minutes else "GMT"


def _rule(zone: Zone) -> str:
    """Empty where clocks are not changed: that is what undoes an earlier rule."""
    if zone.dst is None:
        return ""
    save = zone.dst.save_seconds
    start, end = _change(zone.dst.start), _change(zone.dst.end)
    return f"start={start};end={end};save={save // 3600}:{save % 3600 // 60}:{save % 60}"


def _change(change: ClockChange) -> str:
    """Month, day, weekday and time of one change."""
    near = change.in_one_day()
    time = f"{near.hour}:{near.minute}:{near.seconds % 60}"
    if not near.week:
        return f"{near.month}/{near.day}/0/{time}"
    day = -1 if near.week == 5 else (near.week - 1) * 7 + 1
    return f"{near.month}/{day}/{near.weekday_from_monday}/{time}"
