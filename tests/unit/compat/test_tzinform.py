"""Time zones as plugins are told them: the same in every year, without zones on the host."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.compat.surface import tzinform, tzinform_iso
from provd.compat.surface.tzinform import Time, TimezoneNotFoundError

HOUR = 3600
ZONES = {
    "America/New_York": (-5 * HOUR, "3 W2.1 7200", "11 W1.1 7200", HOUR),
    "Europe/Paris": (1 * HOUR, "3 W5.1 7200", "10 W5.1 10800", HOUR),
    "Australia/Sydney": (10 * HOUR, "10 W1.1 7200", "4 W1.1 10800", HOUR),
    "Europe/Dublin": (0, "3 W5.1 3600", "10 W5.1 7200", HOUR),
    "Asia/Kathmandu": (5 * HOUR + 2700, "", "", 0),
    "UTC": (0, "", "", 0),
}


def change(told: dict[str, Any]) -> str:
    """A change of clocks in one text."""
    return f"{told['month']} {told['day']} {told['time'].as_seconds}"


@pytest.mark.parametrize("name", ZONES)
def test_zones(name: str) -> None:
    """Last Sunday is W5, Sunday is 1, and Ireland's summer time is ahead of its winter."""
    offset, start, end, save = ZONES[name]
    told = tzinform.get_timezone_info(name)
    assert told["utcoffset"].as_seconds == offset
    if not start:
        assert told["dst"] is None
        return
    assert (change(told["dst"]["start"]), change(told["dst"]["end"])) == (start, end)
    assert told["dst"]["save"] == Time(save)


@pytest.mark.parametrize("name", [name for name in ZONES if ZONES[name][1]])
def test_zones_from_monday(name: str) -> None:
    """The other view differs in the weekday alone: Sunday is 7."""
    told = tzinform_iso.get_timezone_info(name)["dst"]
    for at, ours in (("start", ZONES[name][1]), ("end", ZONES[name][2])):
        assert change(told[at]) == ours.replace(".1 ", ".7 ")


def test_zones_with_the_same_rules_are_told_by_the_same_text() -> None:
    """Plugins find a vendor's name for a zone by it."""
    paris, berlin = (
        tzinform.get_timezone_info(name)["dst"]["as_string"]
        for name in ("Europe/Paris", "Europe/Berlin")
    )
    assert paris == berlin
    assert paris != tzinform.get_timezone_info("Europe/London")["dst"]["as_string"]


@pytest.mark.parametrize("module", [tzinform, tzinform_iso])
def test_a_zone_that_is_none(module: Any) -> None:
    """The error that plugins wait for."""
    with pytest.raises(TimezoneNotFoundError, match="Europe/Atlantis"):
        module.get_timezone_info("Europe/Atlantis")


@given(st.integers(-200_000, 200_000))
def test_times_are_put_together_again(seconds: int) -> None:
    """The sign is on the first part that is not zero, and on no other."""
    parts = Time(seconds).as_hms
    hours, minutes, rest = map(abs, parts)
    assert hours * 3600 + minutes * 60 + rest == abs(seconds)
    assert sum(part < 0 for part in parts) == (seconds < 0)
    assert Time(seconds).as_minutes == seconds // 60
    assert Time(seconds).as_hours == seconds // 3600


@given(st.integers(1, 7))
def test_weekdays(weekday: int) -> None:
    """Sunday, which is 1, becomes 7; every other day is one less."""
    assert tzinform.week_start_on_monday(weekday) == (7 if weekday == 1 else weekday - 1)
