"""Finding documents without holding the reactor.

What indexes answer alone is a page of ids: no document is looked at but those on the page, and where one
index answers, at once.  Any other search runs in slices of 1.5 ms, shared by all searches under way, so that
fifty of them cost the phones no more than one.  Sorting 100,000 documents at once would take
100 ms: each slice sorts what it has matched, and the sorted runs are merged at the end, again in
slices, and only as far as the window that was asked for.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sized
from itertools import islice
from operator import itemgetter
from typing import Any, Protocol

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Cooperator, TaskStopped
from twisted.python.failure import Failure

from provd.documents.base import Document, glance
from provd.documents.ordering import MISSING, SortKey, natural_sort_key, sort_key
from provd.documents.paths import values_at
from provd.documents.query import Page, Place, Query
from provd.documents.selector import Selector, compile_selector
from provd.store._narrow import Narrowed
from provd.store._order import Ids
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

IDS_STEP = 8 * STEP
"""Ids that are walked, or taken into a page, between two looks at the clock: 0.1-0.3 ms."""

_Ranked = tuple[SortKey, Document]
_key = itemgetter(0)


class Searchable(Protocol):
    """What a search runs over."""

    @property
    def name(self) -> str:
        """What it holds, for a message."""

    def narrow(self, search: Search) -> Narrowed:
        """Every document that may match, in order of id."""


class Search:
    """One query under way: compiled, and what it has matched so far."""

    def __init__(self, query: Query, name: str = "") -> None:
        """`name` is what is searched, for a message. @raise MalformedSelector: the query is none."""
        self.query = query
        self.name = name
        self.selector, self._costly = _compile(query)
        self._sort = _sort_path(query.sort)
        self.by_id = self._sort in {(), ("id",)}
        """What is found is in order already."""
        named = self.selector.keys | self._costly.keys | frozenset(self._sort[:1])
        self._derived = [(key, query.derived[key]) for key in named if key in query.derived]
        self.computes = bool(self._derived)
        """Something is computed for each document that is looked at."""
        self._keys = frozenset(named - query.derived.keys())
        self._key_of = natural_sort_key if query.natural else sort_key
        self._after: tuple[SortKey, str] | None = None
        if query.after is not None:
            self._after = self._key_of(query.after.value), query.after.id
        self._end = query.skip + query.limit + 1 if query.limit else None
        self._total = 0
        self._looked = 0
        self._more = False
        self._run: list[_Ranked] = []
        self._runs: list[list[_Ranked]] = []
        self._found: list[Document] = []
        self._look: Callable[[Document], dict[str, Any]] | None = None

    def at_once(self, narrowed: Narrowed) -> bool:
        """Whether it is so little work that nobody has to take turns."""
        if self._needs_no_look(narrowed) and narrowed.alone is not None:
            return 0 < self.query.limit <= AT_ONCE or len(narrowed) <= AT_ONCE
        return len(narrowed) <= (AT_ONCE if not self.computes else COMPUTED_STEP)

    def require_few(self, narrowed: Narrowed) -> None:
        """@raise TooBroad: it is known beforehand that more would have to be looked at than may be."""
        if narrowed.bounded and 0 < self.query.at_most < len(narrowed):
            raise TooBroad(self.name, len(narrowed), self.query.at_most)

    def steps(self, narrowed: Narrowed) -> Iterator[None]:
        """Do the work, pausing after each step of bounded size.

        @raise TooBroad: more documents have to be looked at than may be.
        """
        if not self._needs_no_look(narrowed):
            yield from self._look_through(narrowed)
        elif narrowed.alone is not None:
            yield from self._take_window(narrowed, narrowed.alone)
        else:
            yield from self._walk(narrowed)

    def page(self) -> Page:
        """The result, once all steps are done."""
        documents = tuple(self._found)
        place = self._place(documents[-1]) if self._more and documents else None
        return Page(documents, self._total, place, self._looked)

    def _needs_no_look(self, narrowed: Narrowed) -> bool:
        return narrowed.exact and self.by_id and not self.computes

    def _take_window(self, narrowed: Narrowed, ids: Ids) -> Iterator[None]:
        """The page is so many ids from the so manieth on."""
        query = self.query
        passed = query.skip
        if query.after is not None:
            passed += ids.rank(query.after.id, descending=query.descending)
        window = ids.window(passed, query.limit or len(ids), descending=query.descending)
        self._total = len(ids)
        self._more = bool(query.limit) and passed + len(window) < len(ids)
        yield from self._load(narrowed, window)

    def _walk(self, narrowed: Narrowed) -> Iterator[None]:
        """Count what is in all sources; the page is a window of that."""
        query, down = self.query, self.query.descending
        after = query.after.id if query.after is not None else None
        end = self._end
        window: list[str] = []
        rest = narrowed.walk(descending=down)
        while chunk := list(islice(rest, IDS_STEP)):
            ids = narrowed.common(chunk)
            self._total += len(ids)
            if after is not None:
                ids = [each for each in ids if (each < after if down else each > after)]
            if end is None or len(window) < end:
                window += ids
            yield
        last = query.skip + query.limit if query.limit else None
        self._more = last is not None and len(window) > last
        yield from self._load(narrowed, window[query.skip : last])

    def _load(self, narrowed: Narrowed, ids: list[str]) -> Iterator[None]:
        for at in range(0, len(ids), IDS_STEP):
            self._found += narrowed.documents(ids[at : at + IDS_STEP])
            yield
        self._looked = len(ids)

    def _look_through(self, narrowed: Narrowed) -> Iterator[None]:
        take = self._keep if self.by_id else self._rank
        sure = narrowed.exact and not self.computes
        rest = narrowed.walk(descending=self.by_id and self.query.descending)
        step = COMPUTED_STEP if self.computes else STEP
        while chunk := list(islice(rest, step)):
            documents = narrowed.documents(narrowed.common(chunk))
            self._count(documents)
            for document in documents:
                seen = self._seen(document, sure=sure)
                if seen is None:
                    continue
                self._total += 1
                if self._after is None or self._follows(self._after, document, seen):
                    take(document, seen)
            yield
        if not self.by_id:
            yield from self._merge()
        query = self.query
        last = query.skip + query.limit if query.limit else None
        self._more = last is not None and len(self._found) > last
        self._found = self._found[query.skip : last]

    def _count(self, documents: Sized) -> None:
        self._looked += len(documents)
        if 0 < self.query.at_most < self._looked:
            raise TooBroad(self.name, self._looked, self.query.at_most)

    def _seen(self, document: Document, *, sure: bool) -> dict[str, Any] | None:
        """What decides about a document, where it matches; what costs is computed for no other."""
        if self._look is None:
            self._look = glance(type(document), self._keys)
        seen = self._look(document)
        if sure:
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
        return self._key_of(values[0]) if values else MISSING

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
            search = Search(query, where.name)
            narrowed = where.narrow(search)
            search.require_few(narrowed)
            if search.at_once(narrowed):
                for _step in search.steps(narrowed):
                    pass
                return succeed(search.page())
        except (MalformedSelector, TooBroad) as error:
            return fail(error)
        # What happens while the search takes its turns is not seen.
        return self._over_turns(search.steps(narrowed.kept()), search)

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


def _sort_path(key: str) -> tuple[str, ...]:
    if not key:
        return ()
    path = tuple(key.split("."))
    if not all(path):
        raise MalformedSelector(key, "a sort key is a dotted path without empty components")
    return path
