"""Searching: through indexes where it can, in slices where it must."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from msgspec.structs import replace
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from provd.documents.base import Document
from provd.documents.query import Page, Query
from provd.store import MemoryStore
from provd.store._find import AT_ONCE, STEP, Search, Searches
from provd.store._narrow import Narrowed
from provd.store._order import Ids
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
    """Documents without an index, which know how many of them were looked at."""

    name = "boxes"

    def __init__(self, count: int) -> None:
        self.boxes: dict[str, Document] = {
            each.id: each for each in (Box(id=f"{n:05}", weight=n) for n in range(count))
        }
        self.looked = 0

    def narrow(self, _search: Search) -> Narrowed:
        return Narrowed([Ids.of(sorted(self.boxes))], self, exact=False)

    def under(self, ids: Iterable[str]) -> list[Document]:
        """Count them."""
        found = [self.boxes[each] for each in ids]
        self.looked += len(found)
        return found

    def kept(self) -> Counted:
        return self


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
            ["04999", "04998"], [box.id for box in self.successResultOf(found).documents]
        )

    def test_many_share_a_slice(self) -> None:
        """Ten searches at once take no more of one turn than one does."""
        reactor, found, counted = self.search(2000, searches=10)
        while not all(each.called for each in found):
            before = counted.looked
            reactor.turn()
            self.assertLessEqual(counted.looked - before, 8 * STEP)
        self.assertEqual({1999}, {self.successResultOf(each).total for each in found})

    def test_a_sparse_walk_holds_nobody(self) -> None:
        """Two values that never meet are found out in turns, with no document looked at."""
        reactor = Turns()
        store = MemoryStore(KINDS, reactor)
        draft = store.draft("test")
        for n in range(6000):
            draft.put("boxes", Box(id=f"{n:04}", vendor=f"v{n % 2}", parents=(f"p{n % 2}",)))
        self.successResultOf(store.commit(draft))
        selector = {"vendor": "v0", "parents": {"$contains": "p1"}}
        found: Deferred[Page] = store.collection("boxes").find(Query(selector=selector))
        turns = 0
        while not found.called:
            reactor.turn()
            turns += 1
        self.assertGreater(turns, 1)
        page = self.successResultOf(found)
        self.assertEqual((0, 0), (page.total, page.looked))


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
        for selector, looked, matching in (
            ({"mac": "m7"}, 1, ["7"]),
            ({"mac": {"$in": ["m7", "m8", "m7", "no"]}}, 2, ["7", "8"]),
            ({"id": {"$in": ["7", "no"]}}, 1, ["7"]),
            ({"vendor": "v7", "mac": "m17"}, 1, ["17"]),
            ({"vendor": "v7", "id": "8"}, 0, []),
            ({"vendor": "v7", "parents": {"$contains": "p1"}}, 0, []),
            ({"vendor": "v7", "parents": {"$contains": "p2"}}, 10, None),
            ({"vendor": {"$in": ["v1", "v7"]}, "parents": {"$contains": "p2"}}, 10, None),
            ({"parents": {"$contains": "p0"}, "vendor": "v5", "weight": 0}, 10, None),
            ({"parents": {"$contains": "p0"}, "vendor": "v4", "weight": 0}, 0, []),
            ({"parents": ["p3", "all"], "mac": "m3"}, 1, ["3"]),
            ({"parents": "p3"}, 100, []),
            ({"mac": None}, 100, []),
            ({"mac": {"$in": ["", "m7"]}}, 100, ["7"]),
            ({"vendor": {"$contains": "7"}}, 100, None),
        ):
            page = self.fixture.find(selector=selector)
            self.assertEqual(looked, page.looked, selector)
            if matching is not None:
                self.assertEqual(matching, sorted(box.id for box in page.documents), selector)

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

    def test_changes_while_searching(self) -> None:
        """Nor is what is changed, changed again, or new, as it became; the next search sees it."""
        self.fill(Box(id=f"{n:04}", weight=n) for n in range(2 * AT_ONCE))
        found = self.fixture.store.collection("boxes").find(Query(sort="weight", limit=3))
        last = f"{2 * AT_ONCE - 1:04}"
        self.fill([Box(id="new", weight=-1)])
        for weight in (-3, -2):
            self.fill([replace(self.fixture.store.get("boxes", last), weight=weight)])
        while not found.called:
            self.fixture.settle()
        page = self.successResultOf(found)
        self.assertEqual([0, 1, 2], [box.weight for box in page.documents])
        self.assertEqual(2 * AT_ONCE, page.total)
        self.assertEqual([last, "new", "0000"], self.ids(sort="weight", limit=3))
