"""Where somebody's last right to do something with a device goes, what they run there ends.

However it goes: a right is revoked or over, a role loses a claim or is deleted, a user loses a role, is
disabled, deleted or moved to another tenant, a device moves or is deleted.  Nothing here knows which
change takes which right away.  After any change that could, each operation that somebody runs on
devices is asked about anew; there are few of those, and while there are none a change costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from provd.access import Gate
from provd.application.operations import Operations, Work
from provd.contracts import IDocumentStore, ISubscription
from provd.values import Change, ProvdError

log = Logger("provd.operations")

SCOPE = "devices"

AGAIN = 10.0
"""Seconds until what could not be kept is tried again."""


class Endings:
    """Cancels the operations of those who may no longer do what they do."""

    def __init__(
        self, store: IDocumentStore, gate: Gate, operations: Operations, clock: IReactorTime
    ) -> None:
        self._store = store
        self._gate = gate
        self._operations = operations
        self._clock = clock
        self._untold: dict[str, tuple[Work, str]] = {}
        """By id, what was stopped and is not yet kept as cancelled, with the cause."""
        self._cause = ""
        self._waiting: IDelayedCall | None = None
        self._subscriptions: list[ISubscription] = []

    def start(self) -> None:
        """Follow whatever can take a right away, from here on."""
        follow = self._store.feed.subscribe
        self._subscriptions = [
            follow("endings", ["rights", "roles", "users"], self._told),
            follow("endings", ["devices"], self._told, fields=("tenant",)),
            # One that begins as its right goes.
            follow("endings", ["operations"], self._told, fields=("who",)),
        ]

    def stop(self) -> None:
        """Follow no more. Idempotent."""
        for subscription in self._subscriptions:
            subscription.cancel()
        self._subscriptions = []
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def look_soon(self, cause: str) -> None:
        """Look in the next turn: nothing is done within the commit that told us."""
        if self._operations.of_users():
            self._cause = cause
            self._look_in(0)

    async def look(self, cause: str) -> tuple[str, ...]:
        """End what has lost its right; the ids of what was ended.

        It is stopped in this turn, also while the store keeps nothing: that it was is kept later then.
        """
        ended = []
        for work in self._operations.of_users():
            device_id = self._lost(work)
            if device_id:
                work.cancel(_reason(work, device_id, cause))
                self._untold[work.id] = (work, cause)
                ended.append(work.id)
        await self._tell()
        return tuple(ended)

    def _told(self, changes: Sequence[Change]) -> None:
        self.look_soon(changes[-1].cause)

    def _look_in(self, seconds: float) -> None:
        if self._waiting is not None:
            if self._waiting.getTime() <= self._clock.seconds() + seconds:
                return
            self._waiting.cancel()
        self._waiting = self._clock.callLater(seconds, self._on_time)

    def _on_time(self) -> None:
        self._waiting = None
        Deferred.fromCoroutine(self.look(self._cause)).addErrback(_log_defect)

    def _lost(self, work: Work) -> str:
        """A device with which whoever began it may no longer do it; empty while there is none."""
        right = (SCOPE, work.action)
        for device_id in work.devices:
            if not self._gate.may(work.who, right, device_id):
                return device_id
        return ""

    async def _tell(self) -> None:
        for work, cause in [*self._untold.values()]:
            try:
                await self._operations.tell_cancelled(work, cause)
            except ProvdError as error:
                log.warn("operation {id} ended, untold: {error}", id=work.id, error=error)
                self._look_in(AGAIN)
                return
            self._untold.pop(work.id, None)


def _reason(work: Work, device_id: str, cause: str) -> str:
    return f"{work.who} has no right to {work.action} on device {device_id} any more ({cause})"


def _log_defect(failure: Failure) -> None:
    log.failure("operations are not looked at because of a defect", failure)
