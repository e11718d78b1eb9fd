"""Ids in order: what gives every list one order that stays, and a page of it without a scan.

A list of short sorted lists: an id is put in or taken out in about a microsecond, whatever the
number of ids, and a hundred thousand of them cost one reference each, less than a set.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterator, Sequence
from itertools import chain, islice

WIDTH = 512
"""A list that grows to twice this is split."""


class Ids(Collection[str]):
    """A sorted set of ids."""

    __slots__ = ("_count", "_lasts", "_lists", "_shared")

    def __init__(self) -> None:
        self._lists: list[list[str]] = []
        self._lasts: list[str] = []
        self._count = 0
        self._shared: frozenset[int] = frozenset()
        """Lists (by identity) that a copy may have too: they are not changed, but replaced."""

    @classmethod
    def of(cls, ordered: Sequence[str]) -> Ids:
        """These ids, which are in order and all different."""
        made = cls()
        made._lists = [list(ordered[at : at + WIDTH]) for at in range(0, len(ordered), WIDTH)]
        made._lasts = [ids[-1] for ids in made._lists]
        made._count = len(ordered)
        return made

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._lists)

    def __reversed__(self) -> Iterator[str]:
        return chain.from_iterable(map(reversed, reversed(self._lists)))

    def __contains__(self, wanted: object) -> bool:
        if not isinstance(wanted, str):
            return False
        at = bisect_left(self._lasts, wanted)
        if at == len(self._lists):
            return False
        ids = self._lists[at]
        return ids[bisect_left(ids, wanted)] == wanted

    def add(self, new: str) -> None:
        """Put an id in; one that is there already stays."""
        lists, lasts = self._lists, self._lasts
        if not lists:
            lists.append([new])
            lasts.append(new)
            self._count = 1
            return
        if new > lasts[-1]:
            # In order of id, as at a start, each is put at the end.
            at = len(lists) - 1
            ids = self._own(at)
            ids.append(new)
        else:
            at = bisect_left(lasts, new)
            where = bisect_left(lists[at], new)
            if lists[at][where] == new:
                return
            ids = self._own(at)
            ids.insert(where, new)
        lasts[at] = ids[-1]
        self._count += 1
        if len(ids) > 2 * WIDTH:
            self._split(at)

    def discard(self, old: str) -> None:
        """Take an id out, if it is there."""
        if old not in self:
            return
        at = bisect_left(self._lasts, old)
        ids = self._own(at)
        del ids[bisect_left(ids, old)]
        self._count -= 1
        if ids:
            self._lasts[at] = ids[-1]
        else:
            del self._lists[at], self._lasts[at]

    def only(self) -> str:
        """The id, where there is one."""
        return self._lists[0][0]

    def copy(self) -> Ids:
        """The same ids; what happens to one of the two the other does not see.

        A list is copied when one of the two changes it: the collector of garbage would walk a hundred
        thousand new references, for milliseconds.
        """
        other = Ids()
        other._lists = list(self._lists)
        other._lasts = list(self._lasts)
        other._count = self._count
        self._shared = other._shared = frozenset(map(id, self._lists))
        return other

    def _own(self, at: int) -> list[str]:
        """A list that nobody else has, to be changed."""
        ids = self._lists[at]
        if id(ids) in self._shared:
            ids = self._lists[at] = list(ids)
        return ids

    def window(self, skip: int, count: int, *, descending: bool = False) -> list[str]:
        """`count` ids in order, after the first `skip`, without stepping over those one by one."""
        lists = reversed(self._lists) if descending else iter(self._lists)
        found: list[str] = []
        for ids in lists:
            if skip >= len(ids):
                skip -= len(ids)
                continue
            found += islice(reversed(ids) if descending else ids, skip, skip + count - len(found))
            skip = 0
            if len(found) == count:
                break
        return found

    def rank(self, place: str, *, descending: bool = False) -> int:
        """How many ids come up to `place`, itself included, whether it is there or not."""
        at = bisect_left(self._lasts, place)
        before = sum(map(len, self._lists[:at]))
        if at < len(self._lists):
            bisect = bisect_left if descending else bisect_right
            before += bisect(self._lists[at], place)
        return self._count - before if descending else before

    def _split(self, at: int) -> None:
        ids = self._lists[at]
        half = len(ids) // 2
        self._lists[at : at + 1] = [ids[:half], ids[half:]]
        insort(self._lasts, ids[half - 1])
