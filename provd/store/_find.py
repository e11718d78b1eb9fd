"""Finding documents without holding the reactor.

A search runs in slices of 2 ms, shared by all searches under way, so that fifty of them cost
the phones no more than one.  Sorting 100,000 documents at once would take 100 ms: each slice sorts what
it has matched, and the sorted runs are merged at the end, again in slices, and only as far as
the window that was asked for.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
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

SLICE = 0.002
"""Seconds of the reactor's time that all searches together take at once."""

STEP = 64
"""Documents looked at between two looks at the clock: 0.2-0.4 ms."""

AT_ONCE = 4 * STEP
"""A search over no more candidates than this is answered before `find` returns."""

_Ranked = tuple[SortKey, Document]
_rank = itemgetter(0)


class Searchable(Protocol):
    """What a search runs over."""

    def candidates(self, search: Search) -> Sequence[Document]:
        """Every document that may match."""


class Search:
    """One query under way: compiled, and what it has matched so far."""

    def __init__(self, query: Query) -> None:
        self.selector = compile_selector(query.selector)
        self._query = query
        self._sort = _sort_path(query.sort)
        self._keys = self.selector.keys | frozenset(self._sort[:1])
        self._runs: list[list[_Ranked]] = []
        self._total = 0
        self._window: list[Document] = []

    def steps(self, candidates: Iterable[Document]) -> Iterator[None]:
        """Do the work, pausing after each step of bounded size."""
        rest = iter(candidates)
        while chunk := list(islice(rest, STEP)):
            self._match(chunk)
            yield
        yield from self._merge()

    def page(self) -> Page:
        """The result, once all steps are done."""
        return Page(tuple(self._window), self._total)

    def _match(self, chunk: Iterable[Document]) -> None:
        run: list[_Ranked] = []
        for document in chunk:
            seen = to_dict(document, self._keys)
            if self.selector.matches(seen):
                values = values_at(self._sort, seen) if self._sort else ()
                run.append((sort_key(values[0]) if values else MISSING, document))
        self._total += len(run)
        if self._sort:
            run.sort(key=_rank, reverse=self._query.descending)
        if run:
            self._runs.append(run)

    def _merge(self) -> Iterator[None]:
        merged: Iterable[_Ranked] = chain.from_iterable(self._runs)
        if self._sort:
            merged = heapq.merge(*self._runs, key=_rank, reverse=self._query.descending)
        start, limit = self._query.skip, self._query.limit
        window = islice(merged, start, start + limit if limit else None)
        while chunk := [document for _key, document in islice(window, STEP)]:
            self._window += chunk
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
