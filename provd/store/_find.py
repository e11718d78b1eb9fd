"""Finding documents without holding the reactor.

A search runs in slices of 1.5 ms, shared by all searches under way, so that fifty of them cost
the phones no more than one.  Sorting 100,000 documents at once would take 100 ms: each slice sorts what
it has matched, and the sorted runs are merged at the end, again in slices, and only as far as
the window that was asked for.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import itemgetter
from typing import Any, Protocol

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Cooperator

from provd.documents.base import Document, to_dict
from provd.documents.ordering import MISSING, SortKey, sort_key
from provd.documents.paths import values_at
from provd.documents.query import Page, Query
from provd.documents.selector import compile_selector
from provd.store._reactor import Time
from provd.values import MalformedSelector

SLICE = 0.0015
"""Seconds of the reactor's time that all searches together take at once."""

STEP = 64
"""Documents looked at between two looks at the clock: 0.2-0.4 ms."""

RUN = 16 * STEP
"""Matches sorted together: 0.5 ms."""

AT_ONCE = 4 * STEP
"""A search over no more candidates than this is answered before `find` returns."""

_Ranked = tuple[SortKey, Document]
_key = itemgetter(0)


class Searchable(Protocol):
    """What a search runs over."""

    def candidates(self, search: Search) -> Sequence[Document]:
        """Every document that may match."""


class Search:
    """One query under way: compiled, and what it has matched so far."""

    def __init__(self, query: Query) -> None:
        self.selector = compile_selector(query.selector)
        self._sort = _sort_path(query.sort)
        self._keys = self.selector.keys | frozenset(self._sort[:1])
        self._descending = query.descending
        self._skip = query.skip
        self._end = query.skip + query.limit if query.limit else None
        self._total = 0
        self._run: list[_Ranked] = []
        self._runs: list[list[_Ranked]] = []
        self._found: list[Document] = []

    def steps(self, candidates: Iterable[Document]) -> Iterator[None]:
        """Do the work, pausing after each step of bounded size."""
        take = self._rank if self._sort else self._keep
        rest = iter(candidates)
        while chunk := list(islice(rest, STEP)):
            for document in chunk:
                seen = to_dict(document, self._keys)
                if self.selector.matches(seen):
                    self._total += 1
                    take(document, seen)
            yield
        if self._sort:
            yield from self._merge()

    def page(self) -> Page:
        """The result, once all steps are done."""
        return Page(tuple(self._found[self._skip : self._end]), self._total)

    def _keep(self, document: Document, _seen: Mapping[str, Any]) -> None:
        if self._end is None or len(self._found) < self._end:
            self._found.append(document)

    def _rank(self, document: Document, seen: Mapping[str, Any]) -> None:
        values = values_at(self._sort, seen)
        self._run.append((sort_key(values[0]) if values else MISSING, document))
        if len(self._run) == RUN:
            self._close_run()

    def _close_run(self) -> None:
        """Sort a run; what cannot be in the window any more is let go."""
        self._run.sort(key=_key, reverse=self._descending)
        self._runs.append(self._run[: self._end])
        self._run = []

    def _merge(self) -> Iterator[None]:
        self._close_run()
        merged = heapq.merge(*self._runs, key=_key, reverse=self._descending)
        window = islice(merged, self._end)
        while chunk := [document for _sort_key, document in islice(window, STEP)]:
            self._found += chunk
            yield


class Searches:
    """All searches of one store, taking turns."""

    def __init__(self, clock: Time) -> None:
        self._clock = clock
        self._cooperator = Cooperator(
            terminationPredicateFactory=self._slice,
            scheduler=self._soon,
        )

    def find(self, where: Searchable, query: Query) -> Deferred[Page]:
        """The page that a query asks for. Fails with `MalformedSelector`."""
        try:
            search = Search(query)
        except MalformedSelector as error:
            return fail(error)
        candidates = where.candidates(search)
        steps = search.steps(candidates)
        if len(candidates) <= AT_ONCE:
            for _step in steps:
                pass
            return succeed(search.page())
        done = self._cooperator.coiterate(steps)
        return done.addCallback(lambda _steps: search.page())

    def _slice(self) -> Callable[[], bool]:
        end = self._clock.seconds() + SLICE
        return lambda: self._clock.seconds() >= end

    def _soon(self, run: Callable[[], None]) -> Any:
        return self._clock.callLater(0, run)


def _sort_path(key: str) -> tuple[str, ...]:
    if not key:
        return ()
    path = tuple(key.split("."))
    if not all(path):
        raise MalformedSelector(key, "a sort key is a dotted path without empty components")
    return path
