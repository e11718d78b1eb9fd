"""Long work: started somewhere, watched and cancelled by operators."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from twisted.logger import Logger

from provd.application.collection import Documents
from provd.application.errors import NotCancellable
from provd.application.slices import Slices
from provd.application.writing import write
from provd.contracts import IDocumentStore, IDraft
from provd.documents import (
    OPERATIONS,
    Kind,
    Operation,
    State,
    cancelled,
    failed,
    progressed,
    succeeded,
    waiting,
)
from provd.values import NoSuchDocument, ProvdError

log = Logger("provd.operations")

COLLECTION = "operations"

LIFE = 7 * 86_400
"""Seconds that an ended operation is kept."""

KEPT = 1000
"""Ended operations that are remembered; older ones go when a new one starts."""

RESTARTED = "provd was restarted while it ran; start it again"


class Work:
    """A running operation, as whoever does the work holds it.

    The worker looks at `cancelled` between its turns.  Telling of progress never fails the work:
    what cannot be kept is logged.
    """

    def __init__(self, store: IDocumentStore, operation_id: str, now: Callable[[], float]) -> None:
        self.id = operation_id
        self.cancelled = False
        self._store = store
        self._now = now

    async def progress(self, current: int, end: int | None = None) -> None:
        """So far it has come."""
        await self._tell(lambda each: progressed(each, at=self._now(), current=current, end=end))

    async def succeed(self, result: Mapping[str, Any]) -> None:
        """It is done."""
        await self._tell(lambda each: succeeded(each, at=self._now(), result=result))

    async def fail(self, reason: str) -> None:
        """It cannot be done."""
        await self._tell(lambda each: failed(each, at=self._now(), reason=reason))

    async def _tell(self, step: Callable[[Operation], Operation]) -> None:
        draft = self._store.draft(self.id)
        operation = draft.get(COLLECTION, self.id)
        if operation is None or operation.ended:
            return
        draft.put(COLLECTION, step(operation), urgent=False)
        try:
            await self._store.commit(draft)
        except ProvdError as error:
            log.warn("operation {id} cannot tell how far it is: {error}", id=self.id, error=error)


class Operations(Documents[Operation]):
    """Every operation there is, and those that run here."""

    kind: ClassVar[Kind] = OPERATIONS

    def __init__(
        self,
        store: IDocumentStore,
        slices: Slices,
        new_id: Callable[[], str],
        now: Callable[[], float],
    ) -> None:
        super().__init__(store, slices)
        self._new_id = new_id
        self._now = now
        self._running: dict[str, Work] = {}

    async def start(self, kind: str, *, label: str = "", cause: str = "") -> Work:
        """A new operation that is about to run. @raise StoreUnavailable: it cannot be kept."""
        operation = waiting(self._new_id(), kind, at=self._now(), label=label, cause=cause)
        draft = self._store.draft(cause or operation.id)
        draft.put(COLLECTION, operation, urgent=False)
        self._forget_old(draft)
        await self._store.commit(draft)
        work = Work(self._store, operation.id, self._now)
        self._running[operation.id] = work
        return work

    def over(self, work: Work) -> None:
        """The worker has stopped, for whatever reason. Idempotent."""
        self._running.pop(work.id, None)

    def _forget_old(self, draft: IDraft) -> None:
        """Make room; a thousand documents are looked at in well below a millisecond."""
        collection = self._store.collection(COLLECTION)
        ended = [each for each in collection if isinstance(each, Operation) and each.ended]
        ended.sort(key=lambda each: each.updated)
        surplus = max(len(collection) - KEPT + 1, 0)
        for at, operation in enumerate(ended):
            if at < surplus or self._expired(operation):
                draft.delete(COLLECTION, operation.id)

    def _expired(self, operation: Operation) -> bool:
        return operation.ended and operation.updated + LIFE < self._now()

    async def recover(self) -> Sequence[Operation]:
        """At start: what ran when the process ended has failed. Answers those operations."""
        left = [
            operation
            for state in (State.WAITING, State.PROGRESS)
            for operation in self._store.by(COLLECTION, "state", state)
            if operation.id not in self._running
        ]
        draft = self._store.draft("recovery")
        self._forget_old(draft)
        for operation in left:
            draft.put(COLLECTION, failed(operation, at=self._now(), reason=RESTARTED))
        await self._store.commit(draft)
        return left

    async def find(self, document_id: str) -> Operation:
        """One that has not expired. @raise NoSuchDocument: there is none."""
        operation = await super().find(document_id)
        if self._expired(operation):
            raise NoSuchDocument(COLLECTION, document_id)
        return operation

    def shown(self, document: Any) -> dict[str, Any]:
        """How far it is, is always told, and when it will be forgotten."""
        found = {"state": State.WAITING, "current": 0, **super().shown(document)}
        if document.ended:
            found["expires"] = document.updated + LIFE
        return found

    async def cancel(self, operation_id: str, cause: str) -> dict[str, Any]:
        """Stop it where it stands; what is done stays done.

        @raise NoSuchDocument: there is none.
        @raise NotCancellable: it has ended.
        """

        def propose(draft: IDraft) -> None:
            operation: Operation | None = draft.read(COLLECTION, operation_id)
            if operation is None:
                raise NoSuchDocument(COLLECTION, operation_id)
            if operation.ended:
                raise NotCancellable(operation_id, operation.state)
            reason = f"cancelled by request {cause}"
            draft.put(COLLECTION, cancelled(operation, at=self._now(), reason=reason))

        await write(self._store, cause, propose)
        if operation_id in self._running:
            self._running[operation_id].cancelled = True
        return await self.get(operation_id)
