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
    Preferences,
    State,
    cancelled,
    failed,
    preferences_in,
    progressed,
    succeeded,
    waiting,
)
from provd.values import NoSuchDocument, ProvdError, read_cause

log = Logger("provd.operations")

COLLECTION = "operations"

RESTARTED = "provd was restarted while it ran; start it again"


class Work:
    """A running operation, as whoever does the work holds it.

    The worker looks at `cancelled` between its turns, or names what stops it (`stopped_by`).  Telling
    of progress never fails the work: what cannot be kept is logged.
    """

    def __init__(
        self, store: IDocumentStore, operation: Operation, now: Callable[[], float]
    ) -> None:
        self.id = operation.id
        self.who = operation.who
        self.devices = operation.devices
        self.action = operation.action
        self.cancelled = False
        self.reason = ""
        """Why it was cancelled."""
        self._store = store
        self._now = now
        self._stop: Callable[[], object] = _nothing

    def stopped_by(self, stop: Callable[[], object]) -> None:
        """Have `stop` called once it is cancelled."""
        self._stop = stop

    def cancel(self, reason: str) -> None:
        """Have the worker stop where it stands. Idempotent."""
        if not self.cancelled:
            self.cancelled, self.reason = True, reason
            self._stop()

    async def progress(self, current: int, end: int | None = None) -> None:
        """So far it has come."""
        await self._tell(lambda each: progressed(each, at=self._now(), current=current, end=end))

    async def succeed(self, result: Mapping[str, Any]) -> None:
        """It is done."""
        await self._tell(lambda each: succeeded(each, at=self._now(), result=result))

    def succeed_in(self, draft: IDraft, result: Mapping[str, Any]) -> None:
        """It is done once a draft is committed, and not before."""
        operation: Operation | None = draft.get(COLLECTION, self.id)
        if operation is not None and not operation.ended:
            draft.put(COLLECTION, succeeded(operation, at=self._now(), result=result))

    async def fail(self, reason: str, result: Mapping[str, Any] | None = None) -> None:
        """It cannot be done; `result` is what came of it nevertheless."""
        await self._tell(lambda each: failed(each, at=self._now(), reason=reason, result=result))

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


def _nothing() -> None:
    """A worker that looks at `cancelled` itself needs no other way."""


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

    async def start(
        self,
        kind: str,
        *,
        label: str = "",
        cause: str = "",
        devices: Sequence[str] = (),
        action: str = "",
    ) -> Work:
        """A new operation that is about to run; whoever is behind `cause` began it.

        With `devices` and `action`, it is cancelled as soon as whoever began it may no longer do that
        with one of them.

        @raise StoreUnavailable: it cannot be kept.
        """
        began = read_cause(cause)
        operation = waiting(
            self._new_id(),
            kind,
            at=self._now(),
            label=label,
            cause=cause,
            who=began.who if began is not None else "",
            devices=tuple(devices),
            action=action,
        )
        draft = self._store.draft(cause or operation.id)
        draft.put(COLLECTION, operation, urgent=False)
        self._forget_old(draft)
        # Whoever looks at what runs when it is told of this finds it.
        self._running[operation.id] = work = Work(self._store, operation, self._now)
        try:
            await self._store.commit(draft)
        except ProvdError:
            self.over(work)
            raise
        return work

    def resume(self, operation: Operation) -> Work:
        """One that a former process began, to go on with; called before `recover`, which would fail it."""
        self._running[operation.id] = work = Work(self._store, operation, self._now)
        return work

    def over(self, work: Work) -> None:
        """The worker has stopped, for whatever reason. Idempotent."""
        self._running.pop(work.id, None)

    def of_users(self) -> Sequence[Work]:
        """What runs here, was begun by somebody, and takes a right on devices."""
        return [
            work
            for work in self._running.values()
            if work.who and work.devices and work.action and not work.cancelled
        ]

    async def tell_cancelled(self, work: Work, cause: str) -> None:
        """Keep that work which was stopped is cancelled, unless it has ended otherwise.

        @raise StoreUnavailable, RevisionConflict: it cannot be kept.
        """

        def propose(draft: IDraft) -> None:
            operation: Operation | None = draft.read(COLLECTION, work.id)
            if operation is not None and not operation.ended:
                draft.put(COLLECTION, cancelled(operation, at=self._now(), reason=work.reason))

        await write(self._store, cause, propose)

    async def forget_old(self) -> None:
        """Let go what is no longer to be remembered. @raise StoreUnavailable: it cannot be kept."""
        draft = self._store.draft("retention")
        self._forget_old(draft, room=0)
        await self._store.commit(draft)

    def _forget_old(self, draft: IDraft, room: int = 1) -> None:
        """Make room; a thousand documents are looked at in well below a millisecond."""
        collection = self._store.collection(COLLECTION)
        ended = [each for each in collection if isinstance(each, Operation) and each.ended]
        ended.sort(key=lambda each: each.updated)
        surplus = max(len(collection) - self._chosen.operations_kept + room, 0)
        for at, operation in enumerate(ended):
            if at < surplus or self._expired(operation):
                draft.delete(COLLECTION, operation.id)

    def _expired(self, operation: Operation) -> bool:
        return operation.ended and self._expires(operation) < self._now()

    def _expires(self, operation: Operation) -> float:
        return operation.updated + self._chosen.operations_seconds

    @property
    def _chosen(self) -> Preferences:
        return preferences_in(self._store)

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
            found["expires"] = self._expires(document)
        return found

    async def cancel(self, operation_id: str, cause: str) -> dict[str, Any]:
        """Stop it where it stands; what is done stays done.

        @raise NoSuchDocument: there is none.
        @raise NotCancellable: it has ended.
        """
        reason = f"cancelled by request {cause}"

        def propose(draft: IDraft) -> None:
            operation: Operation | None = draft.read(COLLECTION, operation_id)
            if operation is None:
                raise NoSuchDocument(COLLECTION, operation_id)
            if operation.ended:
                raise NotCancellable(operation_id, operation.state)
            draft.put(COLLECTION, cancelled(operation, at=self._now(), reason=reason))

        await write(self._store, cause, propose)
        if operation_id in self._running:
            self._running[operation_id].cancel(reason)
        return await self.get(operation_id)
