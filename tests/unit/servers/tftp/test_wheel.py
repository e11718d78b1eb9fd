"""The timer wheel: what is put on it is visited in time, and nothing is kept for longer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from provd.servers.tftp.wheel import TICK, Wheel


class Item:
    """Notes when it was visited; `deadline` may move while it is on the wheel."""

    def __init__(self, clock: Clock, deadline: float) -> None:
        self.clock = clock
        self.deadline = deadline
        self.wake = 0.0
        self.fired: float | None = None

    def due(self, now: float) -> float:
        """As the wheel asks."""
        if now < self.deadline:
            return self.deadline
        self.fired = now
        return 0.0


@given(st.lists(st.floats(0, 30), min_size=1, max_size=20))
def test_each_is_visited_soon_after_its_deadline(deadlines: list[float]) -> None:
    """Within two ticks, deadlines beyond a whole turn included; then the wheel stands still."""
    clock = Clock()
    wheel = Wheel(clock, clock.seconds)
    items = [Item(clock, deadline) for deadline in deadlines]
    for item in items:
        wheel.put(item, item.deadline)
    clock.pump([TICK / 2] * 3400)
    for item in items:
        assert item.fired is not None
        assert item.deadline <= item.fired <= item.deadline + 3 * TICK
        assert item.wake == 0.0
    assert clock.getDelayedCalls() == []


def test_a_later_deadline_costs_no_second_place() -> None:
    """The item says when it will be due, and is visited then."""
    clock = Clock()
    wheel = Wheel(clock, clock.seconds)
    item = Item(clock, 0.1)
    wheel.put(item, 0.1)
    item.deadline = 1.0
    clock.pump([TICK] * 40)
    assert item.fired is None
    clock.pump([TICK] * 15)
    assert item.fired is not None


def test_an_earlier_place_stands_and_the_later_one_is_skipped() -> None:
    """A retransmission that is brought forward happens once."""
    clock = Clock()
    wheel = Wheel(clock, clock.seconds)
    item = Item(clock, 0.1)
    wheel.put(item, 1.0)
    wheel.put(item, 0.1)
    clock.pump([TICK] * 10)
    assert item.fired is not None
    item.fired = None
    clock.pump([TICK] * 60)
    assert item.fired is None
    assert clock.getDelayedCalls() == []


def test_a_pause_of_the_machine_is_caught_up_with() -> None:
    """A laptop that slept does not replay each missed tick."""
    clock = Clock()
    wheel = Wheel(clock, clock.seconds)
    items = [Item(clock, at) for at in (0.1, 1.0, 9.0, 100.0)]
    for item in items:
        wheel.put(item, item.deadline)
    clock.advance(3600)
    assert [item.fired for item in items] == [3600.0] * 4


def test_stopping_forgets_everything() -> None:
    """Nothing is left with the reactor."""
    clock = Clock()
    wheel = Wheel(clock, clock.seconds)
    item = Item(clock, 0.1)
    wheel.put(item, 0.1)
    wheel.stop()
    wheel.stop()
    clock.advance(1)
    assert item.fired is None
    assert clock.getDelayedCalls() == []
