"""The store that forgets: everything is durable at once, because nothing survives the process.

It is the fake that every test uses, and it is verified: it passes the contract suite.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

from twisted.internet.defer import Deferred, fail, succeed
from zope.interface import implementer

from provd.contracts import IDocumentStore, IDraft
from provd.documents.base import Kind
from provd.store._draft import Key, own
from provd.store._reactor import Time
from provd.store._replica import Replica
from provd.values import Change, Committed, StoreUnavailable


@implementer(IDocumentStore)
class MemoryStore(Replica):
    """Documents of these kinds, in memory.

    Long searches take their turns on `clock`.
    """

    def __init__(
        self, kinds: Iterable[Kind], clock: Time, owner: str = "memory", epoch: int = 1
    ) -> None:
        super().__init__(kinds, clock, owner, epoch)
        self._why_not = ""

    @property
    def pending(self) -> bool:
        return False

    def commit(self, draft: IDraft) -> Deferred[Committed]:
        if self._why_not:
            return fail(StoreUnavailable(self._why_not))
        proposed = own(draft)
        refusal = self.refusal(proposed)
        if refusal is not None:
            return fail(refusal)
        committed = self.apply(proposed)
        self.feed.keep(committed.position.n)
        self.feed.tell_kept()
        return succeed(committed)

    def _accept(self, changes: Sequence[Change], urgent: Container[Key]) -> None:
        """Nothing is kept."""

    def durable(self, committed: Committed) -> Deferred[None]:
        return succeed(None)

    def awaited(self, collection: str, document_id: str) -> Deferred[None] | None:
        return None

    def unavailable(self) -> str:
        return self._why_not

    def quarantined(self) -> tuple[str, ...]:
        return ()

    def close(self) -> Deferred[None]:
        self._why_not = "it is closed"
        return succeed(None)
