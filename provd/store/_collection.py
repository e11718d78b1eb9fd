"""One collection in memory: its documents, its indexes, and the place of its last change."""

from __future__ import annotations

from collections.abc import Collection as Collection_
from collections.abc import Iterable, Iterator, Sequence

from twisted.internet.defer import Deferred
from zope.interface import implementer

from provd.contracts import ICollection
from provd.documents.base import Document, Kind
from provd.documents.query import Page, Query
from provd.store._find import Search, Searches
from provd.store._indexes import make_indexes

MANY = 10_000
"""From so many ids on, looking each up costs more than looking at every document in passing."""


@implementer(ICollection)
class Collection:
    """Documents of one kind. Written by `Replica` only."""

    def __init__(self, kind: Kind, searches: Searches) -> None:
        self.name = kind.name
        self.kind = kind
        self.position = 0
        self.documents: dict[str, Document] = {}
        self.indexes = make_indexes(kind)
        self._searches = searches

    def get(self, document_id: str) -> Document | None:
        return self.documents.get(document_id)

    def by(self, field: str, value: str) -> tuple[Document, ...]:
        documents = self.documents
        return tuple(documents[each] for each in self.indexes[field].ids(value))

    def __len__(self) -> int:
        return len(self.documents)

    def __iter__(self) -> Iterator[Document]:
        return iter(tuple(self.documents.values()))

    def find(self, query: Query) -> Deferred[Page]:
        return self._searches.find(self, query)

    def candidates(self, search: Search) -> Sequence[Document]:
        """Every document that a search may match: few where an index helps, else all of them."""
        ids = self._narrowest(search)
        if ids is None:
            return tuple(self.documents.values())
        documents = self.documents
        return tuple(documents[each] for each in ids if each in documents)

    def load(self, documents: Iterable[Document]) -> None:
        """Take in many documents at once, at start."""
        for document in documents:
            self.documents[document.id] = document
        for index in self.indexes.values():
            index.load(self.documents.values())
        self.position = max((each.revision for each in self.documents.values()), default=0)

    def apply(self, n: int, before: Document | None, after: Document | None) -> None:
        """Follow one change, whose position is `n`."""
        if after is not None:
            self.documents[after.id] = after
        elif before is not None:
            del self.documents[before.id]
        for index in self.indexes.values():
            index.move(before, after)
        self.position = n

    def _narrowest(self, search: Search) -> Collection_[str] | None:
        """The fewest ids that an index gives; None where all documents are as quickly looked at."""
        best: Collection_[str] | None = None
        for ids in self._narrowed(search):
            if len(ids) <= MANY and (best is None or len(ids) < len(best)):
                best = ids
        return best

    def _narrowed(self, search: Search) -> Iterator[Collection_[str]]:
        """What each index of use gives. No index holds an empty value or one that is not text."""
        indexes = {index.key: index for index in self.indexes.values()}
        for key, values in search.selector.equalities().items():
            index = indexes.get(key)
            if not all(isinstance(value, str) and value for value in values):
                continue
            if key == "id":
                yield tuple(dict.fromkeys(values))
            elif index is not None and not index.many:
                yield index.ids_of_any(values)
        for key, part in search.selector.contained().items():
            index = indexes.get(key)
            if index is not None and index.many and isinstance(part, str) and part:
                yield index.ids(part)
