"""Documents, time and a writer for the tests of a store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct
from twisted.internet.task import Clock

from provd.documents.base import Document, Kind
from provd.documents.query import Page, Query
from provd.store import Keeping, SQLiteStore
from provd.store._writer import Done, Work
from provd.values import Committed


class Box(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A small document with one of everything that an index can be on."""

    mac: str | None = None
    vendor: str | None = None
    parents: tuple[str, ...] = ()
    weight: int = 0
    seen: str = ""


class Note(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A document of another kind, without indexes."""

    text: str = ""


BOXES = Kind(name="boxes", type=Box, unique=("mac",), indexes=("vendor", "parents"))
NOTES = Kind(name="notes", type=Note)
KINDS = (BOXES, NOTES)

AT_ONCE = Keeping(gather=0.0)
"""For stores whose clock does not move: what came during a commit is written right after it."""


class SteppedReactor(Clock):
    """A clock with a door for threads: what comes through it happens when the clock is moved."""

    def callFromThread(
        self,
        callable: Callable[..., Any],  # noqa: A002 - the interface dictates the name
        *args: object,
        **kwargs: object,
    ) -> None:
        self.callLater(0, callable, *args, **kwargs)


class SteppedWriter:
    """A writer without a thread: works when the clock is moved, and not while `held`."""

    def __init__(self, reactor: SteppedReactor) -> None:
        self._reactor = reactor
        self._held: list[tuple[Work, Done]] = []
        self.held = False

    def submit(self, work: Work, done: Done) -> None:
        self._held.append((work, done))
        self._reactor.callLater(0, self._step)

    def stop(self) -> None:
        pass

    def release(self) -> None:
        """Work again."""
        self.held = False
        for _job in self._held:
            self._reactor.callLater(0, self._step)

    def _step(self) -> None:
        if self.held or not self._held:
            return
        work, done = self._held.pop(0)
        try:
            work()
        except Exception as error:  # noqa: BLE001 - as the thread does
            self._reactor.callFromThread(done, error)
        else:
            self._reactor.callFromThread(done, None)


class Fixture(Struct):
    """A store under test, its time, and a way to open it again (None for one that forgets)."""

    store: Any
    reactor: SteppedReactor
    reopen: Callable[[], Any] | None = None
    discard: Callable[[], object] = list
    """Removes what the store leaves behind."""

    def close(self) -> None:
        """Close the store and remove what it leaves behind."""
        self.store.close().addErrback(lambda _failure: None)
        self.settle()
        self.discard()

    def settle(self) -> None:
        """Let everything that can happen now happen."""
        self.reactor.advance(0)

    def put(self, document: Document, collection: str = "boxes", *, urgent: bool = True) -> Any:
        """Commit one document; the document as it is now, or the failure."""
        draft = self.store.draft("test")
        draft.put(collection, document, urgent=urgent)
        outcome: list[Any] = []
        self.store.commit(draft).addBoth(outcome.append)
        [committed] = outcome
        return committed.changes[0].after if isinstance(committed, Committed) else committed.value

    def find(self, **query: Any) -> Page:
        """One page of the boxes, however many slices it takes."""
        found: list[Any] = []
        self.store.collection("boxes").find(Query(**query)).addBoth(found.append)
        while not found:
            self.reactor.advance(0)
        if not isinstance(found[0], Page):
            found[0].raiseException()
        return found[0]  # type: ignore[no-any-return] # a Page, by the line above


def on_file(path: Path, *kinds: Kind, **options: Any) -> Fixture:
    """A store on a database file, which stays when the store is closed; it gathers nothing."""
    options.setdefault("keeping", AT_ONCE)
    reactor = SteppedReactor()
    writer = SteppedWriter(reactor)
    return Fixture(
        SQLiteStore.open(path, kinds or KINDS, reactor, writer=writer, **options), reactor
    )
