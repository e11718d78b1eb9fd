"""`provd events watch`: what it prints of whatever it is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from provd.cli import main
from provd.client import Api

EVENT = {
    "type": "event",
    "at": 1_700_000_000.0,
    "kind": "devices",
    "key": "phone",
    "action": "created",
    "cause": "api-1",
    "position": "1-7",
    "document": {"id": "phone"},
}


class Stream:
    """A stream of these messages."""

    def __init__(self, *messages: dict[str, Any], resumed: bool = True) -> None:
        self.messages = messages
        self.wishes: list[dict[str, str]] = []
        self._resumed = resumed

    def subscribe(self, **wish: str) -> dict[str, Any]:
        self.wishes.append(wish)
        return {"resumed": self._resumed}

    def __iter__(self) -> Any:
        return iter(self.messages)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_given: object) -> None:
        pass


def watch(monkeypatch: pytest.MonkeyPatch, stream: Stream, *words: str) -> Result:
    """The command over a stream."""
    monkeypatch.setattr(Api, "events", lambda _api: stream)
    return CliRunner().invoke(main, ["events", "watch", *words])


def test_for_people_and_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line each; what a device chose cannot break out of it."""
    told = watch(monkeypatch, Stream({**EVENT, "who": "ann", "key": "a\x1b[31m\nb"}))
    assert told.exit_code == 0
    (line,) = told.stdout.splitlines()
    assert line.endswith("devices/a\ufffd[31m\ufffdb created by ann (api-1)")
    told = watch(monkeypatch, Stream(EVENT, EVENT), "--json", "--count", "1")
    (line,) = told.stdout.splitlines()
    assert json.loads(line) == EVENT


def test_wishes(monkeypatch: pytest.MonkeyPatch) -> None:
    """One subscription for each kind, or one to everything."""
    stream = Stream()
    watch(
        monkeypatch,
        stream,
        "--kind",
        "devices",
        "--kind",
        "configs",
        "--key",
        "x",
        "--since",
        "1-2",
    )
    rest = {"action": "*", "key": "x", "since": "1-2"}
    assert stream.wishes == [{"kind": "devices", **rest}, {"kind": "configs", **rest}]
    stream = Stream()
    watch(monkeypatch, stream)
    assert [wish["kind"] for wish in stream.wishes] == ["*"]


def test_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Goes to standard error, so that a program reads events alone."""
    stream = Stream({"type": "missed", "changes": 7, "position": "1-9"}, resumed=False)
    told = watch(monkeypatch, stream, "--json", "--since", "1-1")
    assert told.stdout == ""
    assert "1-1 is not known any more" in told.stderr
    assert "7 changes" in told.stderr


def test_a_right_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ends the command as a refusal does."""
    problem = {"type": "urn:provd:problem:forbidden", "status": 403, "detail": "not yours"}
    told = watch(monkeypatch, Stream({"type": "dropped", "id": "x", "problem": problem}))
    assert told.exit_code == 1
    assert "not yours" in told.stderr
    assert "provd whoami" in told.stderr
