"""`/api/v1/system`: the server as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from provd.application.system import RestartNeeded
from provd.testing.api import bench
from provd.values import Invalid, Problem

PROBLEM = Problem("api.port", "takes effect at a start only", "what it was")


def test_before_anybody_asked() -> None:
    """There is an answer all the same."""
    told = bench().ask("GET", "/api/v1/system/reload")
    assert (told.status, told.json["outcome"]) == (200, "never")


def test_done() -> None:
    """What changed, under the name of the call; and it can be asked for later."""
    api = bench()
    api.operators.system.reloads_by(lambda: ["log.level"])
    told = api.ask("POST", "/api/v1/system/reload")
    assert (told.status, told.json["outcome"], told.json["changed"]) == (200, "done", ["log.level"])
    assert told.json["cause"] == told.headers["x-request-id"]
    assert api.ask("GET", "/api/v1/system/reload").json == told.json


def test_refused() -> None:
    """Mistakes are 422, what needs a restart is 409; each is named, also later."""
    for error, status in ((Invalid("settings", [PROBLEM]), 422), (RestartNeeded([PROBLEM]), 409)):
        api = bench()

        def refuse(error: Exception = error) -> Sequence[str]:
            raise error

        api.operators.system.reloads_by(refuse)
        told = api.ask("POST", "/api/v1/system/reload")
        assert told.status == status
        assert [problem["path"] for problem in told.json["problems"]] == ["api.port"]
        last = api.ask("GET", "/api/v1/system/reload").json
        assert (last["outcome"], last["problems"]) == ("refused", told.json["problems"])
