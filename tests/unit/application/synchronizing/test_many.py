"""Thousands of devices at once: done in turns, so that no phone waits for it."""

from __future__ import annotations

from provd.application.actions import MOST_AT_ONCE
from provd.application.slices import Slices
from provd.application.synchronizing import SynchronizationSettings
from provd.testing.synchronizing_site import URL, Site

MANY = 3000


def counted(site: Site) -> list[int]:
    """How many devices are dealt with in each turn: every look at the watch costs a tenth of a turn."""
    turns = [0]
    watch = iter(range(10**9))

    class Counting(Slices):
        async def pause(self) -> None:
            turns.append(0)
            await super().pause()

    def now() -> float:
        turns[-1] += 1
        return next(watch) * 0.0004

    synchronizing = site.made.operators.synchronizing
    synchronizing._slices = Counting(site.clock, now=now)
    return turns


def test_planned_in_turns() -> None:
    """Neither planning nor cancelling has a turn that lasts."""
    site = Site(MANY, settings=SynchronizationSettings(per_second=1))
    turns = counted(site)
    answer = site.made.ask("POST", f"{URL}:synchronize", {"window": "23:00-01:00"})
    assert answer.json["result"]["devices"] == MANY
    assert len(turns) > MANY / 10
    assert max(turns) <= 25
    begun = len(turns)
    operation = answer.json["result"]["operation"]
    site.made.ask("POST", f"/api/v1/operations/{operation}/cancel")
    site.run(3)
    assert len(turns) > begun + MANY / 20
    assert site.shown(MANY)["stage"] == "cancelled"
    assert not site.made.operators.synchronizing.counters()["open"]


def test_not_more_than_can_be_named() -> None:
    """Each is named in the operation, which is written as a whole."""
    site = Site()
    deed = site.made.operators.actions.synchronize(("x",) * (MOST_AT_ONCE + 1))
    [problem] = deed.check({})
    assert "20001 devices" in str(problem)
