"""How far devices are is kept, whatever the store does."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from provd.application.slices import Slices
from provd.application.synchronizing.keeping import AGAIN, AT_ONCE, EVERY, Keeping
from provd.documents import KINDS, Device, Stage, Synchronization
from provd.store import MemoryStore


class World:
    """A store with devices, on a virtual clock."""

    def __init__(self, devices: int = 1) -> None:
        self.clock = Clock()
        self.store = MemoryStore(KINDS, self.clock)
        self.keeping = Keeping(self.store, Slices(self.clock, now=self.clock.seconds), self.clock)
        draft = self.store.draft("test")
        for number in range(devices):
            draft.put("devices", Device(id=f"d{number}"))
        self.store.commit(draft)

    def kept(self, number: int = 0) -> Synchronization | None:
        """What is kept of a device."""
        found: Synchronization | None = self.store.get("synchronizations", f"d{number}")
        return found


def of(number: int = 0, stage: Stage = Stage.WAITING) -> Synchronization:
    """One of the operation `op`."""
    return Synchronization(id=f"d{number}", operation="op", stage=stage)


def test_what_is_planned_is_kept_at_once() -> None:
    """However much it is; what was to be written of it before is not."""
    world = World(AT_ONCE + 1)
    world.keeping.changed(of(0, Stage.DONE))
    done: list[Any] = []
    planned = (of(number) for number in range(AT_ONCE + 1))
    Deferred.fromCoroutine(world.keeping.plan(planned, "cause")).addBoth(done.append)
    world.clock.pump([0] * 10)
    assert done == [None]
    assert len(world.store.by("synchronizations", "operation", "op")) == AT_ONCE + 1
    world.clock.pump([EVERY] * 3)
    assert world.kept() is not None
    assert world.kept().stage is Stage.WAITING  # type: ignore[union-attr]


def test_what_happens_is_kept_soon() -> None:
    """The last of it, in one write."""
    world = World()
    world.keeping.changed(of(0, Stage.SENT))
    world.keeping.changed(of(0, Stage.ANSWERED))
    assert world.kept() is None
    world.clock.advance(EVERY)
    assert world.kept().stage is Stage.ANSWERED  # type: ignore[union-attr]


def test_a_store_that_keeps_nothing() -> None:
    """It is tried again, with what has happened since."""
    world = World()
    world.store._why_not = "full"
    world.keeping.changed(of(0, Stage.SENT))
    world.clock.advance(EVERY)
    world.keeping.changed(of(0, Stage.ANSWERED))
    world.clock.advance(AGAIN)
    assert world.kept() is None
    world.store._why_not = ""
    world.clock.advance(AGAIN)
    assert world.kept().stage is Stage.ANSWERED  # type: ignore[union-attr]


def test_of_devices_that_are_there() -> None:
    """Nothing is kept of one that has gone."""
    world = World()
    world.keeping.changed(of(7))
    world.keeping.changed(of(0))
    world.keeping.gone("d0")
    world.clock.advance(EVERY)
    assert world.kept(7) is None
    assert world.kept() is None


def test_flushed() -> None:
    """What is left is written now."""
    world = World()
    world.keeping.changed(of())
    Deferred.fromCoroutine(world.keeping.flush())
    world.clock.advance(0)
    assert world.kept() is not None
    assert not world.clock.getDelayedCalls()
