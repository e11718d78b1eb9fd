"""How many devices may be told now."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from provd.application.synchronizing.pace import Pace


def test_so_many_in_a_second() -> None:
    """No more than was said, but for what a twentieth of a second allows."""
    pace, taken = Pace(100, 0.0), 0
    for tick in range(1001):
        while pace.take(tick / 1000):
            taken += 1
    assert 95 <= taken <= 106


@given(
    st.floats(0.1, 5000),
    st.lists(st.floats(0, 2), max_size=60),
)
def test_never_more(per_second: float, steps: list[float]) -> None:
    """Whenever it is asked, over any time."""
    pace, now, taken = Pace(per_second, 0.0), 0.0, 0
    for step in steps:
        now += step
        taken += pace.take(now)
    assert taken <= now * per_second + max(1.0, per_second * Pace.SPARE) + 1


def test_waiting_is_enough() -> None:
    """Whoever waits as long as it says may go on."""
    pace = Pace(3, 0.0)
    assert pace.take(0.0)
    assert not pace.take(0.0)
    assert pace.take(pace.wait() + 1e-9)


def test_a_clock_that_is_set_back() -> None:
    """Gives nothing, and keeps nobody waiting afterwards."""
    pace = Pace(1, 1000.0)
    assert pace.take(1000.0)
    assert not pace.take(10.0)
    assert pace.take(11.0)
