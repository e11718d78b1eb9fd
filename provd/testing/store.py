"""What every document store owes its callers.

A backend's test file is one line for each suite and a constructor::

    class MemoryStoreTests(make_document_store_tests(memory)):
        pass
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from provd.contracts import ICollection, IDocumentStore, IDraft, IFeed, ISubscription
from provd.documents.query import Page, Query
from provd.testing.store_fixture import Box, Fixture, Note
from provd.values import (
    Change,
    Invalid,
    KeyClaimed,
    MalformedSelector,
    NoSuchDocument,
    Position,
    RevisionConflict,
    StoreUnavailable,
)

MakeFixture = Callable[[], Fixture]


def make_document_store_tests(make_fixture: MakeFixture) -> type[SynchronousTestCase]:  # noqa: C901 - a suite is long; each test is short
    """The behaviour every `IDocumentStore` provider owes its callers, all but searching."""

    class DocumentStoreTests(SynchronousTestCase):
        def setUp(self) -> None:
            self.fixture = make_fixture()
            self.addCleanup(self.fixture.close)
            self.store = self.fixture.store

        def ids(self, found: tuple[Any, ...]) -> list[str]:
            return sorted(each.id for each in found)

        def told(self, *collections: str, **options: Any) -> list[Change]:
            changes: list[Change] = []
            self.store.feed.subscribe("test", collections, changes.extend, **options)
            return changes

        def test_provides_its_interfaces(self) -> None:
            """The store and what it hands out declare and offer the whole contract."""
            subscription = self.store.feed.subscribe("test", ["boxes"], list)
            self.assertTrue(verifyObject(IDocumentStore, self.store))
            self.assertTrue(verifyObject(ICollection, self.store.collection("boxes")))
            self.assertTrue(verifyObject(IDraft, self.store.draft("")))
            self.assertTrue(verifyObject(IFeed, self.store.feed))
            self.assertTrue(verifyObject(ISubscription, subscription))

        def test_applied_at_once(self) -> None:
            """What was committed is read at once, at the revision of its change."""
            draft = self.store.draft("cause")
            draft.put("boxes", Box(id="a", mac="m"))
            committed = self.successResultOf(self.store.commit(draft))
            [change] = committed.changes
            self.assertEqual(change.after, self.store.get("boxes", "a"))
            self.assertEqual(change.n, self.store.get("boxes", "a").revision)
            self.assertEqual((change.before, change.cause), (None, "cause"))
            self.assertEqual(committed.position, self.store.feed.applied())
            self.assertEqual(change.n, self.store.position("boxes"))
            self.assertEqual(0, self.store.position("notes"))

        def test_durable_after_it_settles(self) -> None:
            """Durability comes by itself, and is then there already for who asks."""
            draft = self.store.draft("")
            draft.put("boxes", Box(id="a"))
            committed = self.successResultOf(self.store.commit(draft))
            waiting = self.store.durable(committed)
            self.fixture.settle()
            self.assertIsNone(self.successResultOf(waiting))
            self.assertIsNone(self.successResultOf(self.store.durable(committed)))
            self.assertIsNone(self.store.awaited("boxes", "a"))
            self.assertFalse(self.store.pending)
            self.assertEqual(committed.position, self.store.feed.durable())

        def test_empty_draft(self) -> None:
            """A draft without proposals fires with no changes and is durable."""
            committed = self.successResultOf(self.store.commit(self.store.draft("")))
            self.assertEqual((), committed.changes)
            self.assertIsNone(self.successResultOf(self.store.durable(committed)))

        def test_unknown_names(self) -> None:
            """A collection or an index that does not exist is a caller's defect."""
            for ask in (
                lambda: self.store.collection("nothing"),
                lambda: self.store.get("nothing", "a"),
                lambda: self.store.by("boxes", "weight", "1"),
                lambda: self.store.draft("").by("boxes", "weight", "1"),
                lambda: self.store.draft("").claim("boxes", "weight", "1", "a"),
            ):
                self.assertRaises(KeyError, ask)

        def test_indexes_follow(self) -> None:
            """A document is found under what it is now, and under nothing it was."""
            box = self.fixture.put(Box(id="a", mac="m", vendor="v", parents=("p", "q")))
            self.fixture.put(Box(id="b", vendor="v", parents=("q",)))
            self.assertEqual(["a", "b"], self.ids(self.store.by("boxes", "vendor", "v")))
            self.assertEqual(["a", "b"], self.ids(self.store.by("boxes", "parents", "q")))
            self.fixture.put(msgspec.structs.replace(box, mac="n", vendor=None, parents=("q", "r")))
            self.assertEqual([], self.ids(self.store.by("boxes", "mac", "m")))
            self.assertEqual(["a"], self.ids(self.store.by("boxes", "mac", "n")))
            self.assertEqual(["b"], self.ids(self.store.by("boxes", "vendor", "v")))
            self.assertEqual([], self.ids(self.store.by("boxes", "parents", "p")))
            self.assertEqual(["a"], self.ids(self.store.by("boxes", "parents", "r")))

        def test_empty_values_are_not_indexed(self) -> None:
            """Documents without a value are not found under the empty one, nor do they collide."""
            self.fixture.put(Box(id="a", mac=""))
            self.fixture.put(Box(id="b", mac=""))
            self.assertEqual((), self.store.by("boxes", "mac", ""))
            self.assertEqual(2, len(self.store.collection("boxes")))

        def test_unique(self) -> None:
            """A unique value belongs to one document; refused, a draft leaves nothing behind."""
            self.fixture.put(Box(id="a", mac="m"))
            draft = self.store.draft("")
            draft.put("notes", Note(id="n"))
            draft.put("boxes", Box(id="b", mac="m"))
            error = self.failureResultOf(self.store.commit(draft), KeyClaimed).value
            self.assertEqual(
                ("boxes", "mac", "m", "a"),
                (error.collection, error.field, error.value, error.holder),
            )
            self.assertIsNone(self.store.get("notes", "n"))
            self.assertEqual(1, self.store.feed.applied().n)

        def test_unique_within_a_draft(self) -> None:
            """Two proposals of one draft collide too; two documents may trade their values."""
            draft = self.store.draft("")
            draft.put("boxes", Box(id="a", mac="m"))
            draft.put("boxes", Box(id="b", mac="m"))
            self.failureResultOf(self.store.commit(draft), KeyClaimed)
            first = self.fixture.put(Box(id="a", mac="m"))
            second = self.fixture.put(Box(id="b", mac="n"))
            trade = self.store.draft("")
            trade.put("boxes", msgspec.structs.replace(first, mac="n"))
            trade.put("boxes", msgspec.structs.replace(second, mac="m"))
            self.successResultOf(self.store.commit(trade))
            self.assertEqual(["b"], self.ids(self.store.by("boxes", "mac", "m")))

        def test_claim(self) -> None:
            """A claim fails when somebody else has the value by then, and holds otherwise."""
            early, late = self.store.draft(""), self.store.draft("")
            for draft in early, late:
                draft.claim("boxes", "vendor", "v", "a")
                draft.put("boxes", Box(id="a", vendor="v", revision=0))
            self.successResultOf(self.store.commit(early))
            self.fixture.put(Box(id="b", vendor="w"))
            other = self.store.draft("")
            other.claim("boxes", "vendor", "w", "a")
            self.failureResultOf(self.store.commit(other), KeyClaimed)
            self.failureResultOf(self.store.commit(late), RevisionConflict)

        def test_conflict(self) -> None:
            """Who changes what has moved on is told both revisions, and nothing is applied."""
            box = self.fixture.put(Box(id="a"))
            newer = self.fixture.put(msgspec.structs.replace(box, weight=1))
            error = self.fixture.put(msgspec.structs.replace(box, weight=2))
            self.assertIsInstance(error, RevisionConflict)
            self.assertEqual((box.revision, newer.revision), (error.read, error.current))
            self.assertEqual(newer, self.store.get("boxes", "a"))
            self.assertIsInstance(self.fixture.put(Box(id="a", weight=3)), RevisionConflict)

        def test_two_new_ones(self) -> None:
            """Two drafts that both make a document make one."""
            self.fixture.put(Box(id="a"))
            self.assertIsInstance(self.fixture.put(Box(id="a", weight=1)), RevisionConflict)

        def test_rely_on(self) -> None:
            """Who decided over a whole collection is refused once anything in it has changed, and only then."""
            for other, collection, refused in (
                (Note(id="n"), "notes", False),
                (Box(id="a"), "boxes", True),
            ):
                draft = self.store.draft("")
                draft.rely_on("boxes")
                draft.put("boxes", Box(id=f"for-{other.id}"))
                self.fixture.put(other, collection)
                outcome = self.store.commit(draft)
                if refused:
                    error = self.failureResultOf(outcome, RevisionConflict).value
                    self.assertEqual(self.store.position("boxes"), error.current)
                else:
                    self.successResultOf(outcome)

        def test_read(self) -> None:
            """A decision taken on what was read fails when that has changed, or appeared."""
            box = self.fixture.put(Box(id="a"))
            for document_id, change in (
                ("a", msgspec.structs.replace(box, weight=1)),
                ("z", Box(id="z")),
            ):
                draft = self.store.draft("")
                draft.read("boxes", document_id)
                draft.put("notes", Note(id=document_id))
                self.fixture.put(change)
                self.failureResultOf(self.store.commit(draft), RevisionConflict)

        def test_delete(self) -> None:
            """A deleted document is gone from everywhere, and cannot be deleted again."""
            self.fixture.put(Box(id="a", mac="m"))
            draft, same = self.store.draft(""), self.store.draft("")
            draft.delete("boxes", "a")
            same.delete("boxes", "a")
            self.assertIsNone(draft.get("boxes", "a"))
            [change] = self.successResultOf(self.store.commit(draft)).changes
            self.assertIsNone(change.after)
            self.assertIsNone(self.store.get("boxes", "a"))
            self.assertEqual((), self.store.by("boxes", "mac", "m"))
            self.assertRaises(NoSuchDocument, self.store.draft("").delete, "boxes", "a")
            self.failureResultOf(self.store.commit(same), RevisionConflict)

        def test_revisions_never_come_back(self) -> None:
            """A document made anew after a deletion has a higher revision than it ever had."""
            old = self.fixture.put(Box(id="a"))
            draft = self.store.draft("")
            draft.delete("boxes", "a")
            draft.put("boxes", Box(id="a", weight=1))
            [change] = self.successResultOf(self.store.commit(draft)).changes
            self.assertEqual(old, change.before)
            self.assertGreater(self.store.get("boxes", "a").revision, old.revision)

        def test_draft_shows_its_proposals(self) -> None:
            """A reader of a draft sees the store with the proposals in place; others do not."""
            box = self.fixture.put(Box(id="a", mac="m", vendor="v"))
            self.fixture.put(Box(id="b", vendor="v"))
            draft = self.store.draft("")
            draft.put("boxes", msgspec.structs.replace(box, mac="n"))
            draft.put("boxes", Box(id="c", vendor="v"))
            draft.delete("boxes", "b")
            self.assertEqual("n", draft.get("boxes", "a").mac)
            self.assertEqual(["a", "c"], self.ids(draft.by("boxes", "vendor", "v")))
            self.assertEqual([], self.ids(draft.by("boxes", "mac", "m")))
            self.assertEqual(["a"], self.ids(draft.by("boxes", "mac", "n")))
            self.assertEqual(["a", "b"], self.ids(self.store.by("boxes", "vendor", "v")))
            self.assertEqual(3, len(draft.proposals()))

        def test_draft_without_effect(self) -> None:
            """Proposing what is there already, or taking a proposal back, proposes nothing."""
            box = self.fixture.put(Box(id="a"))
            draft = self.store.draft("")
            draft.put("boxes", box)
            draft.put("boxes", Box(id="b"))
            draft.delete("boxes", "b")
            self.assertFalse(draft.changed)
            self.assertEqual((), draft.proposals())
            self.assertEqual((), self.successResultOf(self.store.commit(draft)).changes)
            self.assertEqual(1, self.store.feed.applied().n)

        def test_urgency(self) -> None:
            """A draft of refreshed facts is not urgent; anything else makes it so."""
            box = self.fixture.put(Box(id="a"))
            draft = self.store.draft("")
            self.assertFalse(draft.urgent)
            draft.put("boxes", msgspec.structs.replace(box, seen="now"), urgent=False)
            self.assertFalse(draft.urgent)
            draft.put("boxes", Box(id="b"))
            self.assertTrue(draft.urgent)

        def test_invalid(self) -> None:
            """An id that is none, and text that JSON cannot hold, are refused when proposed."""
            for box in Box(id="../evil"), Box(id=""), Box(id="a", seen="\ud800"):
                self.assertRaises(Invalid, self.store.draft("").put, "boxes", box)

        def test_snapshot(self) -> None:
            """Who iterates over a collection does not see what changes meanwhile."""
            self.fixture.put(Box(id="a"))
            iterator = iter(self.store.collection("boxes"))
            self.fixture.put(Box(id="b"))
            self.assertEqual(["a"], [box.id for box in iterator])

        def test_feed_tells_in_order(self) -> None:
            """Subscribers hear every change once, in order, also those made while one is told."""
            told = self.told("boxes", "notes")

            def answer(changes: list[Change]) -> None:
                for change in changes:
                    self.fixture.put(Note(id=change.document_id), "notes")

            self.store.feed.subscribe("answering", ["boxes"], answer)
            later = self.told("boxes", "notes")
            durable = self.told("boxes", "notes", durable=True)
            for name in "abc":
                self.fixture.put(Box(id=name))
            self.fixture.settle()
            self.assertEqual([1, 2, 3, 4, 5, 6], [change.n for change in told])
            self.assertEqual(told, later)
            self.assertEqual(told, durable)

        def test_feed_by_fields(self) -> None:
            """With fields, only changes in which one of them differs are told."""
            told = self.told("boxes", fields=("vendor",))
            box = self.fixture.put(Box(id="a"))
            box = self.fixture.put(msgspec.structs.replace(box, weight=1))
            self.fixture.put(msgspec.structs.replace(box, vendor="v"))
            self.fixture.put(Note(id="n"), "notes")
            self.assertEqual([1, 3], [change.n for change in told])

        def test_feed_survives_its_subscribers(self) -> None:
            """One that raises is logged, and harms neither the commit nor the next subscriber."""
            self.store.feed.subscribe("bad", ["boxes"], {}.__getitem__)
            told = self.told("boxes")
            self.assertIsInstance(self.fixture.put(Box(id="a")), Box)
            self.assertEqual(1, len(told))
            self.assertEqual(1, len(self.flushLoggedErrors(TypeError)))

        def test_feed_cancelled(self) -> None:
            """Who has cancelled, twice even, hears no more."""
            told: list[Change] = []
            subscription = self.store.feed.subscribe("test", ["boxes"], told.extend)
            subscription.cancel()
            subscription.cancel()
            self.fixture.put(Box(id="a"))
            self.assertEqual([], told)

        def test_reached(self) -> None:
            """`reached` fires once the subscriber has been told, and knows who subscribed."""
            self.told("boxes", durable=True)
            self.fixture.put(Box(id="a"))
            waiting = self.store.feed.reached("test", self.store.feed.applied())
            self.fixture.settle()
            self.assertIsNone(self.successResultOf(waiting))
            self.failureResultOf(self.store.feed.reached("no", self.store.feed.applied()), KeyError)
            foreign = Position("another", 1, 1)
            self.failureResultOf(self.store.feed.reached("test", foreign), ValueError)

        def test_malformed_query(self) -> None:
            """A selector that is none fails the search by its name."""
            query = Query(selector={"mac": {"$like": "x"}})
            failing: Deferred[Page] = self.store.collection("boxes").find(query)
            self.failureResultOf(failing, MalformedSelector)

        def test_closed(self) -> None:
            """A closed store refuses drafts; closing twice is closing once."""
            closing = self.store.close(), self.store.close()
            self.fixture.settle()
            for closed in (*closing, self.store.close()):
                self.assertIsNone(self.successResultOf(closed))
            self.assertIsInstance(self.fixture.put(Box(id="a")), StoreUnavailable)

    return DocumentStoreTests
