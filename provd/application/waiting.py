"""Waiting for changes: a client that has what there is may wait until there is something else."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from provd.contracts import IDocumentStore
from provd.values import Change, ProvdError

MOST = 1000
"""Clients that wait at once; each costs a timer and a connection."""


@define
class TooManyWait(ProvdError):
    """More clients wait for changes than may."""

    most: int

    def __str__(self) -> str:
        return f"{self.most} clients wait for changes already; ask without `Prefer: wait` for now"


class Waiting:
    """Clients that wait for the next change of a document, or of collections, that survives a crash."""

    def __init__(self, store: IDocumentStore, clock: IReactorTime, most: int = MOST) -> None:
        self._store = store
        self._clock = clock
        self._most = most
        self._waiting: dict[tuple[str, str], set[Deferred[bool]]] = {}
        self._count = 0
        store.feed.subscribe("waiting clients", sorted(store.kinds), self._told, durable=True)

    def __len__(self) -> int:
        return self._count

    def position(self, collections: Sequence[str]) -> int:
        """Where the last change of these collections stands: what lists them changes with it."""
        return max(self._store.position(each) for each in collections)

    def changed(
        self, collections: Sequence[str], document_id: str, seconds: float
    ) -> Deferred[bool]:
        """True once the document (or, with an empty id, any) of these collections changed; False when
        the time is over. Whoever does not want to wait any longer cancels it.

        @raise TooManyWait: no one more may wait.
        """
        if self._count >= self._most:
            raise TooManyWait(self._most)
        done: Deferred[bool] = Deferred()
        keys = [(collection, document_id) for collection in collections]
        for key in keys:
            self._waiting.setdefault(key, set()).add(done)
        self._count += 1
        timer = self._clock.callLater(seconds, lambda: done.callback(False))

        def over(outcome: object) -> object:
            self._count -= 1
            if timer.active():
                timer.cancel()
            for key in keys:
                waiting = self._waiting[key]
                waiting.discard(done)
                if not waiting:
                    del self._waiting[key]
            return outcome

        return done.addBoth(over)

    def _told(self, changes: Sequence[Change]) -> None:
        if not self._count:
            return
        for change in changes:
            for key in ((change.collection, change.document_id), (change.collection, "")):
                for waiting in tuple(self._waiting.get(key, ())):
                    if not waiting.called:
                        waiting.callback(True)
