"""Time zones as each form names them; the rule of the summer time is in the device, for the zone that it is told.

- The N530 to N870 know names of the IANA database, some 80 of them: the zone's own, or else that of the listed one
  whose clocks are nearest.
- The N510 and N720 know numbers for offsets, and whether to change to summer time.
- The Maxwell phones know some 75 of them, most with the offset before the name: the zone's own, or else the nearest.

Sources: Wazo's plugins for the names and the numbers of half hours, the comments of Gigaset's own template
for those of full hours, NethVoice's wizard for the Maxwell.
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
_DESK_NAMES = """
GMT-11.Pacific/Midway GMT-10.Pacific/Honolulu GMT-9.America/Anchorage
GMT-8.America/Los_Angeles GMT-8.America/Tijuana
GMT-7.America/Denver GMT-7.America/Chihuahua GMT-7.America/Phoenix
GMT-6.America/Chicago GMT-6.America/Mexico_City GMT-6.America/Costa_Rica GMT-6.America/Regina
GMT-5.America/New_York GMT-5.America/Bogota
GMT-4.America/Halifax GMT-4.America/Manaus GMT-4.America/Barbados
GMT-3.America/Argentina/Buenos_Aires GMT-3.America/Godthab GMT-3.America/Montevideo GMT-3.America/Santiago
GMT-3.America/Sao_Paulo
GMT-2.Atlantic/South_Georgia GMT-1.Atlantic/Azores GMT-1.Atlantic/Cape_Verde
GMT.Europe/London GMT.Africa/Casablanca
GMT+1.Europe/Amsterdam GMT+1.Europe/Brussels GMT+1.Europe/Belgrade GMT+1.Europe/Sarajevo GMT+1.Africa/Brazzaville
GMT+1.Africa/Windhoek
GMT+2.Europe/Athens GMT+2.Europe/Helsinki GMT+2.Africa/Cairo GMT+2.Africa/Harare GMT+2.Asia/Amman GMT+2.Asia/Beirut
GMT+2.Asia/Jerusalem
GMT+3.Europe/Moscow GMT+3.Europe/Minsk GMT+3.Asia/Baghdad GMT+3.Asia/Kuwait GMT+3.Africa/Nairob
GMT+4.Asia/Dubai GMT+4.Asia/Baku GMT+4.Asia/Tbilisi GMT+4.Asia/Yerevan
GMT+5.Asia/Karachi GMT+5.Asia/Oral GMT+5.Asia/Yekaterinburg GMT+6.Asia/Almaty
GMT+7.Asia/Bangkok GMT+7.Asia/Krasnoyarsk
GMT+8.Asia/Shanghai GMT+8.Asia/Hong_Kong GMT+8.Asia/Irkutsk GMT+8.Asia/Kuala_Lumpur GMT+8.Asia/Taipei
GMT+8.Australia/Perth
GMT+9.Asia/Tokyo GMT+9.Asia/Seoul GMT+9.Asia/Yakutsk
GMT+10.Australia/Sydney GMT+10.Australia/Brisbane GMT+10.Australia/Hobart GMT+10.Asia/Magadan
GMT+10.Asia/Vladivostok GMT+10.Pacific/Guam
Australia/Lord_Howe
GMT+12.Pacific/Auckland GMT+12.Pacific/Fiji GMT+12.Pacific/Majuro GMT+13.Pacific/Tongatapu
""".split()
_MISSPELT = {"Africa/Nairob": "Africa/Nairobi"}


def _desk_zones() -> tuple[tuple[str, str], ...]:
    """The phone's names, and the zones that they mean."""
    zones = [(name, name.rpartition(".")[2]) for name in _DESK_NAMES]
    return tuple((name, _MISSPELT.get(zone, zone)) for name, zone in zones)


_DESK_ZONES = _desk_zones()
_DESK_NAME_OF = {zone: name for name, zone in _DESK_ZONES}


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
    """The name for a Maxwell; empty where nobody said a time zone.

    @raise RawConfigError: there is none of that name.
    """
    if not timezone:
        return ""
    zone = zone_of(timezone)
    return _DESK_NAME_OF.get(timezone) or nearest_zone(_DESK_ZONES, zone)
