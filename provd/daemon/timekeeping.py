"""Time that may be set while the server runs.

Twisted's timers wait until the wall clock has reached a time of day.  When that clock is set back by an
hour, they all come an hour late: nothing is written behind, no slow client is dropped.  Here the reactor
keeps time by the monotonic clock instead, and follows the wall clock in steps in which every pending
timer takes part: whoever asks it for the time is told the time of day, whoever waits waits as long as
agreed.  What is measured (how long an answer took) must be measured with one of both, never across.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from twisted.internet.task import LoopingCall
from twisted.logger import Logger

EVERY = 1.0
"""Seconds between two comparisons with the wall clock."""

TOLERATED = 0.05
"""Seconds that both may differ: what is slewed is followed in steps of this size."""

TOLD = 2.0
"""Seconds from which on a step is worth a line of the log."""

log = Logger("provd.service")


class Timekeeper:
    """Makes a reactor's timers independent of what is done to the wall clock."""

    def __init__(
        self,
        reactor: Any,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """The reactor keeps the time it has now."""
        self._reactor = reactor
        self._wall = wall
        self._monotonic = monotonic
        self._offset = wall() - monotonic()
        self._loop = LoopingCall(self._look)
        self._loop.clock = reactor

    def start(self) -> None:
        """Tell the reactor the time from now on."""
        self._reactor.seconds = self.seconds
        self._loop.start(EVERY, now=False)

    def stop(self) -> None:
        """Follow the wall clock no more; the reactor keeps the steady time."""
        if self._loop.running:
            self._loop.stop()

    def seconds(self) -> float:
        """The time of day, never more than a step away from it; it grows evenly between two steps."""
        return self._monotonic() + self._offset

    def _look(self) -> None:
        if abs(self._wall() - self.seconds()) >= TOLERATED:
            # Not here: the reactor has read the time already to see which timers are due, this one too.
            self._reactor.callFromThread(self._follow)

    def _follow(self) -> None:
        step = self._wall() - self.seconds()
        self._offset += step
        for call in self._reactor.getDelayedCalls():
            call.delay(step)
        if abs(step) >= TOLD:
            log.warn("the clock was set by {step} s", step=round(step, 1))
