"""How far each device is, written behind: what is planned is kept at once, what happened within a second."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from provd.application.slices import Slices
from provd.application.writing import write
from provd.contracts import IDocumentStore, IDraft
from provd.documents import SYNCHRONIZATIONS, Synchronization
from provd.values import DraftRefused, StoreUnavailable

log = Logger("provd.synchronization")

COLLECTION = SYNCHRONIZATIONS.name

EVERY = 0.5
AGAIN = 10.0
"""Seconds until the next attempt where the store keeps nothing."""
AT_ONCE = 200
"""Documents in one commit."""


class Keeping:
    """Writes synchronizations."""

    def __init__(self, store: IDocumentStore, slices: Slices, clock: IReactorTime) -> None:
        self._store = store
        self._slices = slices
        self._clock = clock
        self._changed: dict[str, Synchronization] = {}
        self._next: IDelayedCall | None = None
        self._writing: Deferred[None] | None = None

    async def plan(self, planned: Iterable[Synchronization], cause: str) -> None:
        """Keep what is planned: it survives whatever happens once this is done.

        @raise StoreUnavailable, RevisionConflict: it cannot be kept.
        """
        part: list[Synchronization] = []
        for each in planned:
            self._changed.pop(each.id, None)
            part.append(each)
            if len(part) == AT_ONCE:
                await self._keep(part, cause)
                part = []
        await self._keep(part, cause)

    async def _keep(self, part: list[Synchronization], cause: str) -> None:
        def propose(draft: IDraft) -> None:
            for each in part:
                self._put(draft, each, urgent=True)

        await write(self._store, cause, propose)
        await self._slices.pause()

    def changed(self, document: Synchronization) -> None:
        """Keep it soon."""
        self._changed[document.id] = document
        if self._next is None and self._writing is None:
            self._next = self._clock.callLater(EVERY, self._begin)

    def gone(self, device_id: str) -> None:
        """The device is no more: nothing is kept of it."""
        self._changed.pop(device_id, None)

    async def flush(self) -> None:
        """Write what is left now."""
        if self._next is not None:
            self._next.cancel()
            self._next = None
        if self._writing is not None:
            await self._writing
        await self._write()

    def _begin(self) -> None:
        self._next = None
        self._writing = Deferred.fromCoroutine(self._write())
        self._writing.addErrback(
            lambda failure: log.failure("some synchronizations are not written", failure)
        )
        self._writing.addBoth(self._written)

    def _written(self, _none: None) -> None:
        self._writing = None
        if self._changed and self._next is None:
            wait = AGAIN if self._store.unavailable() else EVERY
            self._next = self._clock.callLater(wait, self._begin)

    async def _write(self) -> None:
        while self._changed:
            part = [self._changed.pop(key) for key in list(self._changed)[:AT_ONCE]]
            draft = self._store.draft("synchronization")
            for each in part:
                self._put(draft, each, urgent=False)
            try:
                await self._store.commit(draft)
            except (StoreUnavailable, DraftRefused) as error:
                # What came meanwhile is newer.
                self._changed = {each.id: each for each in part} | self._changed
                log.warn("synchronizations are not written for now: {error}", error=error)
                return
            await self._slices.pause()

    def _put(self, draft: IDraft, document: Synchronization, *, urgent: bool) -> None:
        if draft.get("devices", document.id) is None:
            return
        known: Synchronization | None = draft.get(COLLECTION, document.id)
        revision = known.revision if known is not None else 0
        draft.put(COLLECTION, replace(document, revision=revision), urgent=urgent)
