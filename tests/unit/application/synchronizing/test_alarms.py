"""When which device is due."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from provd.application.synchronizing.alarms import LONGEST_WAIT, SPARE, Alarms


def test_the_last_that_was_set_counts() -> None:
    """Earlier or later than before; and none that was cleared."""
    clock, rung = Clock(), list[tuple[str, float]]()
    alarms = Alarms(clock, lambda device: rung.append((device, clock.seconds())))
    alarms.set("a", 10)
    alarms.set("a", 5)
    alarms.set("b", 3)
    alarms.set("b", 8)
    alarms.set("c", 4)
    alarms.clear("c")
    clock.pump([1] * 20)
    assert rung == [("a", 5), ("b", 8)]
    assert not clock.getDelayedCalls()


def test_far_away() -> None:
    """The clock is looked at from time to time: it may have been set meanwhile."""
    clock, rung = Clock(), list[str]()
    alarms = Alarms(clock, rung.append)
    alarms.set("a", 10 * LONGEST_WAIT)
    clock.pump([LONGEST_WAIT] * 9)
    assert not rung
    clock.advance(LONGEST_WAIT)
    assert rung == ["a"]


def test_what_was_set_anew_is_forgotten() -> None:
    """However often one device is set, no more is kept than a bound."""
    alarms = Alarms(Clock(), lambda _device: None)
    for at in range(20_000):
        alarms.set("a", 10 + at)
    assert len(alarms._heap) <= 2 + SPARE


def test_stopped() -> None:
    """Nothing rings, and no timer is left."""
    clock, rung = Clock(), list[str]()
    alarms = Alarms(clock, rung.append)
    alarms.set("a", 1)
    alarms.stop()
    clock.advance(5)
    assert not rung
    assert not clock.getDelayedCalls()


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 30) | st.none()), max_size=30))
def test_each_rings_once_at_its_time(steps: list[tuple[str, int | None]]) -> None:
    """Whatever is set and cleared: what stands in the end rings, then and only then."""
    clock, rung = Clock(), list[tuple[str, float]]()
    alarms = Alarms(clock, lambda device: rung.append((device, clock.seconds())))
    wanted: dict[str, int] = {}
    for device, at in steps:
        if at is None:
            alarms.clear(device)
            wanted.pop(device, None)
        else:
            alarms.set(device, at)
            wanted[device] = at
    clock.pump([0] + [1] * 40)
    assert sorted(rung) == sorted((device, float(at)) for device, at in wanted.items())
