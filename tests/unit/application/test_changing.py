"""Changes that are rehearsed while others are made."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from provd.application.changing import Changes, Proposal
from provd.application.receipts import Receipts
from provd.application.slices import Slices
from provd.contracts import IDraft
from provd.documents import DEVICES, RECEIPTS, Device
from provd.store import MemoryStore
from provd.values import RevisionConflict


class RehearsalTests(SynchronousTestCase):
    def setUp(self) -> None:
        clock = Clock()
        self.store = MemoryStore((DEVICES, RECEIPTS), clock)
        self.changes = Changes(self.store, Slices(clock), Receipts(self.store, clock.seconds))
        self.times = 0
        self.change("first")

    def change(self, sn: str) -> None:
        """Somebody else is faster."""
        draft = self.store.draft("other")
        present = draft.read("devices", "phone")
        draft.put("devices", Device(id="phone", sn=sn, revision=getattr(present, "revision", 0)))
        self.successResultOf(self.store.commit(draft))

    def rehearsed(self, *, faster: int, insists: bool = False) -> Deferred[Any]:
        """Rehearse a change of what somebody else changes so many times while it is proposed."""

        def propose(draft: IDraft) -> None:
            present = draft.read("devices", "phone")
            self.times += 1
            if self.times <= faster:
                self.change(f"{self.times}")
            draft.put("devices", Device(id="phone", sn="mine", revision=present.revision))

        proposal = Proposal(
            collection="devices", document_id="phone", op="patch", propose=propose, insists=insists
        )
        return Deferred.fromCoroutine(self.changes.rehearse([proposal], "test"))

    def test_somebody_else_is_faster(self) -> None:
        """It is tried again as the change would be, and tells what that would find then."""
        [told] = self.successResultOf(self.rehearsed(faster=2))
        self.assertEqual(("2", "mine"), (told["before"]["sn"], told["after"]["sn"]))
        self.assertEqual("2", self.store.get("devices", "phone").sn)

    def test_not_for_ever(self) -> None:
        """And once only where it insists on what it read."""
        self.failureResultOf(self.rehearsed(faster=9), RevisionConflict)
        self.assertEqual(3, self.times)
        self.failureResultOf(self.rehearsed(faster=9, insists=True), RevisionConflict)
        self.assertEqual(4, self.times)
