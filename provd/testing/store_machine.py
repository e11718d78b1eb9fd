"""A store against a model: whatever is done to it, it is what a plain dictionary would be.

hypothesis invents drafts that overlap, collide and conflict, searches, failing disks and
restarts; after each step the store, its indexes and its feed agree with the model.
"""

from __future__ import annotations

import unittest
from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from provd.documents.base import Document, to_dict
from provd.testing.store_fixture import Box, Fixture
from provd.values import Change, Committed, DraftRefused, KeyClaimed, RevisionConflict

IDS = st.sampled_from("abcde")
MACS = st.sampled_from([None, "", "m1", "m2", "m3"])
VENDORS = st.sampled_from([None, "v1", "v2"])
PARENTS = st.lists(st.sampled_from("pqr"), max_size=3, unique=True).map(tuple)
WEIGHTS = st.integers(-2, 2)
BOXES = st.lists(
    st.builds(Box, id=IDS, mac=MACS, vendor=VENDORS, parents=PARENTS, weight=WEIGHTS),
    min_size=1,
    max_size=3,
)


class StoreMachine(RuleBasedStateMachine):
    """One store, several drafts under way at once."""

    fixture: Fixture

    def open(self) -> Fixture:
        """A fixture with an empty store."""
        raise NotImplementedError

    @initialize()
    def begin(self) -> None:
        """Start empty."""
        self.fixture = self.open()
        self.model: dict[str, Box] = {}
        self.drafts: list[tuple[Any, dict[str, Box | None]]] = []
        self.told: list[Change] = []
        self.listen()

    def listen(self) -> None:
        """Follow the durable feed."""
        feed = self.fixture.store.feed
        feed.subscribe("machine", ["boxes"], self.told.extend, durable=True)

    @rule()
    @precondition(lambda self: len(self.drafts) < 3)
    def start_draft(self) -> None:
        """Begin a draft that will be committed later."""
        self.drafts.append((self.fixture.store.draft("machine"), {}))

    @rule(boxes=BOXES, urgent=st.booleans())
    @precondition(lambda self: self.drafts)
    def propose(self, boxes: list[Box], *, urgent: bool) -> None:
        """Change or make documents as the newest draft sees them."""
        draft, proposed = self.drafts[-1]
        for given in boxes:
            seen = draft.get("boxes", given.id)
            box = msgspec.structs.replace(given, revision=seen.revision if seen else 0)
            draft.put("boxes", box, urgent=urgent)
            if box != seen:
                proposed[box.id] = box
            assert draft.get("boxes", box.id) == box
            if box.vendor:
                assert box in draft.by("boxes", "vendor", box.vendor)

    @rule(boxes=BOXES, urgent=st.booleans())
    def write(self, boxes: list[Box], *, urgent: bool) -> None:
        """A draft that is committed as soon as it is made, which most are."""
        self.start_draft()
        self.propose(boxes, urgent=urgent)
        self.commit(oldest=False)

    @rule(document_id=IDS)
    @precondition(lambda self: self.drafts)
    def delete(self, document_id: str) -> None:
        """Delete a document if the newest draft sees one."""
        draft, proposed = self.drafts[-1]
        if draft.get("boxes", document_id) is not None:
            draft.delete("boxes", document_id)
            proposed[document_id] = None
            assert draft.get("boxes", document_id) is None

    @rule(oldest=st.booleans())
    @precondition(lambda self: self.drafts)
    def commit(self, *, oldest: bool) -> None:
        """Commit a draft: it is applied whole, or refused with a reason that is true."""
        draft, proposed = self.drafts.pop(0 if oldest else -1)
        before = self.fixture.store.feed.applied()
        outcome: list[Any] = []
        self.fixture.store.commit(draft).addBoth(outcome.append)
        [result] = outcome
        if isinstance(result, Committed):
            self.applied(result, proposed)
        else:
            assert isinstance(result.value, DraftRefused)
            self.refused(result.value, proposed)
            assert self.fixture.store.feed.applied() == before

    def applied(self, committed: Committed, proposed: dict[str, Box | None]) -> None:
        """The model follows, and says what the changes must have been."""
        for change in committed.changes:
            assert change.before == self.model.get(change.document_id)
            wanted = proposed[change.document_id]
            if wanted is None:
                assert change.after is None
                del self.model[change.document_id]
            else:
                box = msgspec.structs.replace(wanted, revision=change.n)
                assert change.after == box
                self.model[change.document_id] = box

    def refused(self, error: DraftRefused, proposed: dict[str, Box | None]) -> None:
        """A refusal names something that is so."""
        if isinstance(error, RevisionConflict):
            kept = self.model.get(error.document_id)
            assert error.current == (kept.revision if kept else 0) != error.read
        else:
            assert isinstance(error, KeyClaimed)
            view = {**self.model, **proposed}
            holder = view[error.holder]
            assert holder is not None
            assert holder.mac == error.value

    @rule(
        vendor=VENDORS,
        weight=WEIGHTS,
        sort=st.sampled_from(["weight", "mac", "vendor"]),
        descending=st.booleans(),
        skip=st.integers(0, 3),
        limit=st.integers(0, 3),
    )
    def search(
        self, vendor: str | None, weight: int, sort: str, *, descending: bool, skip: int, limit: int
    ) -> None:
        """A page is what filtering, sorting and cutting the model gives."""
        selector: dict[str, Any] = {"weight": {"$ge": weight}}
        if vendor:
            selector["vendor"] = vendor
        page = self.fixture.find(
            selector=selector, sort=sort, descending=descending, skip=skip, limit=limit
        )
        matching = [
            box
            for box in self.model.values()
            if box.weight >= weight and (not vendor or box.vendor == vendor)
        ]
        assert page.total == len(matching)
        keys = sorted((_key(box, sort) for box in matching), reverse=descending)
        end = skip + limit if limit else None
        assert [_key(box, sort) for box in page.documents] == keys[skip:end]

    @rule()
    def settle(self) -> None:
        """Let the disk catch up."""
        self.fixture.settle()

    @rule()
    @precondition(lambda self: self.fixture.reopen is not None)
    def restart(self) -> None:
        """Close and open again: everything is there, and positions go on from where they were."""
        applied = self.fixture.store.feed.applied()
        self.fixture.store.close()
        self.fixture.settle()
        assert self.fixture.reopen is not None
        self.fixture.store = self.fixture.reopen()
        self.drafts = []
        self.listen()
        assert self.fixture.store.feed.applied() == applied
        assert not self.fixture.store.quarantined()

    @invariant()
    def agrees(self) -> None:
        """Documents, indexes and order of the feed are those of the model."""
        if not hasattr(self, "model"):
            return
        store = self.fixture.store
        assert {box.id: box for box in store.collection("boxes")} == self.model
        for field in "mac", "vendor", "parents":
            for value in ("m1", "m2", "m3", "v1", "v2", "p", "q", "r"):
                found = {box.id for box in store.by("boxes", field, value)}
                assert found == {
                    box.id for box in self.model.values() if _has(getattr(box, field), value)
                }
        positions = [change.n for change in self.told]
        assert positions == sorted(set(positions))

    def teardown(self) -> None:
        """At the end everything that was applied has been told as durable, in order."""
        if hasattr(self, "fixture"):
            self.fixture.close()
            last = {change.document_id: change.after for change in self.told}
            assert {name: box for name, box in last.items() if box is not None} == self.model


def _has(held: Any, value: str) -> bool:
    return value in held if isinstance(held, tuple) else held == value


def _key(box: Document, sort: str) -> tuple[bool, Any]:
    value = to_dict(box).get(sort)
    return (value is not None, value if value is not None else 0)


def make_store_machine(
    open_: Callable[[], Fixture], examples: int = 100, steps: int = 40
) -> type[unittest.TestCase]:
    """The test case that runs the machine against stores that `open_` makes."""

    class Machine(StoreMachine):
        def open(self) -> Fixture:
            return open_()

    case: type[unittest.TestCase] = Machine.TestCase
    case.settings = settings(max_examples=examples, stateful_step_count=steps)  # type: ignore[attr-defined] # hypothesis reads it
    return case
