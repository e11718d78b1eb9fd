"""What is remembered for a while is forgotten in time: ended operations, lines of the audit trail, and
enrolments that are over.

The first two make room when something is added.  A quiet server adds nothing, and what is to be kept for a month at
most must be gone after that month all the same; so the clock looks, too, and whoever chooses other preferences
finds what they say done.
"""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from provd.access import AuditedStore
from provd.application.operations import Operations
from provd.application.slices import Slices
from provd.documents import ENROLMENTS, Enrolment
from provd.values import ProvdError

log = Logger("provd.operations")

EVERY = 3600.0
"""Seconds between two looks of the clock: so much longer may something be kept."""

AT_ONCE = 200
"""Lines that go in one commit at most."""

CAUSE = "retention"

OVER_FOR = 86_400.0
"""Seconds for which an enrolment that is over is still shown."""


class Retention:
    """Forgets what is no longer to be remembered."""

    def __init__(
        self, store: AuditedStore, operations: Operations, slices: Slices, clock: IReactorTime
    ) -> None:
        self._store = store
        self._operations = operations
        self._slices = slices
        self._clock = clock
        self._next: IDelayedCall | None = None

    def start(self) -> None:
        """Look in the next turn, and every hour from then on."""
        self._next = self._clock.callLater(0, self._on_time)

    def stop(self) -> None:
        """Look no more. Idempotent."""
        if self._next is not None:
            self._next.cancel()
            self._next = None

    async def sweep(self) -> None:
        """Forget now; what cannot be forgotten now is at the next look."""
        try:
            await self._operations.forget_old()
            while gone := self._store.trail.outdated(AT_ONCE):
                draft = self._store.draft(CAUSE)
                for line_id in gone:
                    draft.delete("audit", line_id)
                await self._store.commit(draft)
                await self._slices.pause()
            await self._forget_enrolments()
        except ProvdError as error:
            log.warn("what is old cannot be forgotten for now: {error}", error=error)

    async def _forget_enrolments(self) -> None:
        before, draft = self._clock.seconds() - OVER_FOR, self._store.draft(CAUSE)
        for enrolment in self._store.collection(ENROLMENTS.name):
            assert isinstance(enrolment, Enrolment)  # noqa: S101 - what the collection holds
            if enrolment.until < before:
                draft.delete(ENROLMENTS.name, enrolment.id)
        if draft.changed:
            await self._store.commit(draft)

    def _on_time(self) -> None:
        self._next = self._clock.callLater(EVERY, self._on_time)
        Deferred.fromCoroutine(self.sweep()).addErrback(_log_defect)


def _log_defect(failure: Failure) -> None:
    log.failure("what is old is not forgotten because of a defect", failure)
