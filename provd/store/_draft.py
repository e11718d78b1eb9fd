"""A draft: what one inquiry or API call read, proposes and claims, and the view that results.

Most drafts propose nothing, and one is made for every packet: nothing is allocated before
something is proposed.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any, Protocol

from msgspec import Struct
from zope.interface import implementer

from provd.contracts import IDraft
from provd.documents.base import Document, Kind
from provd.documents.ids import check_id
from provd.store._indexes import Index
from provd.values import Invalid, NoSuchDocument, Problem

MAX_DOCUMENT = 4 * 1024 * 1024
"""The largest document, in bytes of JSON text."""

Key = tuple[str, str]
"""Collection and id."""


class Proposal(Struct, frozen=True, gc=False):
    """What a draft wants of one document. `base` is the revision it was read at; 0: it was not there."""

    base: int
    before: Any
    after: Any


class Claim(Struct, frozen=True, gc=False):
    """A value that no other document than its holder may have when the draft is committed."""

    collection: str
    field: str
    value: str


class Source(Protocol):
    """What a draft reads: the documents of a store."""

    kinds: Mapping[str, Kind]

    def get(self, collection: str, document_id: str) -> Any: ...
    def by(self, collection: str, field: str, value: str) -> tuple[Any, ...]: ...
    def position(self, collection: str) -> int: ...
    def index(self, collection: str, field: str) -> Index: ...


@implementer(IDraft)
class Draft:
    """The unit of work. Made by `IDocumentStore.draft`."""

    __slots__ = ("_claims", "_proposed", "_reads", "_relied", "_source", "_urgent", "cause")

    def __init__(self, source: Source, cause: str) -> None:
        self._source = source
        self.cause = cause
        self._urgent: set[Key] | None = None
        self._proposed: dict[Key, Proposal] | None = None
        self._reads: dict[Key, int] | None = None
        self._relied: dict[str, int] | None = None
        self._claims: list[tuple[Claim, str]] | None = None

    @property
    def changed(self) -> bool:
        return bool(self._proposed) and bool(self.proposals())

    def get(self, collection: str, document_id: str) -> Any:
        if self._proposed:
            proposal = self._proposed.get((collection, document_id))
            if proposal is not None:
                return proposal.after
        return self._source.get(collection, document_id)

    def by(self, collection: str, field: str, value: str) -> tuple[Any, ...]:
        found = self._source.by(collection, field, value)
        if not self._proposed:
            return found
        return self._merged(collection, field, value, found)

    def position(self, collection: str) -> int:
        return self._source.position(collection)

    def read(self, collection: str, document_id: str) -> Any:
        document = self.get(collection, document_id)
        self._note_read(collection, document_id)
        return document

    def put(self, collection: str, document: Document, *, urgent: bool = True) -> Document:
        """Propose a document.

        One that is proposed as it stands proposes nothing, and is recorded as read.

        @raise Invalid: its id cannot be one, or it is not what can be kept as JSON text.
        """
        key = (collection, document.id)
        known = self._proposed.get(key) if self._proposed else None
        before = known.before if known else self._source.get(collection, document.id)
        if before is None:
            check_id(document.id, collection)
        if known is None and document == before:
            self._note_read(collection, document.id)
            return document
        _check_kept(self._source.kinds[collection], document)
        self._propose(key, Proposal(_base(document, known), before, document))
        if urgent:
            self._hurry(key)
        return document

    @property
    def urgent(self) -> bool:
        return bool(self._urgent)

    @property
    def urgent_keys(self) -> Container[Key]:
        """What an answer must wait for; whatever else is proposed came along and is written behind."""
        return self._urgent or ()

    def delete(self, collection: str, document_id: str) -> None:
        document = self.get(collection, document_id)
        if document is None:
            raise NoSuchDocument(collection, document_id)
        key = (collection, document_id)
        known = self._proposed.get(key) if self._proposed else None
        before = known.before if known else document
        base = known.base if known else document.revision
        self._propose(key, Proposal(base, before, None))
        self._hurry(key)

    def rely_on(self, collection: str) -> None:
        if self._relied is None:
            self._relied = {}
        self._relied.setdefault(collection, self._source.position(collection))

    def claim(self, collection: str, field: str, value: str, holder: str) -> None:
        self._source.index(collection, field)
        if self._claims is None:
            self._claims = []
        self._claims.append((Claim(collection, field, value), holder))

    def proposals(self) -> tuple[tuple[str, Document | None, Document | None], ...]:
        return tuple(
            (collection, proposal.before, proposal.after)
            for (collection, _id), proposal in (self._proposed or {}).items()
            if proposal.before is not None or proposal.after is not None
        )

    def _note_read(self, collection: str, document_id: str) -> None:
        if self._reads is None:
            self._reads = {}
        if (collection, document_id) not in self._reads:
            kept = self._source.get(collection, document_id)
            self._reads[collection, document_id] = kept.revision if kept else 0

    def _hurry(self, key: Key) -> None:
        if self._urgent is None:
            self._urgent = set()
        self._urgent.add(key)

    def _propose(self, key: Key, proposal: Proposal) -> None:
        if self._proposed is None:
            self._proposed = {}
        self._proposed[key] = proposal

    def _merged(
        self, collection: str, field: str, value: str, found: tuple[Any, ...]
    ) -> tuple[Any, ...]:
        """What the index says, with what is proposed in the place of what it replaces."""
        proposed = self._proposed or {}
        index = self._source.index(collection, field)
        kept = [each for each in found if (collection, each.id) not in proposed]
        for (where, _id), proposal in proposed.items():
            after = proposal.after
            if where == collection and after is not None and value in index.values(after):
                kept.append(after)
        return tuple(kept)


def _base(document: Document, known: Proposal | None) -> int:
    """The revision a proposal builds on.

    Who deletes a document and proposes another under its id has read none, and says 0.
    """
    if known is not None and known.after is None and document.revision == 0:
        return known.base
    return document.revision


def _check_kept(kind: Kind, document: Document) -> None:
    """Refuse now what the writer could never keep: it would be tried for ever, and block the rest."""
    try:
        size = len(kind.encode(document))
    except (TypeError, ValueError) as error:  # half a surrogate pair, or a value JSON has not
        problem = Problem("", f"{document.id} cannot be kept: {error}", "what JSON can say")
        raise Invalid(kind.name, (problem,)) from error
    if size > MAX_DOCUMENT:
        problem = Problem("", f"{document.id} is {size} bytes of JSON", f"at most {MAX_DOCUMENT}")
        raise Invalid(kind.name, (problem,))


def own(draft: IDraft) -> Draft:
    """The draft, as one that this store made. @raise TypeError: something else; a caller's defect."""
    if isinstance(draft, Draft):
        return draft
    raise TypeError(f"a store commits its own drafts, not {draft!r}")
