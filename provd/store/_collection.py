"""One collection in memory: its documents, its indexes, and the place of its last change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from twisted.internet.defer import Deferred
from zope.interface import implementer

from provd.contracts import ICollection
from provd.documents.base import Document, Kind
from provd.documents.query import Page, Place, Query
from provd.store._find import AT_ONCE, Candidates, Search, Searches
from provd.store._indexes import make_indexes
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

    def answer(self, search: Search) -> Page | None:
        """The page, where an index knows it: nothing is looked at but the page itself."""
        ids = self._exactly(search)
        if ids is None:
            return None
        search.sure = True
        query = search.query
        if not search.by_id or not 0 < query.limit <= AT_ONCE:
            return None
        passed = query.skip
        if query.after is not None:
            passed += ids.rank(query.after.id, descending=query.descending)
        window = ids.window(passed, query.limit, descending=query.descending)
        more = bool(window) and passed + len(window) < len(ids)
        documents = tuple(self.documents[each] for each in window)
        return Page(documents, len(ids), Place(window[-1]) if more else None, len(window))

    def candidates(self, search: Search) -> Candidates:
        """Every document that a search may match, by id: few where an index helps, else all of them."""
        ids = self._narrowest(search)
        documents = self.documents
        if ids is None:
            ids = self.order
        if len(ids) > AT_ONCE:
            # What happens while the search takes its turns is not seen.
            ids = ids.copy() if isinstance(ids, Ids) else ids
            documents = documents.copy()
        descending = search.by_id and search.query.descending
        return Candidates(ids, len(ids), documents, descending=descending)

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

    def _exactly(self, search: Search) -> Ids | None:
        """The ids of all that match and of nothing else, where that can be known without looking."""
        if not search.selector.single or search.computes:
            return None
        if not search.selector.keys:
            return self.order
        for ids in self._narrowed(search):
            if isinstance(ids, Ids):
                return ids
            few = Ids()
            for each in ids:
                few.add(each)
            return few
        return None

    def _narrowest(self, search: Search) -> Ids | Sequence[str] | None:
        """The fewest ids that an index gives; None where it gives none."""
        best: Ids | Sequence[str] | None = None
        for ids in self._narrowed(search):
            if best is None or len(ids) < len(best):
                best = ids
        return best

    def _narrowed(self, search: Search) -> Iterator[Ids | Sequence[str]]:
        """What each index of use gives. No index holds an empty value or one that is not text."""
        indexes = {index.key: index for index in self.indexes.values()}
        for key, values in search.selector.equalities().items():
            index = indexes.get(key)
            if not all(isinstance(value, str) and value for value in values):
                continue
            if key == "id":
                yield sorted({each for each in values if each in self.documents})
            elif index is not None and not index.many:
                yield index.ids_of_any(values)
        for key, part in search.selector.contained().items():
            index = indexes.get(key)
            if index is not None and index.many and isinstance(part, str) and part:
                yield index.ids(part)
