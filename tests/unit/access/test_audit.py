"""The audit trail: every change of somebody's leaves a line, in the same commit, without secrets."""

from __future__ import annotations

from typing import Any

import msgspec
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from provd.access import AuditedStore, AuditTrail
from provd.documents import (
    AUDIT,
    CONFIGS,
    DEVICES,
    STATUSES,
    USERS,
    AuditLine,
    Status,
    User,
    parse_config,
    parse_device,
)
from provd.store import MemoryStore
from provd.testing.store import make_document_store_tests
from provd.testing.store_fixture import KINDS, Fixture, SteppedReactor
from provd.values import Caused, RevisionConflict, read_cause

CAUSE = str(Caused("api-1", "ann", "192.0.2.7"))
CANARY = "canary-31337"


def audited() -> Fixture:
    """A store that is audited and otherwise a store like any other."""
    clock = SteppedReactor()
    store = MemoryStore((*KINDS, AUDIT), clock)
    return Fixture(AuditedStore(store, AuditTrail(store, clock.seconds, 100)), clock)


class AuditedStoreTests(make_document_store_tests(audited)):  # type: ignore[misc]  # a class made by a function
    """It is a store."""


class TrailTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1000)
        self.open(kept=1000)

    def open(self, kept: int) -> None:
        """A store with a trail of so many lines."""
        kinds = (AUDIT, CONFIGS, DEVICES, STATUSES, USERS)
        self.plain = MemoryStore(kinds, self.clock)
        self.store = AuditedStore(self.plain, AuditTrail(self.plain, self.clock.seconds, kept))

    def change(self, collection: str, *documents: Any, cause: str = CAUSE) -> None:
        """Commit documents; a text is the id of one that goes."""
        draft = self.store.draft(cause)
        for each in documents:
            if isinstance(each, str):
                draft.delete(collection, each)
            else:
                draft.put(collection, each)
        self.successResultOf(self.store.commit(draft))

    def lines(self) -> list[AuditLine]:
        """The trail in order of time."""
        found: Any = self.store.collection("audit")
        return sorted(found, key=lambda line: line.id)

    def test_create_update_delete(self) -> None:
        """Who, from where, when, by which call, to what; before and after, as far as they differ."""
        self.change("devices", parse_device({"id": "d", "mac": "00:00:5e:00:53:01"}))
        self.clock.advance(1)
        revision = self.store.get("devices", "d").revision
        other = msgspec.structs.replace(self.store.get("devices", "d"), description="desk")
        self.change("devices", other)
        self.clock.advance(1)
        self.change("devices", "d")
        created, updated, deleted = self.lines()
        self.assertEqual(
            ("create", "devices", "d", "ann", "192.0.2.7", "api-1", 1000.0),
            (
                created.action,
                created.collection,
                created.document_id,
                created.who,
                created.where,
                created.cause,
                created.at,
            ),
        )
        self.assertEqual(b"{}", bytes(created.before))
        self.assertEqual("00:00:5e:00:53:01", msgspec.json.decode(created.after)["mac"])
        self.assertEqual(b"{}", bytes(updated.before))
        self.assertEqual({"description": "desk"}, msgspec.json.decode(updated.after))
        self.assertEqual(("delete", b"{}"), (deleted.action, bytes(deleted.after)))
        self.assertGreater(revision, 0)

    def test_no_secret_is_written_down(self) -> None:
        """Passwords of configs and of users; that one changed is told."""
        config = {"id": "c", "parent_ids": [], "raw_config": {"admin_password": CANARY}}
        self.change("configs", parse_config(config))
        self.change("users", User(id="bob", password_hash=CANARY))
        self.change("users", "bob")
        for line in self.lines():
            self.assertNotIn(CANARY.encode(), AUDIT.encode(line))
        self.assertIn(b"not shown", bytes(self.lines()[1].after))

    def test_what_nobody_did_leaves_no_line(self) -> None:
        """A phone's own request, and what the server saw of it."""
        self.change("devices", parse_device({"id": "d"}), cause="boot-17")
        self.change("statuses", Status(id="d", configured=True))
        self.assertEqual([], self.lines())

    def test_a_change_that_is_refused_leaves_no_line(self) -> None:
        """They are one commit."""
        self.change("devices", parse_device({"id": "d"}), cause="boot-17")
        stale = msgspec.structs.replace(parse_device({"id": "d", "sn": "7"}), revision=99)
        draft = self.store.draft(CAUSE)
        draft.put("devices", stale)
        self.failureResultOf(self.store.commit(draft), RevisionConflict)
        self.assertEqual([], self.lines())

    def test_one_line_for_each_document(self) -> None:
        """In the order of the change."""
        self.change("devices", *(parse_device({"id": f"d{number}"}) for number in range(12)))
        self.assertEqual(
            [f"d{number}" for number in range(12)], [line.document_id for line in self.lines()]
        )

    def test_the_oldest_lines_go(self) -> None:
        """There are never more than are to be kept."""
        self.open(kept=5)
        for number in range(12):
            self.clock.advance(1)
            self.change("devices", parse_device({"id": f"d{number}"}))
        self.assertEqual([f"d{n}" for n in range(7, 12)], [e.document_id for e in self.lines()])

    def test_a_trail_that_is_to_be_shorter_shrinks(self) -> None:
        """After a start with another setting, ten go for each that comes."""
        for number in range(30):
            self.clock.advance(1)
            self.change("devices", parse_device({"id": f"d{number}"}))
        self.store = AuditedStore(self.plain, AuditTrail(self.plain, self.clock.seconds, 5))
        for number in range(30, 34):
            self.clock.advance(1)
            self.change("devices", parse_device({"id": f"d{number}"}))
        self.assertEqual([f"d{n}" for n in range(29, 34)], [e.document_id for e in self.lines()])

    def test_a_large_document_is_told_by_its_size(self) -> None:
        """A line is bounded, however large what changed."""
        raw = {f"X_{number}": "x" * 1000 for number in range(100)}
        self.change("configs", parse_config({"id": "c", "parent_ids": [], "raw_config": raw}))
        told = msgspec.json.decode(self.lines()[0].after)
        self.assertGreater(told["bytes"], 100_000)
        self.assertIn("raw_config", told["keys"])


def test_causes_both_ways() -> None:
    """A cause that names somebody is read as it was written; others name nobody."""
    for caused in (Caused("api-1", "ann", "2001:db8::1"), Caused("x", "y")):
        assert read_cause(str(caused)) == caused
    for cause in ("", "api-1", "boot-17", "api-1 by", "a by b from c d", "first start"):
        assert read_cause(cause) is None
