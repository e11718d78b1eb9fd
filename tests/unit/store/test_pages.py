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
from provd.store._find import AT_ONCE, Search
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
        """A page of an indexed value, and its count, come without a candidate being looked at."""
        self.fill(Box(id=f"{n:03}", vendor=f"v{n % 2}", parents=("p",)) for n in range(600))
        collection: Any = self.fixture.store.collection("boxes")
        for selector in (
            {"vendor": "v1"},
            {"vendor": {"$eq": "v1"}},
            {"vendor": {"$in": ["v1", "no"]}},
        ):
            query = Query(selector=selector, skip=1, limit=2)
            page = collection.answer(Search(query))
            self.assertEqual(
                (["003", "005"], 300), ([box.id for box in page.documents], page.total)
            )
            self.assertEqual(Place("005"), page.more)
        everything = collection.answer(Search(Query(limit=1, descending=True)))
        self.assertEqual(("599", 600), (everything.documents[0].id, everything.total))
        contained = collection.answer(
            Search(Query(selector={"parents": {"$contains": "p"}}, limit=1))
        )
        self.assertEqual(600, contained.total)

    def test_what_an_index_does_not_know(self) -> None:
        """A second condition, an order of its own or an unbounded window are looked through."""
        self.fill(Box(id=f"{n:03}", vendor="v", weight=n) for n in range(10))
        collection: Any = self.fixture.store.collection("boxes")
        for query in (
            Query(selector={"vendor": "v", "weight": 3}, limit=1),
            Query(selector={"vendor": {"$eq": "v", "$ne": "x"}}, limit=1),
            Query(selector={"vendor": "v"}, sort="weight", limit=1),
            Query(selector={"vendor": "v"}),
        ):
            self.assertIsNone(collection.answer(Search(query)), query)

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
