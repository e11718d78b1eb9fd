"""Reading the settings again, as operators ask for it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from provd.application.system import RestartNeeded, System
from provd.values import Invalid, Problem, ProvdError

PROBLEM = Problem("api.port", "takes effect at a start only", "what it was")


def system(*outcomes: Sequence[str] | ProvdError) -> System:
    """A server whose reloads end as the test says."""
    made = System(lambda: 7.0)
    left = list(outcomes)

    def reload() -> Sequence[str]:
        outcome = left.pop(0)
        if isinstance(outcome, ProvdError):
            raise outcome
        return outcome

    made.reloads_by(reload)
    return made


def test_never() -> None:
    """Nobody has asked for it."""
    assert system().last.outcome == "never"


def test_done() -> None:
    """Who asked, when, and what changed."""
    made = system(["log.level"])
    told = made.reload("SIGHUP")
    assert told is made.last
    assert (told.outcome, told.at, told.cause, told.changed) == (
        "done",
        7.0,
        "SIGHUP",
        ["log.level"],
    )


@pytest.mark.parametrize("error", [Invalid("settings", [PROBLEM]), RestartNeeded([PROBLEM])])
def test_refused(error: ProvdError) -> None:
    """Every problem is kept, and the next success forgets them."""
    made = system(error, [])
    with pytest.raises(type(error)):
        made.reload("api-1")
    told = made.last
    assert (told.outcome, told.cause, told.changed) == ("refused", "api-1", [])
    assert told.problems == [
        {"path": "api.port", "message": PROBLEM.message, "expected": PROBLEM.expected}
    ]
    assert "api.port" in told.reason
    assert made.reload("api-2").problems == []
