"""Long work: how far it has come, and that what ended stays ended."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.documents import (
    OPERATIONS,
    IllegalStep,
    Operation,
    State,
    cancelled,
    failed,
    progressed,
    succeeded,
    to_dict,
    waiting,
)

Step = Callable[[Operation, float], Operation]

STEPS: dict[State, Step] = {
    State.PROGRESS: lambda operation, at: progressed(operation, at=at, current=1, end=3),
    State.SUCCESS: lambda operation, at: succeeded(operation, at=at, result={"files": 3}),
    State.FAIL: lambda operation, at: failed(operation, at=at, reason="the disk is full"),
    State.CANCELLED: lambda operation, at: cancelled(operation, at=at, reason="not wanted"),
}
ENDS = (State.SUCCESS, State.FAIL, State.CANCELLED)


def new() -> Operation:
    """Work that has not begun."""
    return waiting(
        "op1", "install plugin", at=1.0, label="aastra-3.2", cause="request 7", tenant="t"
    )


def test_work_waits_goes_on_and_succeeds() -> None:
    """The common life of an operation, with its times and its result."""
    begun = progressed(new(), at=2.0, end=3)
    further = progressed(begun, at=3.0, current=2)
    done = succeeded(further, at=4.0, result={"files": 3})
    assert [step.state for step in (new(), begun, further, done)] == [
        State.WAITING,
        State.PROGRESS,
        State.PROGRESS,
        State.SUCCESS,
    ]
    assert (further.current, further.end) == (2, 3)
    assert to_dict(done) == {
        "id": "op1",
        "revision": 0,
        "tenant": "t",
        "kind": "install plugin",
        "label": "aastra-3.2",
        "state": "success",
        "current": 3,
        "end": 3,
        "result": {"files": 3},
        "created": 1.0,
        "updated": 4.0,
        "cause": "request 7",
    }


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_waiting_work_may_become_anything(step: Step) -> None:
    """It begins, or ends before it began."""
    assert step(new(), 2.0).updated == 2.0


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_what_ended_stays_ended(end: State, step: Step) -> None:
    """No step leads out of an end, not even to the same one, and the error says what to do."""
    ended = STEPS[end](new(), 2.0)
    assert ended.ended
    with pytest.raises(IllegalStep, match=r"'op1' is at .* start a new one"):
        step(ended, 3.0)


def test_failures_and_cancellations_say_why() -> None:
    """The operator reads the reason."""
    assert failed(new(), at=2.0, reason="the disk is full").reason == "the disk is full"
    assert cancelled(new(), at=2.0, reason="not wanted").reason == "not wanted"


@given(st.lists(st.integers(0, 100)))
def test_progress_and_time_never_go_back(reports: list[int]) -> None:
    """Reports may come late; a bar that jumps back helps nobody."""
    operation = new()
    for report in reports:
        later = progressed(operation, at=float(report), current=report)
        assert later.current == max(operation.current, report)
        assert later.updated == max(operation.updated, report)
        operation = later


def test_an_operation_is_kept() -> None:
    """Its text is read back as it was."""
    done = STEPS[State.SUCCESS](new(), 2.0)
    assert msgspec.json.decode(OPERATIONS.encode(done), type=Operation) == done
