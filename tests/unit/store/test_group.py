"""Group commit: what is kept together, when, and what happens when it cannot be."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from provd.store._group import GroupCommit, Keeping, Rows
from provd.testing.store_fixture import SteppedReactor, SteppedWriter
from provd.values import Change, StoreUnavailable

KEEPING = Keeping(behind=2.0, gather=0.0, first_retry=1.0, last_retry=4.0, stalled=10.0, bound=50)


class Feed:
    """Remembers what it was told to be durable."""

    def __init__(self, positions: list[int]) -> None:
        self._positions = positions

    def keep(self, n: int) -> None:
        self._positions.append(n)

    def tell_kept(self) -> None:
        pass


class GroupCommitTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.reactor = SteppedReactor()
        self.writer = SteppedWriter(self.reactor)
        self.kept: list[list[tuple[str, int]]] = []
        self.positions: list[int] = []
        self.attempts = 0
        self.failure: Exception | None = None
        self.n = 0
        self.group = self.group_with(KEEPING)

    def group_with(self, keeping: Keeping) -> GroupCommit:
        kept = Feed(self.positions)
        return GroupCommit(self.reactor, self.writer, self.keep, kept, keeping, 0)

    def keep(self, rows: Rows) -> None:
        self.attempts += 1
        if self.failure is not None:
            raise self.failure
        self.kept.append([(document_id, change.n) for (_, document_id), change in rows.items()])

    def accept(self, *ids: str, urgent: bool = True) -> None:
        changes = []
        for document_id in ids:
            self.n += 1
            changes.append(Change(self.n, "boxes", document_id, None, None, ""))
        keys = {("boxes", document_id) for document_id in ids} if urgent else ()
        self.group.accept(changes, keys)

    def awaited(self, document_id: str) -> Deferred[None] | None:
        return self.group.awaited(("boxes", document_id))

    def test_what_only_came_along_is_not_awaited(self) -> None:
        """A refreshed fact in a draft that creates something else holds up nobody."""
        changes = [
            Change(n, "boxes", document_id, None, None, "")
            for n, document_id in ((1, "a"), (2, "b"))
        ]
        self.group.accept(changes, {("boxes", "a")})
        self.assertIsNotNone(self.awaited("a"))
        self.assertIsNone(self.awaited("b"))

    def test_the_first_goes_at_once_and_the_rest_together(self) -> None:
        """What comes while the disk works shares the next commit, the newest of each document."""
        for ids in ("a", "b"), ("c",), ("d",), ("c",):
            self.accept(*ids)
        self.reactor.advance(0)
        self.assertEqual([[("a", 1), ("b", 2)], [("c", 5), ("d", 4)]], self.kept)
        self.assertEqual([2, 5], self.positions)

    def test_the_rest_gathers(self) -> None:
        """Where changes come while the disk works, the next commit begins `gather` after the last."""
        self.group = self.group_with(replace(KEEPING, gather=0.25))
        self.accept("a")
        self.accept("b")
        self.reactor.advance(0)
        self.assertEqual([[("a", 1)]], self.kept)
        self.reactor.advance(0.125)
        self.accept("c")
        self.assertEqual([[("a", 1)]], self.kept)
        self.reactor.advance(0.125)
        self.reactor.advance(0)
        self.assertEqual([[("a", 1)], [("b", 2), ("c", 3)]], self.kept)

    def test_a_clock_that_is_set_back(self) -> None:
        """While the disk works: the next commit is gathered for as long as ever, and no longer."""
        self.reactor.advance(1000)
        self.group = self.group_with(replace(KEEPING, gather=0.25))
        self.accept("a")
        self.accept("b")
        self.reactor.rightNow -= 500
        for call in self.reactor.getDelayedCalls():  # as our timekeeper does
            call.delay(-500)
        self.reactor.advance(0)
        self.reactor.advance(0.25)
        self.reactor.advance(0)
        self.assertEqual([[("a", 1)], [("b", 2)]], self.kept)

    def test_nobody_gathers_alone(self) -> None:
        """Who writes one thing after the other is not held up."""
        self.group = self.group_with(replace(KEEPING, gather=0.25))
        for document_id in "a", "b", "c":
            self.accept(document_id)
            self.reactor.advance(0)
            self.assertEqual([(document_id, self.n)], self.kept[-1])

    def test_nothing_gathers_at_the_end(self) -> None:
        """A store that is closed keeps what it gathered at once."""
        self.group = self.group_with(replace(KEEPING, gather=0.25))
        self.accept("a")
        self.accept("b")
        self.reactor.advance(0)
        ended = self.group.end()
        self.reactor.advance(0)
        self.successResultOf(ended)
        self.assertEqual([[("a", 1)], [("b", 2)]], self.kept)
        self.assertEqual([], self.reactor.getDelayedCalls())

    def test_refreshed_facts_wait_for_company(self) -> None:
        """What is not urgent is kept after `behind` seconds, and nobody is made to wait for it."""
        self.accept("a", urgent=False)
        self.reactor.pump([0.5] * 3)
        self.accept("b", urgent=False)
        self.assertIsNone(self.awaited("a"))
        self.assertFalse(self.group.pending)
        self.assertEqual([], self.kept)
        self.reactor.advance(0.5)
        self.assertEqual([[("a", 1), ("b", 2)]], self.kept)

    def test_refreshed_facts_ride_along(self) -> None:
        """They go with the next urgent change, and their timer goes with them."""
        self.accept("a", urgent=False)
        self.accept("b")
        self.reactor.advance(0)
        self.assertEqual([[("a", 1), ("b", 2)]], self.kept)
        self.assertEqual([], self.reactor.getDelayedCalls())

    def test_refreshed_facts_behind_a_busy_disk(self) -> None:
        """Written behind stays bounded in time when the disk was busy as they came."""
        self.writer.held = True
        self.accept("a")
        self.accept("b", urgent=False)
        self.writer.release()
        self.reactor.advance(0)
        self.assertEqual([[("a", 1)]], self.kept)
        self.reactor.pump([1.0] * 2)
        self.assertEqual([("b", 2)], self.kept[-1])

    def test_waiting_makes_urgent(self) -> None:
        """Who asks for durability is not left to wait for company."""
        self.accept("a", urgent=False)
        waiting = self.group.durable(1)
        self.reactor.advance(0)
        self.successResultOf(waiting)

    def test_awaited(self) -> None:
        """An answer waits for the newest urgent change of its document, and for no other."""
        self.writer.held = True
        self.accept("a")
        first = self.awaited("a")
        self.accept("a")
        second, other = self.awaited("a"), self.awaited("b")
        assert first is not None
        assert second is not None
        self.assertIsNone(other)
        self.assertTrue(self.group.pending)
        self.writer.held = False
        self.reactor.callLater(0, self.writer._step)
        self.writer.held = False
        self.reactor.advance(0)
        self.successResultOf(first)
        self.writer.release()
        self.reactor.advance(0)
        self.successResultOf(second)
        self.assertIsNone(self.awaited("a"))

    def test_each_waits_for_itself(self) -> None:
        """One that gives up, or turns its result into something else, does not disturb another."""
        self.accept("a")
        waits = [self.awaited("a"), self.awaited("a"), self.group.durable(1)]
        gone, changed, last = [wait for wait in waits if wait is not None]
        gone.addErrback(lambda _failure: None)
        gone.cancel()
        changed.addCallback(lambda _none: "something")
        self.reactor.advance(0)
        self.assertEqual("something", self.successResultOf(changed))
        self.assertIsNone(self.successResultOf(last))

    def test_failure(self) -> None:
        """Everybody who waits is told, and what it touched stays awaited, failing."""
        self.writer.held = True
        self.accept("a")
        self.accept("b")
        waits: list[Any] = [self.group.durable(1), self.awaited("b"), self.group.durable(2)]
        self.failure = OSError(28, "No space left on device")
        self.writer.release()
        self.reactor.advance(0)
        for wait in waits:
            error = self.failureResultOf(wait, StoreUnavailable).value
            self.assertIn("No space left", str(error))
        self.assertIn("No space left", self.group.unavailable())
        for document_id in "ab":
            waiting = self.awaited(document_id)
            assert waiting is not None
            self.failureResultOf(waiting, StoreUnavailable)
        self.failureResultOf(self.group.durable(2), StoreUnavailable)

    def test_recovery(self) -> None:
        """The refused batch is tried again, less and less often, and kept whole in the end."""
        self.accept("a")
        self.accept("b", urgent=False)
        self.failure = OSError("broken")
        self.reactor.pump([0.5] * 40)
        # at 0, then after pauses of 1, 2, 4, 4, 4 and 4 seconds
        self.assertEqual(7, self.attempts)
        self.failure = None
        self.reactor.pump([1.0] * 4)
        self.assertEqual([[("a", 1), ("b", 2)]], self.kept)
        self.assertEqual([2], self.positions)
        self.assertEqual("", self.group.unavailable())
        self.assertIsNone(self.awaited("a"))
        self.successResultOf(self.group.durable(2))
        self.assertEqual([], self.reactor.getDelayedCalls())

    def test_stalled(self) -> None:
        """A disk that neither works nor fails counts as failed, until it works."""
        self.writer.held = True
        self.accept("a")
        self.reactor.advance(9)
        self.assertEqual("", self.group.unavailable())
        self.reactor.advance(2)
        self.assertIn("11 s", self.group.unavailable())
        self.writer.release()
        self.reactor.advance(0)
        self.assertEqual("", self.group.unavailable())

    def test_bounded(self) -> None:
        """With too much waiting, the store says so rather than take more."""
        self.writer.held = True
        self.accept("first")
        self.accept(*(str(each) for each in range(50)))
        self.assertIn("50 documents", self.group.unavailable())

    def test_end(self) -> None:
        """The end keeps what waits, urgent or not, before it fires."""
        self.accept("a", urgent=False)
        ended = self.group.end()
        self.assertNoResult(ended)
        self.reactor.advance(0)
        self.assertIsNone(self.successResultOf(ended))
        self.assertEqual([[("a", 1)]], self.kept)

    def test_end_of_a_failing_disk(self) -> None:
        """The end tries once more, and then says what was not kept rather than try for ever."""
        self.failure = OSError("broken")
        self.accept("a")
        self.reactor.advance(0)
        ended = self.group.end()
        self.reactor.advance(0)
        self.failureResultOf(ended, StoreUnavailable)
        self.assertEqual(2, self.attempts)
        self.assertEqual([], self.reactor.getDelayedCalls())

    def test_end_of_nothing(self) -> None:
        """With nothing to keep, the end comes at once."""
        self.assertIsNone(self.successResultOf(self.group.end()))
