"""Finding documents without holding the reactor.

What an index answers alone is a page at once: its count is the index's, and nothing but the page
is looked at.  Any other search runs in slices of 1.5 ms, shared by all searches under way, so that
fifty of them cost the phones no more than one.  Sorting 100,000 documents at once would take
100 ms: each slice sorts what it has matched, and the sorted runs are merged at the end, again in
slices, and only as far as the window that was asked for.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Reversible
from itertools import islice
from operator import itemgetter
from typing import Any, Protocol

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Cooperator, TaskStopped
from twisted.python.failure import Failure

from provd.documents.base import Document, glance
from provd.documents.ordering import MISSING, SortKey, sort_key
from provd.documents.paths import values_at
from provd.documents.query import Page, Place, Query
from provd.documents.selector import Selector, compile_selector
from provd.store._reactor import Time
from provd.values import MalformedSelector, TooBroad

SLICE = 0.0015
"""Seconds of the reactor's time that all searches together take at once."""

STEP = 64
"""Documents looked at between two looks at the clock: 0.2-0.4 ms."""

COMPUTED_STEP = 4
"""The same where something is computed for each: a raw config is flattened in 0.1 ms."""

RUN = 16 * STEP
"""Matches sorted together: 0.5 ms."""

AT_ONCE = 4 * STEP
"""A search over no more candidates than this is answered before `find` returns."""

_Ranked = tuple[SortKey, Document]
_key = itemgetter(0)


class Candidates:
    """What a search looks through, by id."""

    def __init__(
        self,
        ids: Reversible[str],
        count: int,
        documents: Mapping[str, Document],
        *,
        descending: bool,
    ) -> None:
        self._ids = ids
        self._count = count
        self._documents = documents
        self._descending = descending

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Document]:
        documents = self._documents
        ids = reversed(self._ids) if self._descending else iter(self._ids)
        return (documents[each] for each in ids if each in documents)


class Searchable(Protocol):
    """What a search runs over."""

    @property
    def name(self) -> str:
        """What it holds, for a message."""

    def answer(self, search: Search) -> Page | None:
        """The page, where it is known without looking; sets `search.sure` where all candidates match."""

    def candidates(self, search: Search) -> Collection[Document] | Candidates:
        """Every document that may match, in order of id."""


class Search:
    """One query under way: compiled, and what it has matched so far."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.sure = False
        """Every candidate matches."""
        self.selector, self._costly = _compile(query)
        self._sort = _sort_path(query.sort)
        self.by_id = self._sort in {(), ("id",)}
        """What is found is in order already."""
        named = self.selector.keys | self._costly.keys | frozenset(self._sort[:1])
        self._derived = [(key, query.derived[key]) for key in named if key in query.derived]
        self.computes = bool(self._derived)
        """Something is computed for each document that is looked at."""
        self._keys = frozenset(named - query.derived.keys())
        self._after = _ranked_place(query) if query.after is not None else None
        self._end = query.skip + query.limit + 1 if query.limit else None
        self._total = 0
        self._looked = 0
        self._run: list[_Ranked] = []
        self._runs: list[list[_Ranked]] = []
        self._found: list[Document] = []
        self._look: Callable[[Document], dict[str, Any]] | None = None

    def steps(self, candidates: Iterable[Document]) -> Iterator[None]:
        """Do the work, pausing after each step of bounded size."""
        take = self._keep if self.by_id else self._rank
        rest = iter(candidates)
        step = COMPUTED_STEP if self._derived else STEP
        while chunk := list(islice(rest, step)):
            self._looked += len(chunk)
            for document in chunk:
                seen = self._seen(document)
                if seen is None:
                    continue
                self._total += 1
                if self._after is None or self._follows(self._after, document, seen):
                    take(document, seen)
            yield
        if not self.by_id:
            yield from self._merge()

    def page(self) -> Page:
        """The result, once all steps are done."""
        query = self.query
        last = query.skip + query.limit if query.limit else None
        documents = tuple(self._found[query.skip : last])
        more = bool(documents) and last is not None and len(self._found) > last
        place = self._place(documents[-1]) if more else None
        return Page(documents, self._total, place, self._looked)

    def _seen(self, document: Document) -> dict[str, Any] | None:
        """What decides about a document, where it matches; what costs is computed for no other."""
        if self._look is None:
            self._look = glance(type(document), self._keys)
        seen = self._look(document)
        if self.sure and not self._derived:
            return seen
        if not self.selector.matches(seen):
            return None
        for key, compute in self._derived:
            value = compute(document)
            if value is not None:
                seen[key] = value
        return seen if self._costly.matches(seen) else None

    def _follows(
        self, place: tuple[SortKey, str], document: Document, seen: Mapping[str, Any]
    ) -> bool:
        """Whether a document comes after the place where the last page ended."""
        key, document_id = place
        down = self.query.descending
        if self.by_id:
            return document.id < document_id if down else document.id > document_id
        mine = self._sort_key(seen)
        if mine == key:
            return document.id > document_id
        return mine < key if down else mine > key

    def _sort_key(self, seen: Mapping[str, Any]) -> SortKey:
        values = values_at(self._sort, seen) if self._sort else ()
        return sort_key(values[0]) if values else MISSING

    def _place(self, document: Document) -> Place:
        if self.by_id:
            return Place(document.id)
        seen = glance(type(document), self._keys)(document)
        for key, compute in self._derived:
            value = compute(document)
            if value is not None:
                seen[key] = value
        values = values_at(self._sort, seen)
        return Place(document.id, values[0] if values else None)

    def _keep(self, document: Document, _seen: Mapping[str, Any]) -> None:
        if self._end is None or len(self._found) < self._end:
            self._found.append(document)

    def _rank(self, document: Document, seen: Mapping[str, Any]) -> None:
        self._run.append((self._sort_key(seen), document))
        if len(self._run) == RUN:
            self._close_run()

    def _close_run(self) -> None:
        """Sort a run; what cannot be in the window any more is let go."""
        self._run.sort(key=_key, reverse=self.query.descending)
        self._runs.append(self._run[: self._end])
        self._run = []

    def _merge(self) -> Iterator[None]:
        self._close_run()
        merged = heapq.merge(*self._runs, key=_key, reverse=self.query.descending)
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
        """The page that a query asks for. Fails with `MalformedSelector` or `TooBroad`."""
        try:
            search = Search(query)
        except MalformedSelector as error:
            return fail(error)
        page = where.answer(search)
        if page is not None:
            return succeed(page)
        candidates = where.candidates(search)
        if query.at_most and len(candidates) > query.at_most:
            return fail(TooBroad(where.name, len(candidates), query.at_most))
        steps = search.steps(candidates)
        if len(candidates) <= (AT_ONCE if not search.computes else COMPUTED_STEP):
            for _step in steps:
                pass
            return succeed(search.page())
        return self._over_turns(steps, search)

    def _over_turns(self, steps: Iterator[None], search: Search) -> Deferred[Page]:
        """Do the work in slices; whoever does not want the page any more cancels it."""
        task = self._cooperator.cooperate(steps)
        found: Deferred[Page] = Deferred(lambda _cancelled: task.stop())

        def failed(failure: Failure) -> None:
            if not failure.check(TaskStopped):
                found.errback(failure)

        task.whenDone().addCallback(lambda _steps: found.callback(search.page())).addErrback(failed)
        return found

    def _slice(self) -> Callable[[], bool]:
        end = self._clock.seconds() + SLICE
        return lambda: self._clock.seconds() >= end

    def _soon(self, run: Callable[[], None]) -> Any:
        return self._clock.callLater(0, run)


def _compile(query: Query) -> tuple[Selector, Selector]:
    """What documents hold themselves, and what is computed for those of which that is right."""
    given = compile_selector(query.selector)
    if not query.derived or given.keys.isdisjoint(query.derived):
        return given, compile_selector({})
    plain: dict[str, Any] = {}
    derived: dict[str, Any] = {}
    for key, value in query.selector.items():
        (derived if key.split(".")[0] in query.derived else plain)[key] = value
    return compile_selector(plain), compile_selector(derived)


def _ranked_place(query: Query) -> tuple[SortKey, str]:
    place = query.after or Place("")
    return sort_key(place.value), place.id


def _sort_path(key: str) -> tuple[str, ...]:
    if not key:
        return ()
    path = tuple(key.split("."))
    if not all(path):
        raise MalformedSelector(key, "a sort key is a dotted path without empty components")
    return path
