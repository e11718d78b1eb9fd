"""Time zones the way telephones want them: an offset, and the rule of its summer time.

A phone is told no zone name of ours; it is told minutes east or west of Greenwich and "the last
Sunday of March at 02:00".  The IANA database says that in one line: version 2 and later of its
files (RFC 8536 section 3.3) end in a footer, a POSIX TZ string, which is the rule for all time
after the last listed transition.  It says "last" where last is meant, and does not depend on the
current year, so what is rendered from it does not either.

The data is that of the `tzdata` package, never the host's: two servers of one version render alike.

Where the database says things that a phone cannot be told:

* Ireland's winter is written as a negative summer time; it is turned round into an ordinary one.
* Rules at hours outside a day ("last Sunday at -1") are kept as they are; `ClockChange.in_one_day`
  gives the nearest rule a phone understands.
* Summer times listed year by year (Morocco's, which follows the moon) are no rule: such a zone
  has none here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

from attrs import define
from msgspec import Struct

from provd.sdk.support import RawConfigError
from provd.values import ProvdError

_DAY = 86_400
_WALL_HOUR = 3_600


@define
class UnknownZone(ProvdError):
    """The IANA database has no time zone of that name."""

    name: str

    def __str__(self) -> str:
        return (
            f"there is no time zone called {self.name!r};"
            " use a name of the IANA database, such as Europe/Paris"
        )


class ClockChange(Struct, frozen=True, gc=False):
    """When clocks are changed, in the wall time shown just before.

    Either the `week`th `weekday` of `month` (week 5: the last one; weekday 1: Sunday, 7: Saturday)
    or, with `week` 0, day `day` of `month`.
    """

    month: int
    week: int
    weekday: int
    seconds: int
    """Since midnight of that day; before it when negative, on a later day from 86,400 on."""
    day: int = 0

    @property
    def hour(self) -> int:
        """The full hour, 0 to 23 once the change is `in_one_day`."""
        return self.seconds // _WALL_HOUR

    @property
    def minute(self) -> int:
        """The minute of the hour."""
        return self.seconds % _WALL_HOUR // 60

    @property
    def weekday_from_monday(self) -> int:
        """The weekday as others count it: 1 is Monday, 7 is Sunday."""
        return (self.weekday + 5) % 7 + 1

    @property
    def day_of_year(self) -> int:
        """A `day` of its month as one of a year without a 29 February, from 1."""
        return _DAYS_BEFORE_MONTH[self.month - 1] + self.day

    @property
    def text(self) -> str:
        """`3/W5.1/7200`: month, day (`W<week>.<weekday>` or `D<day>`), seconds."""
        day = f"W{self.week}.{self.weekday}" if self.week else f"D{self.day}"
        return f"{self.month}/{day}/{self.seconds}"

    def in_one_day(self) -> ClockChange:
        """The nearest change at an hour of its own day, for phones that know no other.

        Up to an hour outside the day is cut off, so that the phone changes an hour early or late.
        More is carried to the weekday on which it falls, exact in most years; in the others it
        is a week off, which is what a rule of weeks and weekdays can say.
        """
        if 0 <= self.seconds < _DAY:
            return self
        if -_WALL_HOUR <= self.seconds < 0:
            return self._at(0, 0)
        if self.seconds < _DAY + _WALL_HOUR:
            return self._at(0, _DAY - _WALL_HOUR)
        return self._at(*divmod(self.seconds, _DAY))

    def _at(self, days: int, seconds: int) -> ClockChange:
        if not self.week:
            return ClockChange(self.month, 0, 0, seconds, self.day)
        return ClockChange(self.month, self.week, (self.weekday - 1 + days) % 7 + 1, seconds)


class Dst(Struct, frozen=True, gc=False):
    """Summer time: from `start` to `end`, `save_seconds` (more than 0) ahead of the zone's offset."""

    start: ClockChange
    end: ClockChange
    save_seconds: int

    @property
    def text(self) -> str:
        """Equal for zones that change their clocks at the same times by as much."""
        return f"{self.start.text};{self.end.text};{self.save_seconds}"


class Zone(Struct, frozen=True, gc=False):
    """A time zone as it is now and will be until somebody legislates."""

    utc_offset_seconds: int
    """East of Greenwich is positive, outside summer time."""
    dst: Dst | None = None


@lru_cache(maxsize=1024)
def dst_rules(zone_name: str) -> Zone:
    """The current offset and summer time rule of an IANA zone, old names included.

    Reads a file of the `tzdata` package the first time a zone is asked for (0.1 ms), then remembers.

    @raise UnknownZone: the database has no such zone.
    """
    if zone_name not in zone_names():
        raise UnknownZone(zone_name)
    place = resources.files("tzdata").joinpath("zoneinfo", *zone_name.split("/"))
    return parse_posix_rule(_footer(place.read_bytes()))


def zone_of(timezone: str) -> Zone:
    """The same, for the `timezone` of a raw config.

    @raise RawConfigError: the database has no such zone.
    """
    try:
        return dst_rules(timezone)
    except UnknownZone as error:
        raise RawConfigError(str(error)) from error


@lru_cache(maxsize=1024)
def nearest_zone(names: tuple[tuple[str, str], ...], zone: Zone) -> str:
    """Out of a vendor's list of zones, the name that does what `zone` does; the first of equals.

    `names` are pairs of a vendor's name and an IANA zone that keeps the time it means.  Where none of them
    does it is the one whose clock is nearest in January and in July: a clock that is a quarter of an hour off in
    Kathmandu is better than one in New York.
    """

    def distance(candidate: Zone) -> tuple[int, bool, int]:
        off = sum(abs(a - b) for a, b in zip(_offsets(candidate), _offsets(zone), strict=True))
        in_winter = abs(candidate.utc_offset_seconds - zone.utc_offset_seconds)
        return off, candidate != zone, in_winter

    return min(names, key=lambda pair: distance(dst_rules(pair[1])))[0]


def _offsets(zone: Zone) -> tuple[int, int]:
    """Seconds east of Greenwich in January and in July."""
    standard, dst = zone.utc_offset_seconds, zone.dst
    if dst is None:
        return standard, standard
    summer = standard + dst.save_seconds
    return (standard, summer) if dst.start.month < dst.end.month else (summer, standard)


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Every name of the database, about 600."""
    listing = resources.files("tzdata").joinpath("zones").read_text(encoding="ascii")
    return frozenset(listing.split())


def _footer(tzif: bytes) -> str:
    """The TZ string between the last two newlines of the file (RFC 8536 section 3.3)."""
    return tzif.rstrip(b"\n").rpartition(b"\n")[2].decode("ascii")


_NAME = r"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)"
_TIME = r"[+-]?\d{1,3}(?::[0-5]\d){0,2}"
_DATE = r"M\d{1,2}\.\d\.\d|J?\d{1,3}"
_RULE = re.compile(
    rf"{_NAME}(?P<standard>{_TIME})"
    rf"(?:{_NAME}(?P<summer>{_TIME})?"
    rf",(?P<start>{_DATE})(?:/(?P<start_time>{_TIME}))?"
    rf",(?P<end>{_DATE})(?:/(?P<end_time>{_TIME}))?)?"
)
_DAYS_BEFORE_MONTH = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)


def parse_posix_rule(text: str) -> Zone:
    """What a POSIX TZ string says, with the hours of RFC 8536 section 3.3.1 (-167 to 167).

    @raise ValueError: it is not one.
    """
    rule = _RULE.fullmatch(text)
    if rule is None:
        raise ValueError(f"not a POSIX TZ string: {text!r}")
    # POSIX counts west of Greenwich as positive, everybody else east.
    standard = -_seconds(rule["standard"])
    if rule["start"] is None:
        return Zone(standard)
    # POSIX: one hour ahead unless said otherwise; at 02:00 unless said otherwise.
    summer = standard + _WALL_HOUR if rule["summer"] is None else -_seconds(rule["summer"])
    start = _change(rule["start"], rule["start_time"])
    end = _change(rule["end"], rule["end_time"])
    return _zone(standard, summer, start, end)


def _zone(standard: int, summer: int, start: ClockChange, end: ClockChange) -> Zone:
    if summer < standard:
        # Negative summer time (Europe/Dublin): each change is told in the wall time before it, so
        # exchanging the two is all there is to it.
        standard, summer, start, end = summer, standard, end, start
    if summer == standard:
        return Zone(standard)
    return Zone(standard, Dst(start, end, summer - standard))


def _change(date: str, time: str | None) -> ClockChange:
    seconds = 2 * _WALL_HOUR if time is None else _seconds(time)
    if date.startswith("M"):
        month, week, weekday = (int(number) for number in date[1:].split("."))
        if not (1 <= month <= 12 and 1 <= week <= 5 and weekday <= 6):
            raise ValueError(f"no such day: {date}")
        return ClockChange(month, week, weekday + 1, seconds)
    return _day_of_year(date, seconds)


def _day_of_year(date: str, seconds: int) -> ClockChange:
    """`J<n>`: day n of a year without a 29 February, from 1; `<n>`: from 0, taken in such a year."""
    index = int(date[1:]) - 1 if date.startswith("J") else int(date)
    if not 0 <= index <= 365:
        raise ValueError(f"no such day: {date}")
    month = sum(before <= index for before in _DAYS_BEFORE_MONTH)
    return ClockChange(month, 0, 0, seconds, min(index - _DAYS_BEFORE_MONTH[month - 1] + 1, 31))


def _seconds(time: str) -> int:
    """`[+-]h[h[h]][:mm[:ss]]` as seconds."""
    sign = -1 if time.startswith("-") else 1
    parts = [int(part) for part in time.lstrip("+-").split(":")]
    hours, minutes, seconds = (*parts, 0, 0)[:3]
    if hours > 167:
        raise ValueError(f"no such time: {time}")
    return sign * (hours * _WALL_HOUR + minutes * 60 + seconds)
