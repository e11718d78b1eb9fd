"""Devices are looked at again when what they depend on changes: in turns, watched, and once."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from provd.application.operations import RESTARTED, Operations
from provd.application.readiness import Readiness
from provd.application.revalidation import FEW, OF_CONFIG, OF_PLUGIN, PACE, Revalidation
from provd.application.slices import Slices
from provd.documents import (
    KINDS,
    Device,
    Operation,
    Preferences,
    State,
    parse_config,
    waiting,
)
from provd.store import MemoryStore
from provd.testing.plugins import MemoryPlugins, acme

KEPT = Preferences(id="server").operations_kept

COST = 0.001
"""What judging one device costs here, in seconds of the stop-watch."""


class RevalidationTests(SynchronousTestCase):
    """A base config, two levels of heirs, and devices that a plugin judges by the base's `X_ok`."""

    def setUp(self) -> None:
        """Everything in memory; each judgement moves the stop-watch by a millisecond."""
        self.clock = Clock()
        self.clock.advance(1000)
        self.watch = 0.0
        self.longest = 0.0
        self.judged: list[str] = []
        self.breaks_at = 0
        self.store = MemoryStore(KINDS, self.clock)
        plugins = MemoryPlugins(acme(checks=self.check))
        self.slices = Slices(self.clock, turn=0.004, now=lambda: self.watch)
        numbers = iter(range(100_000))
        self.operations = Operations(
            self.store, self.slices, lambda: f"op-{next(numbers)}", self.clock.seconds
        )
        self.revalidation = Revalidation(
            self.store, Readiness(plugins, dict), self.operations, self.slices, self.clock
        )
        self.keep(
            self.config("base"),
            self.config("site", "base"),
            self.config("loop", "site", "loop"),
            self.config("apart"),
        )

    def check(self, device: Device, view: Any) -> tuple[str, ...]:
        """The plugin's judgement."""
        self.watch += COST
        self.judged.append(device.id)
        if len(self.judged) == self.breaks_at:
            self.store._why_not = "full"
        wrong = b"X_ok" not in bytes(view.get("configs", "base").raw_config)
        return ("X_ok is missing",) if wrong else ()

    def config(self, config_id: str, *parents: str, revision: int = 0, **raw: Any) -> Any:
        """A config."""
        given = {"id": config_id, "parent_ids": list(parents), "raw_config": raw}
        parsed = parse_config(given)
        return type(parsed)(
            **{name: getattr(parsed, name) for name in parsed.__struct_fields__}
            | {"revision": revision}
        )

    def keep(self, *documents: Any) -> None:
        """Commit documents."""
        draft = self.store.draft("test")
        for document in documents:
            kind = {Device: "devices", Operation: "operations"}.get(type(document), "configs")
            draft.put(kind, document)
        self.successResultOf(self.store.commit(draft))

    def phones(self, count: int, config: str) -> None:
        """So many devices with one config."""
        self.keep(
            *(
                Device(id=f"{config}-{number:05}", plugin="acme-1.0", config=config)
                for number in range(count)
            )
        )

    def edit(self, config_id: str = "base", **raw: Any) -> None:
        """Change a config's raw config."""
        present = self.store.get("configs", config_id)
        self.keep(self.config(config_id, *present.parent_ids, revision=present.revision, **raw))

    def the_operations(self) -> list[Operation]:
        """In order of their ids."""
        return sorted(self.store.collection("operations"), key=lambda each: each.id)

    def configured(self) -> set[bool | None]:
        """What is said of all devices."""
        return {
            getattr(self.store.get("statuses", device.id), "configured", None)
            for device in self.store.collection("devices")
        }

    def test_heirs_are_looked_at_again(self) -> None:
        """Devices of the config and of all that inherit from it, each once; no others."""
        for config in ("base", "site", "loop", "apart"):
            self.phones(20, config)
        self.revalidation.start()
        self.edit(X_ok=1)
        self.assertEqual([], self.judged)
        self.clock.advance(0)
        self.assertEqual(60, len(self.judged))
        self.assertEqual(60, len(set(self.judged)))
        self.assertFalse(any(each.startswith("apart") for each in self.judged))
        [operation] = self.the_operations()
        self.assertEqual(
            (OF_CONFIG, "base", "success"), (operation.kind, operation.label, operation.state)
        )
        self.assertEqual((60, 60), (operation.current, operation.end))

    def test_what_is_found_is_kept(self) -> None:
        """With the reason, and with the number in the operation's result."""
        self.phones(30, "site")
        self.revalidation.start()
        self.edit(X_ok=1)
        self.clock.advance(0)
        self.assertEqual({True}, self.configured())
        self.edit(X_other=1)
        self.clock.advance(0)
        self.assertEqual({False}, self.configured())
        self.assertEqual(("X_ok is missing",), self.store.get("statuses", "site-00000").problems)
        self.assertIn(b'"unconfigured":30', bytes(self.the_operations()[-1].result))

    def test_no_turn_is_long(self) -> None:
        """Ten thousand heirs are judged four milliseconds at a time; others come in between."""
        self.phones(10_000, "site")
        self.revalidation.start()
        turns: list[int] = []

        def phone_asks() -> None:
            turns.append(len(self.judged))
            if len(self.judged) < 10_000:
                self.clock.callLater(0, phone_asks)

        self.edit(X_ok=1)
        self.clock.callLater(0, phone_asks)
        self.clock.advance(0)
        steps = [after - before for before, after in pairwise(turns)]
        self.assertEqual(10_000, len(self.judged))
        self.assertLessEqual(max(steps) * COST, 0.005)
        self.assertEqual({True}, self.configured())

    def test_edits_of_one_config_are_one(self) -> None:
        """What comes while it waits is not looked at twice."""
        self.phones(30, "site")
        self.revalidation.start()
        for number in range(5):
            self.edit(X_ok=number)
        self.clock.advance(0)
        self.assertEqual(30, len(self.judged))
        self.assertEqual(1, len(self.the_operations()))

    def test_nobody_depends_on_it(self) -> None:
        """No operation, no work."""
        self.revalidation.start()
        self.edit("apart", X_ok=1)
        self.clock.advance(1)
        self.assertEqual([], self.the_operations())
        self.assertEqual([], self.judged)

    def test_few_are_no_operation(self) -> None:
        """They are looked at all the same."""
        self.phones(FEW, "apart")
        self.revalidation.start()
        self.edit("apart", X_a=1)
        self.clock.advance(0)
        self.clock.pump([PACE] * 20)
        self.assertEqual(FEW, len(set(self.judged)))
        self.assertEqual([], self.the_operations())

    def test_what_differs_decides(self) -> None:
        """A config whose label changed changes no device."""
        self.phones(30, "apart")
        self.revalidation.start()
        present = self.store.get("configs", "apart")
        self.keep(self.config("apart", revision=present.revision))
        self.clock.advance(1)
        self.assertEqual([], self.judged)

    def test_cancelled(self) -> None:
        """It stops where it stands, and says so."""
        self.phones(1000, "site")
        self.revalidation.start()
        self.edit(X_ok=1)

        def cancel() -> None:
            [operation] = self.the_operations()
            Deferred.fromCoroutine(self.operations.cancel(operation.id, "me"))

        self.clock.callLater(0, lambda: self.clock.callLater(0, cancel))
        self.clock.advance(0)
        [operation] = self.the_operations()
        self.assertEqual("cancelled", operation.state)
        self.assertIn("me", operation.reason)
        self.assertLess(len(self.judged), 1000)

    def test_a_device_that_changed_is_looked_at(self) -> None:
        """Whoever changed it; gently, and with nothing left to do afterwards."""
        self.revalidation.start()
        self.phones(100, "apart")
        self.clock.advance(0)
        self.assertLessEqual(len(self.judged), 4)
        self.clock.pump([PACE] * 30)
        self.assertEqual(100, len(self.judged))
        self.assertEqual({False}, self.configured())
        self.clock.pump([PACE] * 3)
        self.assertEqual([], self.clock.getDelayedCalls())

    def test_a_plugin_that_was_reloaded(self) -> None:
        """Judges all of its devices again."""
        self.phones(30, "apart")
        self.revalidation.start()
        self.revalidation.plugin_changed("acme-1.0", "api-1")
        self.revalidation.plugin_changed("nobody", "api-1")
        self.clock.advance(0)
        self.assertEqual([OF_PLUGIN], [each.kind for each in self.the_operations()])
        self.assertEqual(30, len(self.judged))

    def test_a_restart(self) -> None:
        """What ran has failed and says why; what it was for is done again."""
        self.phones(30, "site")
        self.keep(waiting("old", OF_CONFIG, at=1.0, label="base"))
        self.keep(waiting("other", "install plugin", at=1.0, label="x"))
        self.revalidation.start()
        self.clock.advance(0)
        states = {each.id: (each.state, each.reason) for each in self.the_operations()}
        self.assertEqual(("fail", RESTARTED), states["old"])
        self.assertEqual(("fail", RESTARTED), states["other"])
        self.assertEqual(30, len(self.judged))
        self.assertEqual(3, len(states))

    def test_stopped(self) -> None:
        """Nothing is left in the reactor, and nothing is heard any more."""
        self.phones(1000, "site")
        self.revalidation.start()
        self.edit(X_ok=1)
        self.revalidation.stop()
        self.revalidation.stop()
        self.edit(X_ok=2)
        self.clock.advance(1)
        self.assertEqual([], self.judged)
        self.assertEqual([], self.clock.getDelayedCalls())

    def test_a_store_that_cannot_keep(self) -> None:
        """Is waited out: nothing is raised, and everything is looked at once it keeps changes again."""
        self.phones(30, "site")
        self.phones(3, "apart")
        self.revalidation.start()
        self.edit(X_ok=1)
        self.edit("apart", X_other=1)
        self.store._why_not = "full"
        self.clock.pump([0.1] * 300)
        self.assertEqual({None}, self.configured())
        self.store._why_not = ""
        self.clock.pump([0.1] * 300)
        self.assertEqual({True}, self.configured())
        self.assertEqual([], self.flushLoggedErrors())
        self.assertEqual(["success"], [str(each.state) for each in self.the_operations()])

    def test_a_store_that_fails_in_the_middle(self) -> None:
        """The operation waits for it, and nobody is forgotten."""
        self.phones(60, "site")
        self.revalidation.start()
        self.breaks_at = 30
        self.edit(X_ok=1)
        self.clock.pump([0.1] * 50)
        self.assertEqual("full", self.store._why_not)
        self.store._why_not = ""
        self.clock.pump([0.1] * 300)
        self.assertEqual({True}, self.configured())
        self.assertEqual([State.SUCCESS], [each.state for each in self.the_operations()])

    def test_old_operations_go(self) -> None:
        """So many that ended are kept; running ones always are."""
        self.keep(waiting("running", "x", at=0.0))
        for number in range(KEPT + 10):
            work = self.successResultOf(Deferred.fromCoroutine(self.operations.start("test")))
            self.successResultOf(Deferred.fromCoroutine(work.succeed({"number": number})))
            self.operations.over(work)
        self.assertEqual(KEPT, len(self.store.collection("operations")))
        self.assertIsNotNone(self.store.get("operations", "running"))
        self.assertIsNone(self.store.get("operations", "op-0"))
