"""A caller may name a call, and find its line in the log whatever the level."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.logger import formatEvent, globalLogPublisher

from provd.testing.access import basic, keep, user
from provd.testing.api import Bench, bench


def lines_of(made: Bench, *asked: Any, **headers: str) -> tuple[int, list[str]]:
    """The status of a call, and the lines that were asked for."""
    heard: list[str] = []

    def hear(event: Any) -> None:
        if "asked_for" in event:
            heard.append(formatEvent(event).strip())

    globalLogPublisher.addObserver(hear)
    try:
        return made.ask(*asked, **headers).status, heard
    finally:
        globalLogPublisher.removeObserver(hear)


def test_a_line_for_each_call_that_wants_one() -> None:
    """With the name of the call, what came of it, and no query."""
    made = bench()
    for path, status, rest in (
        ("/api/v1/devices?mac=00:00:5e:00:53:01", 200, "GET /api/v1/devices: 200"),
        ("/api/v1/devices/x", 404, "GET /api/v1/devices/x: 404 NoSuchDocument"),
        ("/api/v1/devices?nonsense=1", 400, "GET /api/v1/devices: 400 MalformedRequest"),
    ):
        told, lines = lines_of(made, "GET", path, x_log_token="here")
        assert told == status
        (line,) = lines
        assert line.startswith("api-test-")
        assert line.partition(": ")[2] == f"here: {rest}"
    assert lines_of(made, "GET", "/api/v1/devices") == (200, [])


@pytest.mark.parametrize("token", ["x" * 101, "two words", "a\tb", "\xe4"])
def test_a_token_that_could_not_be_found(token: str) -> None:
    """It is refused, and nothing is done."""
    made = bench()
    told, lines = lines_of(made, "POST", "/api/v1/devices", {"id": "x"}, x_log_token=token)
    assert (told, lines) == (400, [])
    assert made.core.store.get("devices", "x") is None


def test_nobody_writes_who_has_no_right() -> None:
    """Strangers do not fill the log."""
    made = bench(required=True)
    keep(made.core.store, users=[user("ann")])
    assert lines_of(made, "GET", "/api/v1/devices", x_log_token="x") == (401, [])
    ann = basic("ann")
    assert lines_of(made, "GET", "/api/v1/devices", x_log_token="x", authorization=ann) == (403, [])
