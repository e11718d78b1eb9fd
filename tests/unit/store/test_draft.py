"""What a draft refuses, and what subscribers may do while they are told."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from twisted.trial.unittest import SynchronousTestCase

from provd.store import MemoryStore, StoreCorrupt, StoreInUse, StoreTooNew
from provd.store._draft import MAX_DOCUMENT
from provd.testing.store_fixture import KINDS, Box, Fixture, SteppedReactor
from provd.values import Change, Invalid, RevisionConflict


class DraftTests(SynchronousTestCase):
    def setUp(self) -> None:
        reactor = SteppedReactor()
        self.fixture = Fixture(MemoryStore(KINDS, reactor), reactor)
        self.store = self.fixture.store

    def test_too_large(self) -> None:
        """A document that no client could have meant is refused before it is anywhere."""
        box = Box(id="a", seen="x" * MAX_DOCUMENT)
        error = self.assertRaises(Invalid, self.store.draft("").put, "boxes", box)
        self.assertIn("bytes of JSON", str(error))

    def test_of_another_make(self) -> None:
        """A store commits its own drafts only."""
        self.assertRaises(TypeError, self.store.commit, object())

    def test_position(self) -> None:
        """A draft stands where the store stands: proposals have no position yet."""
        self.fixture.put(Box(id="a"))
        draft = self.store.draft("")
        draft.put("boxes", Box(id="b"))
        self.assertEqual(1, draft.position("boxes"))

    def test_the_same_twice(self) -> None:
        """The newest proposal for a document counts, on the revision it was read at."""
        box = self.fixture.put(Box(id="a"))
        draft = self.store.draft("")
        for weight in 1, 2:
            seen = draft.get("boxes", "a")
            draft.put("boxes", msgspec.structs.replace(seen, weight=weight))
        [(_collection, before, after)] = draft.proposals()
        self.assertEqual((box, 2), (before, after.weight))
        [change] = self.successResultOf(self.store.commit(draft)).changes
        self.assertEqual(2, change.n)

    def test_nothing_changed_is_still_read(self) -> None:
        """Who puts a document as it stands wants it to stand so: a change in between is a conflict."""
        box = self.fixture.put(Box(id="a"))
        draft = self.store.draft("")
        draft.put("boxes", box)
        self.fixture.put(msgspec.structs.replace(box, weight=1))
        self.failureResultOf(self.store.commit(draft), RevisionConflict)

    def test_thousands_at_once(self) -> None:
        """A draft of thousands is checked in one pass: each document asks the index once."""
        draft = self.store.draft("")
        for number in range(3000):
            draft.put("boxes", Box(id=str(number), mac=f"m{number}"))
        index = self.store.index("boxes", "mac")
        asked: list[str] = []
        ids = index.ids
        counted = type("Counted", (), {})()
        counted.values, counted.of = index.values, index.of
        counted.ids = lambda value: (asked.append(value), ids(value))[1]
        self.store.collection("boxes").indexes["mac"] = counted
        self.assertIsNone(self.store.refusal(draft))
        self.assertEqual(3000, len(asked))

    def test_cancelling_while_told(self) -> None:
        """Who is cancelled by another subscriber is not told any more, not even of this change."""
        told: list[Change] = []

        def cancel(_changes: Sequence[Change]) -> None:
            second.cancel()

        self.store.feed.subscribe("first", ["boxes"], cancel)
        second = self.store.feed.subscribe("second", ["boxes"], told.extend)
        self.fixture.put(Box(id="a"))
        self.assertEqual([], told)

    def test_reached_in_the_middle(self) -> None:
        """Who waits for a subscriber during its telling is released when the telling is over."""
        heard: list[str] = []

        def first(_changes: Sequence[Change]) -> None:
            waiting = self.store.feed.reached("second", self.store.feed.applied())
            waiting.addCallback(lambda _none: heard.append("released"))

        self.store.feed.subscribe("first", ["boxes"], first)
        self.store.feed.subscribe("second", ["boxes"], lambda _changes: heard.append("told"))
        self.fixture.put(Box(id="a"))
        self.assertEqual(["told", "released"], heard)

    def test_errors_say_what_to_do(self) -> None:
        """Each refusal to open names the file and the next step."""
        for error, words in (
            (StoreCorrupt("/d/provd.db", "malformed", "/d/b"), ("/d/provd.db", "restore /d/b")),
            (StoreCorrupt("/d/provd.db", "malformed", ""), ("none beside it",)),
            (StoreInUse("/d/provd.db", "process 7"), ("process 7", "stop that one")),
            (StoreTooNew("/d/provd.db", "boxes", ""), ("newer provd", "run that version")),
            (StoreTooNew("/d/provd.db", "boxes", "/d/b"), ("or restore /d/b",)),
        ):
            for word in words:
                self.assertIn(word, str(error))
