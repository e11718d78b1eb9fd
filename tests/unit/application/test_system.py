"""What is done to the server as a whole: reloading and draining, each with its line in the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from attrs import frozen
from twisted.internet.task import Clock

from provd.access import AuditedStore, AuditTrail
from provd.application.acts import Acts
from provd.application.health import Health
from provd.application.system import LastReload, RestartNeeded, System
from provd.testing.access import settle, store_of
from provd.testing.plugins import MemoryPlugins
from provd.values import Caused, Invalid, Problem, ProvdError

PROBLEM = Problem("api.port", "takes effect at a start only", "what it was")
ANN = str(Caused("api-1", "ann", "192.0.2.7"))


@frozen
class Whole:
    """A server, and what is written down of it."""

    system: System
    health: Health
    store: Any

    def lines(self) -> list[tuple[str, str, str, Any]]:
        """Who did what by which call, and what came of it."""
        lines = sorted(self.store.collection("audit"), key=lambda line: line.id)
        return [
            (each.who, each.action, each.cause, msgspec.json.decode(each.after)) for each in lines
        ]


def whole(*outcomes: Sequence[str] | ProvdError) -> Whole:
    """A server whose reloads end as the test says."""
    clock = Clock()
    clock.advance(7)
    plain = store_of(clock)
    store = AuditedStore(plain, AuditTrail(plain, clock.seconds, 100))
    health = Health(store, MemoryPlugins())
    made = System(health, Acts(store), clock.seconds)
    left = list(outcomes)

    def reload() -> Sequence[str]:
        outcome = left.pop(0)
        if isinstance(outcome, ProvdError):
            raise outcome
        return outcome

    made.reloads_by(reload)
    return Whole(made, health, plain)


def test_never() -> None:
    """Nobody has asked for it."""
    assert whole().system.last.outcome == "never"


def test_done() -> None:
    """Who asked, when, and what changed."""
    made = whole(["log.level"])
    told: LastReload = settle(made.system.reload("SIGHUP"))
    assert told is made.system.last
    assert (told.outcome, told.at, told.cause, told.changed) == (
        "done",
        7.0,
        "SIGHUP",
        ["log.level"],
    )
    assert made.lines() == [("", "reload", "SIGHUP", {"outcome": "done", "changed": ["log.level"]})]


@pytest.mark.parametrize("error", [Invalid("settings", [PROBLEM]), RestartNeeded([PROBLEM])])
def test_refused(error: ProvdError) -> None:
    """Every problem is kept, and the next success forgets them; the trail names the settings only."""
    made = whole(error, [])
    assert settle(made.system.reload(ANN)) is error
    told = made.system.last
    assert (told.outcome, told.cause, told.changed) == ("refused", ANN, [])
    assert told.problems == [
        {"path": "api.port", "message": PROBLEM.message, "expected": PROBLEM.expected}
    ]
    assert "api.port" in told.reason
    told_of_it = {"outcome": "refused", "changed": [], "problems": ["api.port"]}
    assert made.lines() == [("ann", "reload", "api-1", told_of_it)]
    assert settle(made.system.reload("api-2")).problems == []


def test_drained_and_filled() -> None:
    """Readiness turns, and both leave a line."""
    made = whole()
    settle(made.system.drain(ANN))
    assert "drained" in made.health.reasons()[0]
    settle(made.system.fill(ANN))
    assert made.health.reasons() == []
    assert [line[:3] for line in made.lines()] == [
        ("ann", "drain", "api-1"),
        ("ann", "fill", "api-1"),
    ]


def test_what_cannot_be_written_down_has_happened() -> None:
    """Settings are taken up also where the disk is full: that may be what mends it."""
    made = whole(["log.level"])
    made.store._why_not = "the disk is full"
    assert settle(made.system.reload(ANN)).outcome == "done"
