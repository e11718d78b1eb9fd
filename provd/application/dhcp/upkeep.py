"""Upkeep of leases: what time does to them while nobody asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall

from provd.application.dhcp.history import OldTenures
from provd.application.dhcp.shortages import Shortages
from provd.contracts import IDocumentStore, ILeases
from provd.values import DraftRefused, StoreUnavailable

EVERY = 1.0
"""Seconds between two looks."""
AT_ONCE = 256
"""Leases that are looked at, or deleted, in one turn of the reactor."""
KEPT = 30 * 86400.0
"""Seconds that a lease that is over is kept, for its client to come back to."""


class Upkeep:
    """Notices what is over, deletes what was over long ago, and tells when a pool runs dry."""

    def __init__(self, leases: ILeases, store: IDocumentStore, clock: Any, history: float) -> None:
        """`clock` is IReactorTime; `history` is how many seconds a tenure that is over is kept."""
        self.history = OldTenures(store, history)
        self._leases = leases
        self._store = store
        self._clock = clock
        self._shortages = Shortages(leases, store)
        self._loop = LoopingCall(self.look)
        self._loop.clock = clock

    def start(self) -> None:
        """Look every second from now on."""
        self._loop.start(EVERY, now=False)

    def stop(self) -> None:
        """Look no more. Idempotent."""
        if self._loop.running:
            self._loop.stop()

    def look(self) -> None:
        """One look: bounded, whatever has piled up."""
        now = self._clock.seconds()
        self._leases.tick(now, AT_ONCE)
        self._delete(self._leases.outdated(now - KEPT, AT_ONCE), now)
        self._shortages.look(now)
        self.history.look(now)

    def warnings(self) -> tuple[str, ...]:
        """A sentence for each pool that is nearly empty now."""
        return tuple(self._shortages.warnings())

    def _delete(self, leases: Sequence[Any], now: float) -> None:
        if not leases:
            return
        draft = self._store.draft("upkeep of leases")
        for lease in leases:
            tenure = self._leases.end_of(lease, now, draft)
            if tenure is not None:
                draft.put("tenures", tenure)
            draft.delete("leases", lease.id)
        committing: Deferred[Any] = self._store.commit(draft)
        # What could not be deleted now is outdated still at the next look.
        committing.addErrback(lambda failure: failure.trap(DraftRefused, StoreUnavailable) and None)
