"""Time zones as these phones take them: an offset, and the rule of its summer time.

`dst` is `3600 03.05.07 02:00:00 10.05.07 03:00:00`: by how many seconds, and from and until when.  A day
is month, week (05 for the last) and weekday (07 for Sunday), or day and month (`22.03`): the vendor's
page of that setting, in both of its forms.

`timezone` is one of a list that the firmware holds.  It is written beside the rule where it means
the same, and only so that the phone does not ask its user for one ("should be set to avoid the phone
asking for a valid timezone on every boot", FusionPBX's page of these phones).
"""

from __future__ import annotations

from functools import lru_cache

from provd.sdk import ClockChange, Zone, dst_rules, zone_of

_NAMES = (
    # the vendor's name, a zone that keeps the time it means
    ("USA-5", "America/New_York"),
    ("USA-6", "America/Chicago"),
    ("USA-7", "America/Denver"),
    ("USA-8", "America/Los_Angeles"),
    ("GBR-0", "Europe/London"),
    ("FRA+1", "Europe/Paris"),
    ("GER+1", "Europe/Berlin"),
    ("ITA+1", "Europe/Rome"),
    ("ESP+1", "Europe/Madrid"),
    ("NLD+1", "Europe/Amsterdam"),
    ("BEL+1", "Europe/Brussels"),
    ("FIN+2", "Europe/Helsinki"),
    ("NZL+12", "Pacific/Auckland"),
)
"""The vendor's examples (USA-5, GER+1, ITA+1), and others as Tancredi's table has them, of
countries whose law has not changed since the firmware was made."""


def clock_of(timezone: str) -> dict[str, object] | None:
    """What the template writes; None where nobody said a time zone.

    @raise RawConfigError: there is none of that name.
    """
    if not timezone:
        return None
    zone = zone_of(timezone)
    return {
        "name": _name(timezone, zone),
        "utc_offset": zone.utc_offset_seconds,
        "dst": _rule(zone),
    }


@lru_cache(maxsize=256)
def _name(timezone: str, zone: Zone) -> str:
    """The vendor's name of the zone itself, or else of one with the same rule; empty without one."""
    same = [pair for pair in _NAMES if dst_rules(pair[1]) == zone]
    own = [pair for pair in same if pair[1] == timezone]
    return (own or same or [("", "")])[0][0]


def _rule(zone: Zone) -> str:
    """Empty where the clocks are not changed: that is what undoes an earlier rule."""
    if zone.dst is None:
        return ""
    return f"{zone.dst.save_seconds} {_change(zone.dst.start)} {_change(zone.dst.end)}"


def _change(change: ClockChange) -> str:
    """Day and time of one change."""
    near = change.in_one_day()
    time = f"{near.hour:02}:{near.minute:02}:{near.seconds % 60:02}"
    if not near.week:
        return f"{near.day:02}.{near.month:02} {time}"
    return f"{near.month:02}.{near.week:02}.{near.weekday_from_monday:02} {time}"
