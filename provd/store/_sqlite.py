"""The store of one provd on one machine: memory for reading, an SQLite file for keeping."""

from __future__ import annotations

import time
from collections.abc import Container, Iterable, Sequence
from functools import partial
from pathlib import Path
from uuid import uuid4

from twisted.internet.defer import Deferred, fail, succeed
from twisted.python.failure import Failure
from zope.interface import implementer

from provd.contracts import IDocumentStore, IDraft
from provd.documents.base import Kind
from provd.store._database import Database
from provd.store._draft import Key, own
from provd.store._errors import StoreNotOpened
from provd.store._group import GroupCommit, Keeping, Rows
from provd.store._loading import Loading
from provd.store._reactor import Reactor
from provd.store._replica import Replica
from provd.store._reseal import Resealing
from provd.store._seal import NO_SEAL, Seal
from provd.store._sealing import require_known_keys
from provd.store._writer import Writer, WriterThread
from provd.values import Change, Committed, StoreUnavailable

GAP = 2**20
"""Positions left out after a crash.

Changes that were applied and read, but not kept, had positions too.  Those must not come back
with other contents: somebody may hold one as the revision or the ETag of what he read.
`Keeping.bound` limits how many there can have been.
"""

RESTORED_GAP = 2**30
"""The same for a backup that takes the original's place: what the original did since is unknown."""


@implementer(IDocumentStore)
class SQLiteStore(Replica):
    """Made by `SQLiteStore.open`."""

    def __init__(
        self,
        database: Database,
        loading: Loading,
        reactor: Reactor,
        writer: Writer,
        keeping: Keeping,
    ) -> None:
        notes = database.notes()
        n = int(notes["position"])
        super().__init__(database.kinds.values(), reactor, notes["owner"], int(notes["epoch"]), n)
        for name, documents in loading.documents.items():
            self.load(name, documents)
        self._quarantined = loading.reports()
        self._database = database
        self._writer = writer
        self._slow_commit = keeping.slow_commit
        self._group = GroupCommit(reactor, writer, self._keep, self.feed, keeping, n)
        self._closing: list[Deferred[None]] | None = None
        self._ended: Failure | bool = False

    @classmethod
    def open(  # noqa: PLR0913 - each may be replaced by a test
        cls,
        path: Path | str,
        kinds: Iterable[Kind],
        reactor: Reactor,
        *,
        owner: str = "",
        keeping: Keeping = Keeping(),  # noqa: B008 - immutable
        writer: Writer | None = None,
        seal: Seal = NO_SEAL,
    ) -> SQLiteStore:
        """Open the database at `path`, making it where there is none, and load it into memory.

        Blocks (200,000 documents: under 2 s), so it is done before anything is served.  `owner`
        names a new database's owner; an existing one keeps its own.  `seal` seals documents of kinds
        that may hold secrets; what is kept otherwise is sealed anew at once.

        @raise StoreNotOpened: the file cannot be used; its subclasses and its text say why, and
            what to do.
        """
        known = {kind.name: kind for kind in kinds}
        database = Database(Path(path), known, seal)
        database.open()
        with database.trusted():
            require_known_keys(database)
            loading = Loading(database, known)
            loading.run()
            _take_notes(database, loading, owner)
            return cls(database, loading, reactor, writer or WriterThread(reactor), keeping)

    def commit(self, draft: IDraft) -> Deferred[Committed]:
        why_not = self.unavailable()
        if why_not:
            return fail(StoreUnavailable(why_not))
        proposed = own(draft)
        refusal = self.refusal(proposed)
        if refusal is not None:
            return fail(refusal)
        return succeed(self.apply(proposed))

    def _accept(self, changes: Sequence[Change], urgent: Container[Key]) -> None:
        self._group.accept(changes, urgent)

    def durable(self, committed: Committed) -> Deferred[None]:
        """Fires when what was committed survives a crash; fails with `StoreUnavailable`.

        Asking makes it urgent: what nobody waits for may be written behind, this not.
        """
        if not committed.changes:
            return succeed(None)
        return self._group.durable(committed.changes[-1].n)

    @property
    def pending(self) -> bool:
        return self._group.pending

    def awaited(self, collection: str, document_id: str) -> Deferred[None] | None:
        return self._group.awaited((collection, document_id))

    def resealing(self, seal: Seal) -> Resealing:
        """What seals with these keys, while everything goes on, once it is begun."""
        return Resealing(self._database, self._writer, seal)

    def unavailable(self) -> str:
        return "it is closed" if self._closing is not None else self._group.unavailable()

    def quarantined(self) -> tuple[str, ...]:
        return self._quarantined

    def close(self) -> Deferred[None]:
        """Keep what was accepted and stop.

        Fails with `StoreUnavailable` when the disk took it neither before nor now; closed it is
        then all the same.
        """
        done: Deferred[None] = Deferred()
        if self._closing is None:
            self._closing = [done]
            self._group.end().addBoth(self._end)
        elif self._ended:
            return fail(self._ended) if isinstance(self._ended, Failure) else succeed(None)
        else:
            self._closing.append(done)
        return done

    def _end(self, outcome: Failure | None) -> None:
        """The last batch is kept, or refused for good: let go of the file, then of whoever waits."""
        self._writer.submit(
            partial(self._let_go, clean=outcome is None),
            lambda _error: self._tell_closed(outcome),
        )
        self._writer.stop()

    def _let_go(self, *, clean: bool) -> None:
        """In the writer thread. Without the note, the next start leaves a gap: no harm."""
        try:
            if clean:
                self._database.note(position=str(self._n), clean="1")
        finally:
            self._database.close()

    def _tell_closed(self, outcome: Failure | None) -> None:
        self._ended = outcome or True
        for waiting in self._closing or ():
            if outcome is None:
                waiting.callback(None)
            else:
                waiting.errback(outcome)

    def _keep(self, rows: Rows) -> None:
        """In the writer thread."""
        self._database.keep(rows)
        if self._slow_commit:
            time.sleep(self._slow_commit)


def _take_notes(database: Database, loading: Loading, owner: str) -> None:
    """Settle owner, epoch and position, and note that the database is open."""
    notes = database.notes()
    try:
        position, epoch = int(notes.get("position", "0")), int(notes.get("epoch", "1"))
    except ValueError as error:
        raise StoreNotOpened(str(database.path), f"its notes are damaged: {error}") from error
    position = max(position, loading.newest)
    if "epoch" in notes and notes.get("clean") != "1":
        position += GAP
    if notes.get("copy"):
        position += RESTORED_GAP
        epoch = max(epoch + 1, int(time.time()))
    if loading.deleted:
        database.purge(position)
    database.note(
        owner=notes.get("owner") or owner or uuid4().hex,
        epoch=str(epoch),
        position=str(position),
        clean="0",
        copy="",
    )
