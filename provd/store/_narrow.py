"""Which documents may match at all: what indexes say of each condition, put together without looking at one.

The narrowest index is walked, in order of id, and each id is looked for in the others: that costs half
a microsecond, a document two to five.  Where every condition has an index, what is left is what
matches, and only the page that is asked for is ever looked at.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, Self

from provd.documents.base import Document
from provd.store._order import Ids


class Union(Collection[str]):
    """The ids under several values of one field, of which a document has one."""

    def __init__(self, parts: Iterable[Ids]) -> None:
        self._parts = tuple(parts)

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def __iter__(self) -> Iterator[str]:
        return heapq.merge(*self._parts)

    def __reversed__(self) -> Iterator[str]:
        return heapq.merge(*map(reversed, self._parts), reverse=True)

    def __contains__(self, wanted: object) -> bool:
        return any(wanted in part for part in self._parts)

    def copy(self) -> Union:
        """The same ids; what happens to one of the two the other does not see."""
        return Union(part.copy() for part in self._parts)


Source = Ids | Union


class Documents(Protocol):
    """Where the documents under the ids are."""

    def under(self, ids: Iterable[str]) -> list[Document]:
        """The documents under these ids, which are all there."""

    def kept(self) -> Documents:
        """The same, whatever happens from now on."""


class Past:
    """Documents as they were at one moment: those of now, and before them what was changed since.

    A copy of a hundred thousand references would be made, and let go, in milliseconds in which no phone
    is answered.
    """

    __slots__ = ("__weakref__", "_before", "_now")

    def __init__(self, now: Mapping[str, Document]) -> None:
        self._now = now
        self._before: dict[str, Document] = {}

    def changed(self, before: Document) -> None:
        """A document is about to be what it was no more."""
        self._before.setdefault(before.id, before)

    def under(self, ids: Iterable[str]) -> list[Document]:
        now, before = self._now, self._before
        if not before:
            return [now[each] for each in ids]
        return [before[each] if each in before else now[each] for each in ids]

    def kept(self) -> Past:
        return self


class Narrowed:
    """What a search goes through: the ids that are in all of `sources`."""

    def __init__(self, sources: Sequence[Source], documents: Documents, *, exact: bool) -> None:
        """`exact`: all of these match, and nothing else."""
        self._first, *self._others = sorted(sources, key=len)
        self._documents = documents
        self.exact = exact

    def __len__(self) -> int:
        """How many there are, or more."""
        return len(self._first)

    @property
    def alone(self) -> Ids | None:
        """The ids, where they are known without walking them."""
        return self._first if isinstance(self._first, Ids) and not self._others else None

    @property
    def bounded(self) -> bool:
        """Whether `len` tells how many there are."""
        return not self._others

    def kept(self) -> Self:
        """The same, whatever happens from now on."""
        sources = [each.copy() for each in (self._first, *self._others)]
        return type(self)(sources, self._documents.kept(), exact=self.exact)

    def walk(self, *, descending: bool) -> Iterator[str]:
        """Ids in order, some of which may not be in all: `common` tells."""
        return reversed(self._first) if descending else iter(self._first)

    def common(self, ids: Sequence[str]) -> Sequence[str]:
        """Those of some ids of the walk that are in all sources."""
        for other in self._others:
            ids = [each for each in ids if each in other]
        return ids

    def documents(self, ids: Iterable[str]) -> list[Document]:
        """The documents under these ids."""
        return self._documents.under(ids)
