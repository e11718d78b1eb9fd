"""Devices and configs through their lives: what goes with what, what waits for what, what is tried again."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from twisted.internet.defer import Deferred, fail, succeed
from twisted.trial.unittest import SynchronousTestCase

from provd.application.errors import AlreadyThere, NotDeletable, PreconditionFailed
from provd.application.precondition import Precondition
from provd.documents import Query
from provd.testing.api import bench
from provd.testing.at_once import AtOnce
from provd.testing.plugins import acme
from provd.values import Committed, NoSuchDocument, Position, RevisionConflict, StoreUnavailable

MAC = "00:00:5e:00:53:01"
OWN = {"id": "own", "parent_ids": ["autoprov"], "raw_config": {}, "transient": True}


class LifeTests(SynchronousTestCase):
    """Over a store in memory."""

    def setUp(self) -> None:
        """A device with a transient config of its own."""
        self.bench = bench(acme())
        self.store = self.bench.core.store
        self.devices = AtOnce(self.bench.operators.collections["devices"], self.store)
        self.configs = AtOnce(self.bench.operators.collections["configs"], self.store)
        self.done(self.configs.create(OWN, "test"))
        self.phone = self.done(
            self.devices.create(
                {"id": "phone", "mac": MAC, "plugin": "acme-1.0", "config": "own"}, "test"
            )
        )

    def done(self, doing: Coroutine[Any, Any, Any]) -> Any:
        """What comes of it."""
        result = Deferred.fromCoroutine(doing)
        self.bench.core.clock.advance(0)
        return self.successResultOf(result)

    def refused(self, doing: Coroutine[Any, Any, Any], *kinds: type[Exception]) -> Any:
        """How it is refused."""
        return self.failureResultOf(Deferred.fromCoroutine(doing), *kinds).value

    def test_the_last_device_takes_its_transient_config_along(self) -> None:
        """When it is deleted."""
        self.done(self.devices.delete("phone", "test"))
        self.assertIsNone(self.store.get("configs", "own"))
        self.assertIsNone(self.store.get("statuses", "phone"))

    def test_a_transient_config_goes_when_it_is_left(self) -> None:
        """When its last device moves to another."""
        self.done(self.devices.patch("phone", {"config": "autoprov"}, "test"))
        self.assertIsNone(self.store.get("configs", "own"))

    def test_a_transient_config_stays_while_somebody_has_it(self) -> None:
        """Another device, or another config."""
        self.done(self.devices.create({"id": "other", "config": "own"}, "test"))
        self.done(self.devices.patch("phone", {"config": None}, "test"))
        self.assertIsNotNone(self.store.get("configs", "own"))
        child = {"id": "child", "parent_ids": ["own"], "raw_config": {}}
        self.done(self.configs.create(child, "test"))
        self.done(self.devices.delete("other", "test"))
        self.assertIsNotNone(self.store.get("configs", "own"))

    def test_a_lasting_config_stays(self) -> None:
        """Whoever leaves it."""
        self.done(self.devices.patch("phone", {"config": "autoprov"}, "test"))
        self.done(self.devices.delete("phone", "test"))
        self.assertIsNotNone(self.store.get("configs", "autoprov"))

    def test_nothing_is_half_done(self) -> None:
        """A device that may not be deleted keeps its config too."""
        self.done(self.devices.patch("phone", {"deletable": False}, "test"))
        self.refused(self.devices.delete("phone", "test"), NotDeletable)
        self.assertIsNotNone(self.store.get("configs", "own"))

    def test_readiness_follows_a_change(self) -> None:
        """What decides about readiness is judged with the change; what does not is not."""
        self.assertTrue(self.phone["configured"])
        before = self.store.get("statuses", "phone")
        self.done(self.devices.patch("phone", {"ip": "192.0.2.9", "X_desk": 4}, "test"))
        self.assertIs(before, self.store.get("statuses", "phone"))
        changed = self.done(self.devices.patch("phone", {"config": "nowhere"}, "test"))
        self.assertFalse(changed["configured"])
        self.assertIn("'nowhere' does not exist", changed["problems"][0])

    def test_what_the_plugin_says_is_told(self) -> None:
        """In its own words."""
        made = bench(acme(checks=lambda _device, _view: ("raw_config.sip_lines: is missing",)))
        shown = self.successResultOf(
            Deferred.fromCoroutine(
                AtOnce(made.operators.collections["devices"], made.core.store).create(
                    {"plugin": "acme-1.0", "config": "autoprov"}, "t"
                )
            )
        )
        self.assertEqual(["raw_config.sip_lines: is missing"], shown["problems"])

    def test_conditions(self) -> None:
        """What the caller insists on holds, or nothing happens."""
        stale = Precondition(revisions=frozenset({self.phone["revision"] - 1}))
        for doing in (
            self.devices.patch("phone", {"sn": "1"}, "test", stale),
            self.devices.replace("phone", {}, "test", stale),
            self.devices.delete("phone", "test", stale),
            self.devices.patch("nobody", {}, "test", stale),
        ):
            self.refused(doing, PreconditionFailed)
        self.refused(
            self.devices.replace("phone", {}, "t", Precondition(absent=True)), AlreadyThere
        )
        self.refused(self.devices.delete("nobody", "test"), NoSuchDocument)
        fresh = Precondition(revisions=frozenset({self.phone["revision"]}))
        self.done(self.devices.patch("phone", {"sn": "1"}, "test", fresh))

    def test_a_conflict_is_tried_again_for_whoever_insists_on_nothing(self) -> None:
        """Three times; whoever insists hears of it at once."""
        commit, conflicts = self.store.commit, [1, 1]

        def conflicting(draft: Any) -> Any:
            if conflicts:
                conflicts.pop()
                return fail(RevisionConflict("devices", "phone", 1, 2))
            return commit(draft)

        self.patch(self.store, "commit", conflicting)
        self.done(self.devices.patch("phone", {"sn": "1"}, "test"))
        conflicts.extend([1, 1, 1])
        self.refused(self.devices.patch("phone", {"sn": "2"}, "test"), RevisionConflict)
        conflicts.append(1)
        fresh = Precondition(revisions=frozenset({self.store.get("devices", "phone").revision}))
        self.refused(self.devices.patch("phone", {"sn": "3"}, "test", fresh), RevisionConflict)
        self.assertEqual([], conflicts)

    def test_a_change_is_told_once_it_is_durable(self) -> None:
        """Not before, though it is applied; and not at all when it cannot be kept."""
        keeping: list[Deferred[None]] = []

        def durable(committed: Committed) -> Deferred[None]:
            keeping.append(Deferred())
            return keeping[-1]

        self.patch(self.store, "durable", durable)
        changing = Deferred.fromCoroutine(self.devices.patch("phone", {"sn": "1"}, "test"))
        self.assertEqual("1", self.store.get("devices", "phone").sn)
        self.assertNoResult(changing)
        keeping[0].callback(None)
        self.assertEqual("1", self.successResultOf(changing)["sn"])
        deleting = Deferred.fromCoroutine(self.configs.delete("own", "test"))
        keeping[1].errback(StoreUnavailable("full"))
        self.failureResultOf(deleting, StoreUnavailable)

    def test_what_is_read_is_durable_too(self) -> None:
        """A document that a crash could take back is not shown, alone or in a list."""
        keeping: Deferred[None] = Deferred()
        self.patch(self.store, "awaited", lambda _collection, _id: keeping)
        reading = [
            Deferred.fromCoroutine(self.devices.get("phone")),
            Deferred.fromCoroutine(self.devices.list(Query())),
            Deferred.fromCoroutine(self.devices.list(Query(selector={"configured": True}))),
            Deferred.fromCoroutine(self.configs.raw("own")),
        ]
        self.bench.core.clock.advance(0)
        for each in reading:
            self.assertNoResult(each)
        self.patch(self.store, "awaited", lambda _collection, _id: succeed(None))
        keeping.callback(None)
        for each in reading:
            self.successResultOf(each)

    def test_a_client_takes_no_tenant_and_no_owner(self) -> None:
        """Both stay as they are stored."""
        self.done(self.devices.patch("phone", {"tenant": "x", "endpoint": "elsewhere"}, "test"))
        device = self.store.get("devices", "phone")
        self.assertEqual(("", ""), (device.tenant, device.endpoint))

    def test_an_identical_config_is_no_change(self) -> None:
        """It moves no revision and nobody is told."""
        heard: list[Any] = []
        self.store.feed.subscribe("test", ["configs"], heard.append)
        before = self.done(self.configs.get("own"))
        self.assertEqual(before, self.done(self.configs.replace("own", before, "test")))
        self.assertEqual([], heard)
        self.assertIsInstance(self.store.feed.applied(), Position)
