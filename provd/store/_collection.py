"""One collection in memory: its documents, its indexes, and the place of its last change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from weakref import WeakSet

from twisted.internet.defer import Deferred
from zope.interface import implementer

from provd.contracts import ICollection
from provd.documents.base import Document, Kind
from provd.documents.query import Page, Query
from provd.documents.selector import Selector
from provd.store._find import Search, Searches
from provd.store._indexes import make_indexes
from provd.store._narrow import Narrowed, Past, Source
from provd.store._order import Ids


@implementer(ICollection)
class Collection:
    """Documents of one kind. Written by `Replica` only."""

    def __init__(self, kind: Kind, searches: Searches) -> None:
        self.name = kind.name
        self.kind = kind
        self.position = 0
        self.documents: dict[str, Document] = {}
        self.order = Ids()
        """Every id: the order of whatever is not sorted otherwise."""
        self.indexes = make_indexes(kind)
        self._searches = searches
        self._pasts: WeakSet[Past] = WeakSet()
        """What searches that are under way go through."""

    def get(self, document_id: str) -> Document | None:
        return self.documents.get(document_id)

    def by(self, field: str, value: str) -> tuple[Document, ...]:
        documents = self.documents
        ids = self.indexes[field].ids(value)
        if isinstance(ids, tuple):
            # One or none, as nearly always: a generator would cost more than all the rest.
            return (documents[ids[0]],) if ids else ()
        return tuple(documents[each] for each in ids)

    def __len__(self) -> int:
        return len(self.documents)

    def __iter__(self) -> Iterator[Document]:
        return iter(tuple(self.documents.values()))

    def find(self, query: Query) -> Deferred[Page]:
        return self._searches.find(self, query)

    def narrow(self, search: Search) -> Narrowed:
        """What may match: few where an index helps, else everything."""
        sources = list(self._sources(search.selector))
        exact = len(sources) == search.selector.conditions and not search.computes
        return Narrowed(sources or [self.order], self, exact=exact)

    def under(self, ids: Iterable[str]) -> list[Document]:
        """The documents under these ids, which are all there."""
        documents = self.documents
        return [documents[each] for each in ids]

    def kept(self) -> Past:
        """The documents as they are now, whatever happens from now on."""
        past = Past(self.documents)
        self._pasts.add(past)
        return past

    def load(self, documents: Iterable[Document]) -> None:
        """Take in many documents at once, at start."""
        for document in documents:
            self.documents[document.id] = document
        ids = sorted(self.documents)
        self.order = Ids.of(ids)
        ordered = [self.documents[each] for each in ids]
        for index in self.indexes.values():
            index.load(ordered)
        self.position = max((each.revision for each in self.documents.values()), default=0)

    def apply(self, n: int, before: Document | None, after: Document | None) -> None:
        """Follow one change, whose position is `n`."""
        if before is not None and self._pasts:
            for past in self._pasts:
                past.changed(before)
        if after is not None:
            if before is None:
                self.order.add(after.id)
            self.documents[after.id] = after
        elif before is not None:
            del self.documents[before.id]
            self.order.discard(before.id)
        for index in self.indexes.values():
            index.move(before, after)
        self.position = n

    def _sources(self, selector: Selector) -> Iterator[Source]:
        """What each index that is of use gives. No index holds an empty value or one that is not text."""
        indexes = {index.key: index for index in self.indexes.values()}
        for key, values in selector.equalities().items():
            index = indexes.get(key)
            if not all(isinstance(value, str) and value for value in values):
                continue
            if key == "id":
                yield Ids.of(sorted({each for each in values if each in self.documents}))
            elif index is not None and not index.many:
                yield index.ids_of_any(values)
        for key, part in selector.contained().items():
            index = indexes.get(key)
            if index is not None and index.many and isinstance(part, str) and part:
                yield index.ids_of_any((part,))
