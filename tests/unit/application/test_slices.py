"""Work in turns."""

from __future__ import annotations

from collections.abc import Iterator

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from provd.application.slices import Slices


class SlicesTests(SynchronousTestCase):
    """`Slices.over` and `Slices.turn`."""

    def setUp(self) -> None:
        """A clock for turns, and a stop-watch that each step of work moves on by a millisecond."""
        self.clock, self.time = Clock(), 0.0
        self.slices = Slices(self.clock, turn=0.004, now=lambda: self.time)

    def work(self, count: int) -> Iterator[int]:
        """So many steps of a millisecond each."""
        for number in range(count):
            self.time += 0.001
            yield number

    async def all(self, count: int, done: list[int]) -> None:
        """Do the work."""
        async for number in self.slices.over(self.work(count)):
            done.append(number)  # noqa: PERF401 - seen from outside while it grows

    def test_a_turn_ends_when_it_is_used_up(self) -> None:
        """Four steps of a millisecond fill four milliseconds; the rest waits for the reactor."""
        done: list[int] = []
        working = Deferred.fromCoroutine(self.all(10, done))
        self.assertEqual(4, len(done))
        self.assertNoResult(working)
        self.clock.advance(0)
        self.successResultOf(working)
        self.assertEqual(list(range(10)), done)

    def test_others_come_first(self) -> None:
        """Whatever is due when a turn ends runs before the next turn."""
        done: list[int] = []
        seen: list[int] = []
        self.clock.callLater(0, lambda: seen.append(len(done)))
        Deferred.fromCoroutine(self.all(10, done))
        self.clock.advance(0)
        self.assertEqual([4], seen)

    def test_cancelled_between_turns(self) -> None:
        """No more steps, and nothing left in the reactor."""
        done: list[int] = []
        working = Deferred.fromCoroutine(self.all(10, done))
        working.addErrback(lambda _cancelled: None)
        working.cancel()
        self.clock.advance(1)
        self.assertEqual(4, len(done))
        self.assertEqual([], self.clock.getDelayedCalls())

    def test_a_turn_by_hand(self) -> None:
        """It is over after its time, and a new one begins afresh."""
        over = self.slices.turn()
        self.assertFalse(over())
        self.time += 0.005
        self.assertTrue(over())
        self.assertFalse(self.slices.turn()())
