"""Keeping documents: what a store promises, whoever keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from twisted.internet.defer import Deferred
from zope.interface import Attribute, Interface

from provd.documents.base import Document
from provd.documents.query import Page, Query
from provd.values import Committed, DraftRefused


class ICollection(Interface):
    """One kind of document, read from memory.

    Called several times for every packet, on the reactor thread: `get` and `by` cost a
    dictionary look-up each, whatever the number of documents, and never fail for want of a
    disk or a network.  Documents are immutable and shared: callers keep them as long as they like.
    """

    name = Attribute("the collection's name (str)")
    position = Attribute("feed position (int) of the last change to any document here; 0 if none")

    def get(document_id: str) -> Document | None:
        """The document, or None."""

    def by(field: str, value: str) -> tuple[Document, ...]:
        """The documents whose indexed `field` is (or, for a tuple, contains) `value`, in no order.

        @raise KeyError: `field` has no index; a caller's defect.
        """

    def __len__() -> int:
        """How many documents there are."""

    def __iter__() -> Iterator[Document]:
        """Every document, over a snapshot: later changes are not seen."""

    def find(query: Query) -> Deferred[Page]:
        """Documents matching a query.

        Uses an index where the selector allows; otherwise scans in slices, never holding the
        reactor for more than 5 ms.  Sorts before it limits.  Fails with `MalformedSelector`.
        """


class IReadable(Interface):
    """Whatever documents can be read from: a store, or the view of a draft over it."""

    def get(collection: str, document_id: str) -> Any:
        """The document, or None."""

    def by(collection: str, field: str, value: str) -> tuple[Any, ...]:
        """The documents whose indexed `field` is `value`."""

    def position(collection: str) -> int:
        """The feed position of the last change in a collection."""


class IDraft(IReadable):
    """The unit of work of one inquiry or API call: what was read, what is proposed, what is claimed.

    A reader of the draft sees its own proposals.  Throwing it away costs nothing: nothing
    outside the draft knows of it before `IDocumentStore.commit`.  Reading through `get` for a
    decision that must hold at commit is recorded by `read`; plain `get` and `by` record nothing.
    """

    cause = Attribute("the id of the inquiry or request (str)")
    urgent = Attribute(
        "False while everything proposed is a refreshed fact that may be written behind (bool)"
    )
    changed = Attribute("True when anything is proposed (bool)")

    def put(collection: str, document: Document, *, urgent: bool = True) -> Document:
        """Propose a document, new or changed; its `revision` is the one it was read at (0: new).

        Returns it as a reader of the draft will see it.
        """

    def delete(collection: str, document_id: str) -> None:
        """Propose that a document goes.

        @raise NoSuchDocument: it is not there.
        """

    def read(collection: str, document_id: str) -> Any:
        """Like `get`, and the commit fails if the document has changed since."""

    def rely_on(collection: str) -> None:
        """The commit fails with `RevisionConflict` if anything in the collection has changed since.

        For a rule over many documents, such as that no two overlap; drafts for packets have none.
        """

    def claim(collection: str, field: str, value: str, holder: str) -> None:
        """The commit fails with `KeyClaimed` if another document than `holder` has that indexed value."""

    def proposals() -> tuple[tuple[str, Document | None, Document | None], ...]:
        """(collection, before, after) of everything proposed, in order."""


class IDocumentStore(IReadable):
    """Collections of JSON documents with one write door and one change feed.

    Reads are memory reads on the reactor thread.  Every write is a draft that is committed
    whole or not at all.  *Applied* (everybody reads it) comes at once; *durable* (it survives
    `kill -9`) comes with the next group commit.  After a failed group commit the store refuses
    every commit with `StoreUnavailable` until keeping works again: memory never runs ahead of
    what can be kept, and what was not acknowledged may be lost but is never half there.
    """

    feed = Attribute("IFeed of every change, in order of position")
    kinds = Attribute("the kinds of document kept here: mapping of name to `documents.Kind`")
    pending = Attribute(
        "False, the common case, when no urgent change waits to become durable: then `awaited`"
        " need not be asked (bool)"
    )

    def collection(name: str) -> ICollection:
        """One collection. @raise KeyError: there is none of that name; a caller's defect."""

    def draft(cause: str) -> IDraft:
        """An empty draft over what is there now. Costs less than a microsecond."""

    def commit(draft: IDraft) -> Deferred[Committed]:
        """Apply a draft; the only write door.

        Fires when it is applied (for the embedded store: before it returns).  Fails with
        `RevisionConflict` or `KeyClaimed` (decide again, nothing was applied) or with
        `StoreUnavailable`.  A draft without proposals fires with no changes.
        """

    def refusal(draft: IDraft) -> DraftRefused | None:
        """Why a commit of the draft would fail now; None when it would not. Nothing is applied."""

    def durable(committed: Committed) -> Deferred[None]:
        """Fires when what was committed survives a crash; fails with `StoreUnavailable`.

        Has fired already where that is so.
        """

    def awaited(collection: str, document_id: str) -> Deferred[None] | None:
        """What an answer that depends on a document must wait for before it leaves.

        None, the common case, when its last urgent change is durable.  A refreshed fact that
        is written behind is not waited for.  Costs one dictionary look-up.
        """

    def unavailable() -> str:
        """Why nothing can be kept at present; empty when all is well."""

    def quarantined() -> tuple[str, ...]:
        """What could not be read at start: one sentence for each row set aside."""

    def close() -> Deferred[None]:
        """Keep what was accepted and stop; fires when it is done. Idempotent."""
