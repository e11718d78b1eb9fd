"""Searching: through indexes where it can, in slices where it must."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from provd.documents.query import Page, Query
from provd.store import MemoryStore
from provd.store._find import AT_ONCE, STEP, Search, Searches
from provd.testing.store_fixture import KINDS, Box, Fixture, SteppedReactor


class Turns:
    """A reactor seen from a search: time passes by looking at it, half a millisecond a look."""

    def __init__(self) -> None:
        self._looks = 0
        self._soon: list[Callable[[], object]] = []

    def seconds(self) -> float:
        self._looks += 1
        return self._looks * 0.0005

    def callLater(
        self, _delay: float, call: Callable[..., Any], *args: object, **kw: object
    ) -> object:
        self._soon.append(partial(call, *args, **kw))
        return call

    def turn(self) -> None:
        """One turn: what is due now, not what that leads to."""
        soon, self._soon = self._soon, []
        for call in soon:
            call()


class Counted:
    """Documents that know how many of them were looked at."""

    def __init__(self, count: int) -> None:
        self.boxes = [Box(id=str(each), weight=each) for each in range(count)]
        self.looked = 0

    name = "boxes"

    def answer(self, _search: Search) -> None:
        """No index knows."""

    def candidates(self, _search: Search) -> CountedSequence:
        return CountedSequence(self)


class CountedSequence(list[Box]):
    def __init__(self, counted: Counted) -> None:
        super().__init__(counted.boxes)
        self._counted = counted

    def __iter__(self) -> Iterator[Box]:
        for box in super().__iter__():
            self._counted.looked += 1
            yield box


class SlicedTests(SynchronousTestCase):
    def search(self, count: int, searches: int = 1) -> tuple[Turns, list[Any], Counted]:
        reactor, counted = Turns(), Counted(count)
        every = Searches(reactor)
        query = Query(selector={"weight": {"$ge": 1}}, sort="weight", descending=True, limit=2)
        return reactor, [every.find(counted, query) for _each in range(searches)], counted

    def test_small_ones_at_once(self) -> None:
        """A small search is answered before `find` returns, without a turn of the reactor."""
        _reactor, [found], _counted = self.search(AT_ONCE)
        page = self.successResultOf(found)
        self.assertEqual(AT_ONCE - 1, page.total)

    def test_large_ones_in_slices(self) -> None:
        """A large search looks at a few hundred documents at a time."""
        reactor, [found], counted = self.search(5000)
        self.assertNoResult(found)
        turns = 0
        while not found.called:
            before = counted.looked
            reactor.turn()
            turns += 1
            self.assertLessEqual(counted.looked - before, 8 * STEP)
        self.assertGreater(turns, 5)
        self.assertEqual(
            ["4999", "4998"], [box.id for box in self.successResultOf(found).documents]
        )

    def test_many_share_a_slice(self) -> None:
        """Ten searches at once take no more of one turn than one does."""
        reactor, found, counted = self.search(2000, searches=10)
        while not all(each.called for each in found):
            before = counted.looked
            reactor.turn()
            self.assertLessEqual(counted.looked - before, 8 * STEP)
        self.assertEqual({1999}, {self.successResultOf(each).total for each in found})


class FindTests(SynchronousTestCase):
    def setUp(self) -> None:
        reactor = SteppedReactor()
        self.fixture = Fixture(MemoryStore(KINDS, reactor), reactor)

    def fill(self, boxes: Iterable[Box]) -> None:
        for box in boxes:
            self.fixture.put(box)

    def ids(self, **query: Any) -> list[str]:
        return [box.id for box in self.fixture.find(**query).documents]

    def test_indexes_narrow(self) -> None:
        """Equality, `$in` and `$contains` on indexed fields look at few documents, and at the right ones."""
        self.fill(
            Box(id=str(n), mac=f"m{n}", vendor=f"v{n % 10}", parents=(f"p{n % 5}", "all"))
            for n in range(100)
        )
        collection = self.fixture.store.collection("boxes")
        for selector, looked, matching in (
            ({"mac": "m7"}, 1, ["7"]),
            ({"mac": {"$in": ["m7", "m8", "m7", "no"]}}, 2, ["7", "8"]),
            ({"id": {"$in": ["7", "no"]}}, 1, ["7"]),
            ({"vendor": "v7", "mac": "m17"}, 1, ["17"]),
            ({"vendor": "v7", "id": "8"}, 1, []),
            ({"parents": {"$contains": "p0"}, "vendor": "v5", "weight": 0}, 10, None),
            ({"parents": ["p3", "all"], "mac": "m3"}, 1, ["3"]),
            ({"parents": "p3"}, 100, []),
            ({"mac": None}, 100, []),
            ({"mac": {"$in": ["", "m7"]}}, 100, ["7"]),
            ({"vendor": {"$contains": "7"}}, 100, None),
        ):
            search = Search(Query(selector=selector))
            self.assertEqual(looked, len(collection.candidates(search)), selector)
            if matching is not None:
                self.assertEqual(matching, sorted(self.ids(selector=selector)), selector)

    def test_sorted_before_limited(self) -> None:
        """The first of all is on the first page, and the total counts all."""
        self.fill(Box(id=str(n), weight=n % 7 * 100 + n) for n in range(1000))
        page = self.fixture.find(selector={"weight": {"$lt": 600}}, sort="weight", skip=1, limit=3)
        self.assertEqual(["7", "14", "21"], [box.id for box in page.documents])
        expected = sum(n % 7 * 100 + n < 600 for n in range(1000))
        self.assertEqual(expected, page.total)

    def test_stable_both_ways(self) -> None:
        """Equals stay in the order of the collection, missing ones first, descending last."""
        self.fill([Box(id="a", vendor="w"), Box(id="b"), Box(id="c", vendor="v"), Box(id="d")])
        self.fill([Box(id="e", vendor="v")])
        self.assertEqual(list("bdcea"), self.ids(sort="vendor"))
        self.assertEqual(list("acebd"), self.ids(sort="vendor", descending=True))

    def test_sorts_by_what_is_not_selected(self) -> None:
        """Sorting by a key that the selector does not name works all the same."""
        self.fill(Box(id=str(n), weight=-n) for n in range(3))
        self.assertEqual(["2", "1", "0"], self.ids(selector={"id": {"$ne": "x"}}, sort="weight"))

    def test_unknown_sort_key(self) -> None:
        """A key that no document has leaves the order alone; one that is no path is malformed."""
        self.fill(Box(id=str(n)) for n in range(3))
        self.assertEqual(["0", "1", "2"], self.ids(sort="no.such"))
        failing: Deferred[Page] = self.fixture.store.collection("boxes").find(Query(sort="a..b"))
        self.assertIn("sort", str(self.failureResultOf(failing).value))

    def test_vanishing_while_searching(self) -> None:
        """A search gives what was there when it was asked, whatever happens meanwhile."""
        self.fill(Box(id=str(n), weight=n) for n in range(AT_ONCE + 1))
        found = self.fixture.store.collection("boxes").find(Query(sort="weight"))
        draft = self.fixture.store.draft("")
        draft.delete("boxes", str(AT_ONCE))
        self.fixture.store.commit(draft)
        while not found.called:
            self.fixture.settle()
        self.assertEqual(AT_ONCE + 1, self.successResultOf(found).total)
