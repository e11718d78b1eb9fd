"""Pages: what an index answers alone, cursors that stay where they are, values that are computed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.defer import CancelledError, Deferred
from twisted.trial.unittest import SynchronousTestCase

from provd.documents.base import Document, glance, to_dict
from provd.documents.query import Page, Place, Query
from provd.store import MemoryStore
from provd.store._find import AT_ONCE
from provd.testing.store_fixture import KINDS, Box, Fixture, SteppedReactor
from provd.values import TooBroad


class PageTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.reactor = SteppedReactor()
        self.fixture = Fixture(MemoryStore(KINDS, self.reactor), self.reactor)

    def fill(self, boxes: Iterable[Box]) -> None:
        for box in boxes:
            self.fixture.put(box)

    def page(self, **query: Any) -> Page:
        return self.fixture.find(**query)

    def ids(self, **query: Any) -> list[str]:
        return [box.id for box in self.page(**query).documents]

    def test_an_index_answers_alone(self) -> None:
        """A page of an indexed value, and its count, come without another document being looked at."""
        self.fill(Box(id=f"{n:03}", vendor=f"v{n % 2}", parents=("p",)) for n in range(600))
        for selector in (
            {"vendor": "v1"},
            {"vendor": {"$eq": "v1"}},
            {"vendor": {"$in": ["v1", "no"]}},
        ):
            page = self.at_once(selector=selector, skip=1, limit=2)
            self.assertEqual(
                (["003", "005"], 300), ([box.id for box in page.documents], page.total)
            )
            self.assertEqual((Place("005"), 2), (page.more, page.looked))
        everything = self.at_once(limit=1, descending=True)
        self.assertEqual(("599", 600), (everything.documents[0].id, everything.total))
        contained = self.at_once(selector={"parents": {"$contains": "p"}}, limit=1)
        self.assertEqual((600, 1), (contained.total, contained.looked))

    def at_once(self, **query: Any) -> Page:
        """A page that nobody has to wait for."""
        found: Deferred[Page] = self.fixture.store.collection("boxes").find(Query(**query))
        return self.successResultOf(found)

    def test_nothing_is_looked_at_but_the_page(self) -> None:
        """Where each condition has an index, whatever the window and however many there are."""
        self.fill(
            Box(id=f"{n:04}", vendor=f"v{n % 2}", mac=f"m{n}", parents=(f"p{n % 3}", f"q{n % 5}"))
            for n in range(1500)
        )
        both = {"vendor": "v1", "parents": {"$contains": "p0"}}
        for selector, total in (
            ({}, 1500),
            ({"vendor": "v1"}, 750),
            (both, 250),
            ({"vendor": {"$in": ["v0", "v1"]}}, 1500),
            ({"vendor": {"$in": ["v0", "v1", "no"]}, "parents": {"$contains": "q4"}}, 300),
            ({**both, "id": {"$in": [f"{n:04}" for n in range(1000)]}}, 167),
            ({**both, "mac": {"$in": [f"m{n}" for n in range(0, 1500, 3)]}}, 250),
        ):
            for window in (
                {},
                {"limit": 1},
                {"limit": 40, "skip": 130},
                {"limit": 700},
                {"limit": 300, "skip": 5, "after": Place("0333")},
                {"limit": 20, "descending": True},
                {"skip": 3, "descending": True, "after": Place("0800x")},
                {"limit": 5, "skip": 5000},
            ):
                page = self.page(selector=selector, **window)
                self.assertEqual(total, page.total, (selector, window))
                self.assertEqual(len(page.documents), page.looked, (selector, window))
                plain = {"weight": {"$ge": 0}, **selector}
                scanned = self.page(selector=plain, **window)
                self.assertEqual(scanned.documents, page.documents, (selector, window))
                self.assertEqual(scanned.more, page.more, (selector, window))

    def test_what_an_index_does_not_know(self) -> None:
        """Another condition, or an order of its own, is looked for in what the indexes leave, and nowhere else."""
        self.fill(
            Box(id=f"{n:03}", vendor=f"v{n % 2}", parents=(f"p{n % 5}",), weight=n)
            for n in range(100)
        )
        both = {"vendor": "v1", "parents": {"$contains": "p0"}}
        for query, looked, total in (
            ({"selector": {**both, "weight": {"$ge": 50}}, "limit": 1}, 10, 5),
            ({"selector": {"vendor": {"$eq": "v1", "$ne": "x"}}, "limit": 1}, 50, 50),
            ({"selector": both, "sort": "weight", "limit": 1}, 10, 10),
            ({"selector": {"weight": 3}}, 100, 1),
        ):
            page = self.page(**query)
            self.assertEqual((looked, total), (page.looked, page.total), query)

    def test_versions_in_the_order_of_people(self) -> None:
        """1.10 comes after 1.9, page after page, both ways; as texts it would not."""
        versions = ["1.10", "1.9", "1.9.1", "2.0", "", "1.10rc1", "10.0", "9.9"]
        self.fill(Box(id=f"{n}", vendor=each or None) for n, each in enumerate(versions))
        wanted = ["", "1.9", "1.9.1", "1.10", "1.10rc1", "2.0", "9.9", "10.0"]
        for descending in (False, True):
            given = {"sort": "vendor", "natural": True, "descending": descending}
            order = wanted[::-1] if descending else wanted
            self.assertEqual(order, [versions[int(each)] for each in self.ids(**given)])
            self.assertEqual(self.ids(**given), self._by_cursor(**given))
        self.assertNotEqual(wanted, [versions[int(each)] for each in self.ids(sort="vendor")])

    def test_pages_cover_everything_once(self) -> None:
        """Whatever the order, page after page gives each document once, and then there is no more."""
        self.fill(Box(id=f"{n:03}", vendor=f"v{n % 3}", weight=n % 7) for n in range(100))
        for sort in ("", "id", "weight", "vendor", "nothing"):
            for descending in (False, True):
                for selector in ({}, {"vendor": "v1"}, {"weight": {"$ge": 1}}):
                    given = {"selector": selector, "sort": sort, "descending": descending}
                    whole = self.ids(**given)
                    self.assertEqual(whole, self._by_cursor(**given), given)

    def _by_cursor(self, **given: Any) -> Sequence[str]:
        found: list[str] = []
        after = None
        while True:
            page = self.page(after=after, limit=7, **given)
            found += [box.id for box in page.documents]
            after = page.more
            if after is None:
                return found

    def test_a_cursor_stays_where_it_is(self) -> None:
        """What comes and goes before it is neither shown twice nor skipped over."""
        self.fill(Box(id=f"b{n}", weight=n) for n in range(6))
        for sort, new in (("", "a0"), ("weight", "a1")):
            whole = self.ids(sort=sort)
            first = self.page(sort=sort, limit=3)
            self.fill([Box(id=new, weight=0)])
            draft = self.fixture.store.draft("")
            last = first.documents[-1]
            draft.delete("boxes", last.id)
            self.fixture.store.commit(draft)
            self.fixture.settle()
            rest = self.ids(sort=sort, after=first.more)
            self.assertEqual(whole[3:], rest)
            self.fill([Box(id=last.id, weight=getattr(last, "weight", 0))])

    def test_computed_values(self) -> None:
        """A key that documents do not hold can be asked for and sorted by; it is computed for few."""
        self.fill(Box(id=str(n), vendor=f"v{n % 2}", weight=n) for n in range(8))
        asked: list[str] = []

        def double(box: Document) -> Any:
            asked.append(box.id)
            weight: int = getattr(box, "weight", 0)
            return {"of": 2 * weight} if weight else None

        derived = {"double": double}
        found = self.ids(
            selector={"double.of": {"$ge": 6}, "vendor": "v1"}, sort="weight", derived=derived
        )
        self.assertEqual(["3", "5", "7"], found)
        self.assertEqual({"1", "3", "5", "7"}, set(asked))
        self.assertEqual(
            ["7", "6"], self.ids(sort="double.of", descending=True, limit=2, derived=derived)
        )
        page = self.page(sort="double.of", limit=2, derived=derived)
        self.assertEqual(
            ["2", "3"], self.ids(sort="double.of", limit=2, after=page.more, derived=derived)
        )
        asked.clear()
        self.ids(selector={"vendor": "v1"}, derived=derived)
        self.assertEqual([], asked)

    def test_too_broad(self) -> None:
        """A bounded search over too much is refused before it begins; an index may save it."""
        self.fill(Box(id=str(n), mac=f"m{n}") for n in range(10))
        failing: Deferred[Page] = self.fixture.store.collection("boxes").find(
            Query(selector={"weight": 1}, at_most=9)
        )
        refusal = self.failureResultOf(failing, TooBroad).value
        self.assertIn("indexed field", str(refusal))
        self.assertEqual([], self.ids(selector={"weight": 1, "mac": "m1"}, at_most=9))

    def test_nobody_waits_any_more(self) -> None:
        """A search that is cancelled looks no further."""
        self.fill(Box(id=str(n), weight=n) for n in range(2 * AT_ONCE))
        looked: list[str] = []
        derived = {"x": lambda box: looked.append(box.id)}
        found: Deferred[Page] = self.fixture.store.collection("boxes").find(
            Query(sort="x", derived=derived)
        )
        found.cancel()
        self.failureResultOf(found, CancelledError)
        self.fixture.settle()
        self.assertLess(len(looked), 2 * AT_ONCE)


@settings(max_examples=100)
@given(
    st.builds(
        Box,
        id=st.just("a"),
        mac=st.none() | st.text(max_size=2),
        vendor=st.none() | st.text(max_size=2),
        weight=st.integers(0, 2),
        parents=st.lists(st.text(max_size=1), max_size=2).map(tuple),
    ),
    st.frozensets(st.sampled_from(["id", "mac", "vendor", "weight", "parents", "other"])),
)
def test_a_glance_sees_what_is_there(box: Box, keys: frozenset[str]) -> None:
    """The quick way gives what the thorough one gives."""
    assert glance(type(box), keys)(box) == to_dict(box, keys)
