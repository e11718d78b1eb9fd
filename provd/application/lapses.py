"""Rights on devices that lapse: their time is over, or the user or the device they were for has gone.

A right that is over counts no more from that moment (`provd.access.held`), whether its document is
still there or not; here the documents go, so that lists tell the truth and nobody who gets a name or an
id next has what was granted to whoever had it before.  A device that moves to another tenant leaves its
rights behind for the same reason.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.internet.task import deferLater
from twisted.logger import Logger
from twisted.python.failure import Failure

from provd.application.slices import Slices
from provd.contracts import IDocumentStore, ISubscription
from provd.documents import DeviceRight
from provd.values import Change, ProvdError

log = Logger("provd.access")

COLLECTION = "rights"

OVER = "its time is over"
"""The cause of what goes by the clock."""

AT_ONCE = 200
"""Rights that go in one commit at most."""

SPARE = 256
"""Ends of rights that have gone already which are put up with, besides one for each that is there."""

LONGEST_WAIT = 86_400.0
"""Seconds until the clock is looked at again, however far the next end is."""

AGAIN = 10.0
"""Seconds until the next attempt where the store keeps nothing."""


class Lapses:
    """Removes rights that have lapsed, each as soon as it has."""

    def __init__(
        self,
        store: IDocumentStore,
        slices: Slices,
        clock: IReactorTime,
        look: Callable[[str], object],
    ) -> None:
        """`look` is told by the clock that rights are over, whether they can be removed or not."""
        self._store = store
        self._slices = slices
        self._clock = clock
        self._look = look
        self._ends: list[tuple[float, str]] = []
        """A heap of when which right is over; those that have gone since are passed over."""
        self._lapsed: dict[str, str] = {}
        """What is to go, and why."""
        self._next: IDelayedCall | None = None
        self._working: Deferred[None] | None = None
        self._subscriptions: list[ISubscription] = []

    def start(self) -> None:
        """Follow the feed and the clock from here on, and remove what lapsed while nobody looked."""
        follow = self._store.feed.subscribe
        self._subscriptions = [
            follow("lapses", [COLLECTION], self._rights_changed),
            follow("lapses", ["devices"], self._devices_changed, fields=("tenant",)),
            follow("lapses", ["users"], self._users_changed, fields=("id",)),
        ]
        for right in self._store.collection(COLLECTION):
            assert isinstance(right, DeviceRight)  # noqa: S101 - what the collection holds
            self._await_end(right)
            if self._is_orphaned(right):
                self._lapsed[right.id] = "recovery"
        self._set_clock()
        self._work()

    def stop(self) -> None:
        """Follow no more and drop what waits. Idempotent."""
        for subscription in self._subscriptions:
            subscription.cancel()
        self._subscriptions = []
        if self._next is not None:
            self._next.cancel()
            self._next = None
        if self._working is not None:
            self._working.cancel()

    # What changes.

    def _rights_changed(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.after is not None:
                self._await_end(change.after)
        self._set_clock()

    def _devices_changed(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.before is not None:
                for right in self._store.by(COLLECTION, "device", change.document_id):
                    if self._is_orphaned(right):
                        self._lapsed[right.id] = change.cause
        self._work()

    def _users_changed(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.after is None:
                for right in self._store.by(COLLECTION, "user", change.document_id):
                    self._lapsed[right.id] = change.cause
        self._work()

    def _is_orphaned(self, right: DeviceRight) -> bool:
        """Whether what it was granted on, or to whom, is no more what it was."""
        device = self._store.get("devices", right.device)
        if device is None or device.tenant != right.tenant:
            return True
        return self._store.get("users", right.user) is None

    # The clock.

    def _await_end(self, right: DeviceRight) -> None:
        if right.until is not None:
            heapq.heappush(self._ends, (right.until, right.id))

    def _set_clock(self) -> None:
        """Wake up at the next end of a right that is still there."""
        while self._ends and not self._is_there(self._ends[0][1]):
            heapq.heappop(self._ends)
        if len(self._ends) > 2 * len(self._store.collection(COLLECTION)) + SPARE:
            self._ends = [each for each in self._ends if self._is_there(each[1])]
            heapq.heapify(self._ends)
        if self._next is not None:
            self._next.cancel()
            self._next = None
        if self._ends:
            wait = max(self._ends[0][0] - self._clock.seconds(), 0)
            self._next = self._clock.callLater(min(wait, LONGEST_WAIT), self._on_time)

    def _is_there(self, right_id: str) -> bool:
        return self._store.get(COLLECTION, right_id) is not None

    def _on_time(self) -> None:
        self._next = None
        now = self._clock.seconds()
        while self._ends and self._ends[0][0] <= now:
            self._lapsed[heapq.heappop(self._ends)[1]] = OVER
        self._set_clock()
        self._look(OVER)
        self._work()

    # Removing.

    def _work(self) -> None:
        if self._working is None and self._lapsed:
            # The first turn comes later: nothing is done within the commit that told us.
            working: Deferred[None] = deferLater(self._clock, 0)
            self._working = working
            working.addCallback(lambda _none: Deferred.fromCoroutine(self._work_off()))
            working.addErrback(_log_defect)
            working.addBoth(self._worked)

    def _worked(self, _none: None) -> None:
        self._working = None

    async def _work_off(self) -> None:
        while self._lapsed:
            try:
                await self._remove(next(iter(self._lapsed.values())))
            except ProvdError as error:
                log.warn("rights that have lapsed cannot be removed for now: {error}", error=error)
                await deferLater(self._clock, AGAIN)
            await self._slices.pause()

    async def _remove(self, cause: str) -> None:
        """Remove some that go for one reason."""
        chosen = [*self._some(cause)]
        draft = self._store.draft(cause)
        for right_id in chosen:
            if draft.get(COLLECTION, right_id) is not None:
                draft.delete(COLLECTION, right_id)
        await self._store.commit(draft)
        for right_id in chosen:
            self._lapsed.pop(right_id, None)

    def _some(self, cause: str) -> Iterator[str]:
        found = (right_id for right_id, why in self._lapsed.items() if why == cause)
        return (right_id for _at, right_id in zip(range(AT_ONCE), found, strict=False))


def _log_defect(failure: Failure) -> None:
    if not failure.check(CancelledError):
        log.failure("rights that have lapsed are not removed because of a defect", failure)
