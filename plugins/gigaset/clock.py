"""Time zones as each form names them; the rule of the summer time is in the device, for the zone that it is told.

- The N530 to N870 know names of the IANA database, some 80 of them: the zone's own, or else that of the listed one
  whose clocks are nearest.
- The N510 and N720 know numbers for offsets, and whether to change to summer time.
- Of the Maxwell phones' names sources tell two, of the zones of London and Amsterdam; others are not written.

Sources: Wazo's plugins for the names and the numbers of half hours, the comments of Gigaset's own template
for those of full hours, Tancredi for the Maxwell.
"""

from __future__ import annotations

from provd.sdk import nearest_zone, zone_of

_NAMES = """
Pacific/Honolulu
America/Anchorage America/Los_Angeles America/Denver America/Chicago America/New_York America/Caracas
America/Sao_Paulo
Greenwich
Europe/Belfast Europe/Dublin Europe/Guernsey Europe/Isle_of_Man Europe/Jersey Europe/Lisbon Europe/London
Europe/Amsterdam Europe/Andorra Europe/Belgrade Europe/Berlin Europe/Bratislava Europe/Brussels
Europe/Budapest Europe/Busingen Europe/Copenhagen Europe/Gibraltar Europe/Ljubljana Europe/Luxembourg
Europe/Madrid Europe/Malta Europe/Monaco Europe/Oslo Europe/Paris Europe/Podgorica Europe/Prague Europe/Rome
Europe/San_Marino Europe/Sarajevo Europe/Skopje Europe/Stockholm Europe/Tirane Europe/Vaduz Europe/Vatican
Europe/Vienna Europe/Warsaw Europe/Zagreb Europe/Zurich
Africa/Cairo
Europe/Athens Europe/Bucharest Europe/Chisinau Europe/Helsinki Europe/Kaliningrad Europe/Kiev
Europe/Mariehamn Europe/Nicosia Europe/Riga Europe/Sofia Europe/Tallinn Europe/Tiraspol Europe/Uzhgorod
Europe/Vilnius Europe/Zaporozhye
Europe/Istanbul Europe/Kirov Europe/Minsk Europe/Moscow Europe/Simferopol Europe/Volgograd
Asia/Dubai Europe/Astrakhan Europe/Samara Europe/Ulyanovsk
Asia/Karachi Asia/Dhaka Asia/Hong_Kong Asia/Tokyo
Australia/Adelaide Australia/Darwin Australia/Brisbane Australia/Sydney
Pacific/Noumea
""".split()
_ZONES = tuple((name, name) for name in _NAMES)

_NUMBERS = {
    # minutes east of Greenwich
    -720: 0x00,
    -660: 0x01,
    -600: 0x02,
    -540: 0x03,
    -480: 0x04,
    -420: 0x07,
    -360: 0x09,
    -300: 0x0D,
    -240: 0x0F,
    -180: 0x15,
    -120: 0x16,
    -60: 0x18,
    0: 0x1A,
    60: 0x1B,
    120: 0x20,
    180: 0x28,
    240: 0x2B,
    270: 0x2D,
    300: 0x2E,
    330: 0x30,
    345: 0x31,
    360: 0x33,
    390: 0x35,
    420: 0x37,
    480: 0x3A,
    540: 0x3D,
    570: 0x40,
    600: 0x43,
    660: 0x47,
    720: 0x48,
    780: 0x50,
}
_DESK_NAMES = (
    ("GMT.Europe/London", "Europe/London"),
    ("GMT+1.Europe/Amsterdam", "Europe/Amsterdam"),
)


def named_zone(timezone: str) -> str:
    """The name for the N530 to N870; empty where nobody said a time zone.

    @raise RawConfigError: there is none of that name.
    """
    if not timezone:
        return ""
    zone = zone_of(timezone)
    return timezone if timezone in _NAMES else nearest_zone(_ZONES, zone)


def numbered_zone(timezone: str) -> tuple[int, int] | None:
    """The number for the N510 and N720, and 1 where the clocks are changed; None where nobody said a time zone.

    @raise RawConfigError: there is none of that name.
    """
    if not timezone:
        return None
    zone = zone_of(timezone)
    minutes = zone.utc_offset_seconds // 60
    nearest = min(_NUMBERS, key=lambda known: abs(known - minutes))
    return _NUMBERS[nearest], 1 if zone.dst else 0


def desk_zone(timezone: str) -> str:
    """The name for a Maxwell; empty where no source tells one that keeps the same time.

    @raise RawConfigError: there is none of that name.
    """
    if not timezone:
        return ""
    zone = zone_of(timezone)
    return next((name for name, known in _DESK_NAMES if zone_of(known) == zone), "")
