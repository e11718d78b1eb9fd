"""History ends: tenures that have been over for long enough are deleted.

What is old is looked for seldom, in one search that the store makes in slices, and deleted a little in each
second after that: a year of history that is cut to a month goes without anybody waiting for it.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from provd.contracts import IDocumentStore
from provd.documents import Query
from provd.documents.dhcp import TENURES
from provd.values import DraftRefused, StoreUnavailable

SELDOM = 3600
"""Seconds between two searches: so much longer may a tenure be kept."""
AT_ONCE = 256
"""Tenures that are deleted in one second."""

log = Logger("provd.dhcp")


class OldTenures:
    """Deletes tenures that were over `kept` seconds ago."""

    def __init__(self, store: IDocumentStore, kept: float) -> None:
        self.kept = kept
        self._store = store
        self._next = 0.0
        self._old: deque[str] = deque()
        self._busy = False

    def look(self, now: float) -> None:
        """Delete some of what was found, or search again when it is time."""
        if self._busy:
            return
        if self._old:
            self._run(self._delete(now - self.kept))
        elif now >= self._next:
            self._next = now + SELDOM
            self._run(self._search(now - self.kept))

    def _run(self, work: Any) -> None:
        self._busy = True
        running = Deferred.fromCoroutine(work)
        running.addErrback(lambda failure: log.failure("old history stays", failure))
        running.addCallback(self._done)

    def _done(self, _outcome: object) -> None:
        self._busy = False

    async def _search(self, before: float) -> None:
        over = {"ended": {"$gt": 0, "$lt": before}}
        found = await self._store.collection(TENURES.name).find(Query(selector=over))
        self._old = deque(tenure.id for tenure in found.documents)

    async def _delete(self, before: float) -> None:
        """Delete the next ones, if they are old still: meanwhile they may be kept for longer."""
        draft = self._store.draft("upkeep of leases")
        for _each in range(min(AT_ONCE, len(self._old))):
            tenure = draft.get(TENURES.name, self._old.popleft())
            if tenure is not None and 0 < tenure.ended < before:
                draft.delete(TENURES.name, tenure.id)
        try:
            await self._store.commit(draft)
        except (DraftRefused, StoreUnavailable):
            self._old.clear()  # what is left is as old at the next search
