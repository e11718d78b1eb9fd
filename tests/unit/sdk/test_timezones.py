"""Time zones as phones want them: against known rules, and against the standard library's own reading."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.sdk import RawConfigError
from provd.sdk.timezones import (
    ClockChange,
    Dst,
    UnknownZone,
    Zone,
    dst_rules,
    nearest_zone,
    parse_posix_rule,
    zone_names,
    zone_of,
)

HOUR = 3600
NO_RULE = {"Africa/Casablanca", "Africa/El_Aaiun"}
"""Zones whose summer time is listed year by year, so that the footer is not what holds today."""

KNOWN = {
    "America/New_York": Zone(
        -5 * HOUR, Dst(ClockChange(3, 2, 1, 7200), ClockChange(11, 1, 1, 7200), HOUR)
    ),
    "America/Montreal": Zone(
        -5 * HOUR, Dst(ClockChange(3, 2, 1, 7200), ClockChange(11, 1, 1, 7200), HOUR)
    ),
    "Europe/Paris": Zone(HOUR, Dst(ClockChange(3, 5, 1, 7200), ClockChange(10, 5, 1, 10800), HOUR)),
    "Europe/London": Zone(0, Dst(ClockChange(3, 5, 1, 3600), ClockChange(10, 5, 1, 7200), HOUR)),
    "Europe/Dublin": Zone(0, Dst(ClockChange(3, 5, 1, 3600), ClockChange(10, 5, 1, 7200), HOUR)),
    "Australia/Sydney": Zone(
        10 * HOUR, Dst(ClockChange(10, 1, 1, 7200), ClockChange(4, 1, 1, 10800), HOUR)
    ),
    "Australia/Lord_Howe": Zone(
        37800, Dst(ClockChange(10, 1, 1, 7200), ClockChange(4, 1, 1, 7200), 1800)
    ),
    "Asia/Kathmandu": Zone(5 * HOUR + 45 * 60),
    "Asia/Tokyo": Zone(9 * HOUR),
    "UTC": Zone(0),
    "America/Nuuk": Zone(
        -2 * HOUR, Dst(ClockChange(3, 5, 1, -3600), ClockChange(10, 5, 1, 0), HOUR)
    ),
}


@pytest.mark.parametrize(("name", "zone"), KNOWN.items(), ids=KNOWN)
def test_known_zones(name: str, zone: Zone) -> None:
    """Last Sunday is week 5, Sunday is 1, west is negative, Irish winter is no summer time."""
    assert dst_rules(name) == zone


def test_ireland_changes_its_clocks_with_great_britain() -> None:
    """The rule text is equal for zones with the same rules, however the database writes them."""
    ireland, britain = dst_rules("Europe/Dublin").dst, dst_rules("Europe/London").dst
    assert ireland is not None
    assert britain is not None
    assert ireland.text == britain.text == "3/W5.1/3600;10/W5.1/7200;3600"


def moment(change: ClockChange, year: int) -> datetime:
    """The wall time of a change in one year."""
    if change.week == 5:
        last = date(year + change.month // 12, change.month % 12 + 1, 1) - timedelta(days=1)
        day = last - timedelta(days=(last.isoweekday() - (change.weekday - 1)) % 7)
    else:
        first = date(year, change.month, 1)
        day = first + timedelta(
            days=(change.weekday - 1 - first.isoweekday()) % 7 + 7 * (change.week - 1)
        )
    return datetime(day.year, day.month, day.day) + timedelta(seconds=change.seconds)  # noqa: DTZ001 - wall time


@pytest.mark.parametrize("name", sorted(zone_names() - NO_RULE - {"Factory"}))
def test_every_zone_agrees_with_the_standard_library(name: str) -> None:
    """In 2040, far behind every listed transition, clocks change exactly where zoneinfo changes them."""
    zone, year = dst_rules(name), 2040
    place = resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
    with place.open("rb") as file:
        judge = ZoneInfo.from_file(file, key=name)

    def offset(at: datetime) -> int:
        there = at.astimezone(judge).utcoffset()
        assert there is not None
        return int(there.total_seconds())

    base = timedelta(seconds=zone.utc_offset_seconds)
    if zone.dst is None:
        january, july = (datetime(year, month, 1, tzinfo=UTC) for month in (1, 7))
        assert offset(january) == offset(july) == zone.utc_offset_seconds
        return
    save, second = zone.dst.save_seconds, timedelta(seconds=1)
    starts = (moment(zone.dst.start, year) - base).replace(tzinfo=UTC)
    ends = (moment(zone.dst.end, year) - base - timedelta(seconds=save)).replace(tzinfo=UTC)
    assert offset(starts - second) == offset(ends) == zone.utc_offset_seconds
    assert offset(starts) == offset(ends - second) == zone.utc_offset_seconds + save


def test_zones_listed_year_by_year_have_no_rule() -> None:
    """Morocco's summer time follows the moon; the phone is told what its database ends in."""
    assert {dst_rules(name).dst for name in NO_RULE} == {None}


@pytest.mark.parametrize(
    "name", ["Europe/Parris", "", "/etc/passwd", "../zones", "Europe", "europe/paris"]
)
def test_an_unknown_zone_is_named(name: str) -> None:
    """A name that the database does not list is refused before any file is looked for."""
    with pytest.raises(UnknownZone, match="there is no time zone called"):
        dst_rules(name)


def test_a_zone_is_read_once() -> None:
    """The second question costs a dictionary look-up: the very same value is given."""
    assert dst_rules("Europe/Athens") is dst_rules("Europe/Athens")
    assert dst_rules.cache_info().maxsize == 1024


@pytest.mark.parametrize(
    ("rule", "zone"),
    [
        (
            "EST5EDT,J60,J300/3",
            Zone(
                -18000, Dst(ClockChange(3, 0, 0, 7200, 1), ClockChange(10, 0, 0, 10800, 27), HOUR)
            ),
        ),
        (
            "EST5EDT,0,364",
            Zone(-18000, Dst(ClockChange(1, 0, 0, 7200, 1), ClockChange(12, 0, 0, 7200, 31), HOUR)),
        ),
        ("AAA-1BBB-1,M3.5.0,M10.5.0", Zone(HOUR)),
        ("<+0545>-5:45", Zone(20700)),
        ("LMT0:09:21", Zone(-561)),
    ],
)
def test_other_forms_of_rules(rule: str, zone: Zone) -> None:
    """Days of the year, quoted names and seconds are understood though no zone needs them now."""
    assert parse_posix_rule(rule) == zone


@pytest.mark.parametrize(
    "rule",
    ["", "CET", "CET-1CEST", "CET-1CEST,M13.1.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0", "CET-168",
     "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J0,J365", "CET-1CEST,366,J365", "CET-1\n"],
)  # fmt: skip
def test_what_is_no_rule_is_refused(rule: str) -> None:
    """A string that is cut or out of range raises ValueError."""
    with pytest.raises(ValueError, match=r"not a POSIX TZ string|no such (day|time)"):
        parse_posix_rule(rule)


@given(st.text(max_size=40))
def test_no_text_crashes_the_parser(text: str) -> None:
    """Whatever the footer, the outcome is a zone or ValueError."""
    try:
        parse_posix_rule(text)
    except ValueError:
        return


@pytest.mark.parametrize(
    ("change", "nearest"),
    [
        (ClockChange(3, 5, 1, 7200), ClockChange(3, 5, 1, 7200)),
        (ClockChange(3, 5, 1, -3600), ClockChange(3, 5, 1, 0)),
        (ClockChange(10, 5, 5, 86400), ClockChange(10, 5, 5, 82800)),
        (ClockChange(3, 4, 5, 26 * HOUR), ClockChange(3, 4, 6, 2 * HOUR)),
        (ClockChange(10, 4, 5, 50 * HOUR), ClockChange(10, 4, 7, 2 * HOUR)),
        (ClockChange(4, 1, 7, 25 * HOUR), ClockChange(4, 1, 1, HOUR)),
        (ClockChange(3, 0, 0, 26 * HOUR, 9), ClockChange(3, 0, 0, 2 * HOUR, 9)),
    ],
)
def test_changes_outside_their_day(change: ClockChange, nearest: ClockChange) -> None:
    """An hour too far is cut off; more is carried to the weekday on which it falls."""
    assert change.in_one_day() == nearest


@pytest.mark.parametrize(("weekday", "from_monday"), [(1, 7), (2, 1), (7, 6)])
def test_weekdays_from_monday(weekday: int, from_monday: int) -> None:
    """Sunday is the last."""
    assert ClockChange(3, 5, weekday, 0).weekday_from_monday == from_monday


@pytest.mark.parametrize(("month", "day", "of_year"), [(1, 1, 1), (3, 1, 60), (12, 31, 365)])
def test_days_of_the_year(month: int, day: int, of_year: int) -> None:
    """Nobody counts a 29 February."""
    assert ClockChange(month, 0, 0, 0, day).day_of_year == of_year


@given(st.sampled_from(sorted(zone_names())))
def test_what_a_phone_is_told_is_in_range(name: str) -> None:
    """Every rule, brought into its day, has a month, a week, a weekday and an hour that phones know."""
    dst = dst_rules(name).dst
    for change in () if dst is None else (dst.start.in_one_day(), dst.end.in_one_day()):
        assert 1 <= change.month <= 12
        assert 1 <= change.week <= 5
        assert 1 <= change.weekday <= 7
        assert 0 <= change.hour <= 23
        assert change.minute in {0, 45}


def test_a_raw_config_with_a_zone_that_is_none_has_a_reason() -> None:
    """The operator reads what to write instead."""
    assert zone_of("Europe/Paris") == dst_rules("Europe/Paris")
    with pytest.raises(RawConfigError, match="no time zone called 'Europe/Pari'"):
        zone_of("Europe/Pari")


NAMES = (
    ("Eastern", "America/New_York"),
    ("India", "Asia/Kolkata"),
    ("Central Europe", "Europe/Budapest"),
    ("South Africa", "Africa/Johannesburg"),
)


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("America/Toronto", "Eastern"),
        ("Europe/Paris", "Central Europe"),
        ("Asia/Kathmandu", "India"),
        ("Africa/Maputo", "South Africa"),
        ("Africa/Lagos", "Central Europe"),
    ],
)
def test_a_name_out_of_a_list_does_what_the_zone_does(zone: str, name: str) -> None:
    """Never by what it is called; where none does it, the one whose clock is nearest over the year."""
    assert nearest_zone(NAMES, dst_rules(zone)) == name
