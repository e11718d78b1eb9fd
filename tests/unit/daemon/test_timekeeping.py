"""Timers on a reactor whose wall clock is set."""

from __future__ import annotations

import pytest
from twisted.internet.base import ReactorBase
from twisted.internet.task import LoopingCall

from provd.daemon.timekeeping import Timekeeper

NOON = 1_700_000_000.0
HOUR = 3600.0


class Reactor(ReactorBase):
    """Twisted's own timers, without a loop and without sockets."""

    def installWaker(self) -> None:
        """Nobody has to be woken."""


class Clocks:
    """A reactor whose time is kept, and both clocks of its host in the hands of the test."""

    def __init__(self) -> None:
        self.wall = NOON
        self.monotonic = 77.0
        self.reactor = Reactor()
        self.keeper = Timekeeper(self.reactor, lambda: self.wall, lambda: self.monotonic)
        self.keeper.start()

    def pass_by(self, seconds: float) -> None:
        """Time passes, in steps of a tenth of a second."""
        for _tenth in range(round(seconds * 10)):
            self.wall += 0.1
            self.monotonic += 0.1
            self.reactor.runUntilCurrent()


@pytest.mark.parametrize("step", [-HOUR, HOUR, -5.0, 0.1])
def test_a_timer_waits_as_long_as_agreed(step: float) -> None:
    """Whatever is done to the wall clock meanwhile."""
    clocks = Clocks()
    fired: list[float] = []
    clocks.reactor.callLater(10, lambda: fired.append(clocks.monotonic))
    clocks.pass_by(2)
    clocks.wall += step
    clocks.pass_by(7.5)
    assert not fired
    clocks.pass_by(1)
    assert fired == [pytest.approx(87.0, abs=0.3)]


@pytest.mark.parametrize("step", [-HOUR, HOUR])
def test_what_repeats_goes_on_repeating(step: float) -> None:
    """A loop of once a second runs once a second before and after."""
    clocks = Clocks()
    ran: list[float] = []
    loop = LoopingCall(lambda: ran.append(clocks.monotonic))
    loop.clock = clocks.reactor
    loop.start(1.0, now=False)
    clocks.pass_by(5)
    clocks.wall += step
    clocks.pass_by(20)
    assert 23 <= len(ran) <= 26


def test_the_reactor_tells_the_time_of_day() -> None:
    """Within a second of a step it tells the new one; what is stamped with it is right."""
    clocks = Clocks()
    assert clocks.reactor.seconds() == NOON
    clocks.wall += HOUR
    clocks.pass_by(1.2)
    assert clocks.reactor.seconds() == pytest.approx(clocks.wall)


def test_stopping_leaves_the_reactor_steady() -> None:
    """Once and again."""
    clocks = Clocks()
    clocks.keeper.stop()
    clocks.keeper.stop()
    clocks.wall -= HOUR
    clocks.pass_by(3)
    assert clocks.reactor.seconds() == pytest.approx(NOON + 3)
