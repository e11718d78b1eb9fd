"""What is to be kept for a while is gone after it, whether anything else happens or not."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from provd.access import AuditedStore, AuditTrail
from provd.application.operations import Operations
from provd.application.retention import AT_ONCE, EVERY, Retention
from provd.application.slices import Slices
from provd.documents import KINDS, Enrolment, Operation, Preferences, Role, State
from provd.store import MemoryStore

DAY = 86_400.0


class Made:
    """A store with a trail, and what forgets."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.clock.advance(1000 * DAY)
        self.plain = MemoryStore(KINDS, self.clock)
        self.store = AuditedStore(self.plain, AuditTrail(self.plain, self.clock.seconds, 10_000))
        slices = Slices(self.clock)
        self.operations = Operations(self.store, slices, lambda: "new", self.clock.seconds)
        self.retention = Retention(self.store, self.operations, slices, self.clock)

    def choose(self, **chosen: Any) -> None:
        """Have these preferences hold."""
        present = self.plain.get("preferences", "server")
        revision = present.revision if present is not None else 0
        self.keep("preferences", Preferences(id="server", revision=revision, **chosen), "x")

    def keep(self, collection: str, document: Any, cause: str = "api-1 by ann") -> None:
        """Put one there."""
        draft = self.store.draft(cause)
        draft.put(collection, document)
        self.store.commit(draft)

    def lines(self, many: int) -> None:
        """So many lines, one a day, the newest now."""
        for number in range(many):
            if number:
                self.clock.advance(DAY)
            role = Role(id=f"r{number}")
            self.keep("roles", role)

    def left(self, collection: str) -> list[str]:
        """Ids that are still there, in order."""
        return sorted(each.id for each in self.plain.collection(collection))

    def turn(self, seconds: float = 0) -> None:
        """Let time pass, and what is scheduled happen."""
        self.clock.advance(seconds)
        self.clock.pump([0] * 10)


@pytest.fixture
def made() -> Made:
    """Nothing is old yet."""
    return Made()


def test_lines_go_when_their_time_is_over(made: Made) -> None:
    """The oldest first, by the clock alone; while nobody chose a time, none."""
    made.lines(40)
    made.retention.start()
    made.turn()
    before = made.left("audit")
    assert len(before) == 40
    made.choose(audit_seconds=int(30 * DAY))
    made.turn(EVERY)
    assert made.left("audit") == before[10:]
    for _hour in range(24):
        made.turn(EVERY)
    assert made.left("audit") == before[11:]
    made.retention.stop()
    assert not made.clock.getDelayedCalls()


def test_many_go_in_turns(made: Made) -> None:
    """No commit removes more than some of them, and none of that leaves lines of its own."""
    for number in range(AT_ONCE + 10):
        made.keep("roles", Role(id=f"r{number}"))
    made.choose(audit_seconds=int(30 * DAY))
    made.clock.advance(31 * DAY)
    most: list[int] = []
    made.plain.feed.subscribe("test", ["audit"], lambda changes: most.append(len(changes)))
    made.retention.start()
    made.turn()
    assert made.left("audit") == []
    assert most == [AT_ONCE, 10]


def test_operations_go_as_well(made: Made) -> None:
    """A quiet server starts none that would make room."""
    now = made.clock.seconds()
    for name, state in (("over", State.SUCCESS), ("running", State.PROGRESS)):
        operation = Operation(id=name, kind="t", state=state, updated=now)
        made.keep("operations", operation, "x")
    made.retention.start()
    made.turn(6 * DAY)
    assert made.left("operations") == ["over", "running"]
    made.turn(2 * DAY)
    assert made.left("operations") == ["running"]


def test_a_store_that_keeps_nothing(made: Made) -> None:
    """It is done at a later look."""
    made.lines(1)
    made.choose(audit_seconds=int(30 * DAY))
    made.clock.advance(31 * DAY)
    made.plain._why_not = "full"
    made.retention.start()
    made.turn()
    assert len(made.left("audit")) == 1
    made.plain._why_not = ""
    made.turn(EVERY)
    assert made.left("audit") == []


def test_at_once_for_whoever_chose(made: Made) -> None:
    """Sweeping is what a change of preferences waits for."""
    made.lines(40)
    made.choose(audit_seconds=int(30 * DAY))
    swept: list[Any] = []
    Deferred.fromCoroutine(made.retention.sweep()).addBoth(swept.append)
    made.turn()
    assert swept == [None]
    assert len(made.left("audit")) == 31  # the oldest is of this very second, a month ago


def test_enrolments_that_are_over_go_after_a_day(made: Made) -> None:
    """Until then whoever looks for one finds when it ended; one that is open stays."""
    now = made.clock.seconds()
    made.keep("enrolments", Enrolment(id="over", seconds=60, opened=now - DAY - 61))
    made.keep("enrolments", Enrolment(id="just", seconds=60, opened=now - 61))
    made.keep("enrolments", Enrolment(id="open", seconds=60, opened=now))
    made.retention.start()
    made.turn()
    assert made.left("enrolments") == ["just", "open"]
    for _hour in range(25):
        made.turn(EVERY)
    assert made.left("enrolments") == []
