"""Maintenance windows: when one is open, whatever the season does to the clocks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.documents import parse_window


def at(text: str) -> float:
    """A time."""
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    ("window", "now", "opens"),
    [
        ("22:00-23:00", "2026-01-05T21:00:00+00:00", "2026-01-05T22:00:00+00:00"),
        ("22:00-23:00", "2026-01-05T22:30:00+00:00", "2026-01-05T22:30:00+00:00"),
        ("22:00-23:00", "2026-01-05T23:00:00+00:00", "2026-01-06T22:00:00+00:00"),
        # Over midnight, before and after it.
        ("22:00-04:00 Europe/Paris", "2026-01-05T23:30:00+01:00", "2026-01-05T23:30:00+01:00"),
        ("22:00-04:00 Europe/Paris", "2026-01-06T03:59:00+01:00", "2026-01-06T03:59:00+01:00"),
        ("22:00-04:00 Europe/Paris", "2026-01-06T04:00:00+01:00", "2026-01-06T22:00:00+01:00"),
        # The night in which 02:30 does not exist, and the one in which it comes twice.
        ("02:30-05:00 Europe/Paris", "2026-03-29T00:00:00+01:00", "2026-03-29T03:30:00+02:00"),
        ("02:30-05:00 Europe/Paris", "2026-10-25T00:00:00+02:00", "2026-10-25T02:30:00+02:00"),
        ("02:00-03:00 Europe/Paris", "2026-03-29T00:00:00+01:00", "2026-03-30T02:00:00+02:00"),
        ("09:00-17:00 Asia/Kathmandu", "2026-01-05T00:00:00+00:00", "2026-01-05T09:00:00+05:45"),
    ],
)
def test_opening(window: str, now: str, opens: str) -> None:
    """As the clock on the wall there shows it."""
    found = parse_window(window).opening(at(now))
    assert datetime.fromtimestamp(found, UTC) == datetime.fromtimestamp(at(opens), UTC)


@pytest.mark.parametrize(
    "text", ["", "22-23", "24:00-25:00", "10:00-10:00", "10:00-11:00 Mars/Base", "10:00-11:00 ../x"]
)
def test_no_windows(text: str) -> None:
    """What is none is refused."""
    with pytest.raises(ValueError, match=r"window|ends as it begins|time zone"):
        parse_window(text)


@given(
    st.integers(0, 1439),
    st.integers(0, 1439),
    st.sampled_from(["UTC", "Europe/Paris", "Australia/Lord_Howe", "America/St_Johns"]),
    st.floats(1.7e9, 1.9e9),
)
def test_always_opens(begins: int, ends: int, zone: str, now: float) -> None:
    """Within two days, never before now; and when it opens, it is open."""
    if begins == ends:
        return
    text = "-".join(f"{each // 60:02}:{each % 60:02}" for each in (begins, ends))
    window = parse_window(f"{text} {zone}")
    opens = window.opening(now)
    assert now <= opens <= now + 2 * 86_400 + 7200
    assert window.opening(opens) == opens
