"""`provd logs`: the last lines, and those that follow, against an API in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result

from provd.application.journal import Line
from provd.cli import logs, main
from provd.client import Api
from provd.testing.api import Bench, bench

Run = Callable[..., Result]


@pytest.fixture
def api() -> Bench:
    """A server with a few lines in its log."""
    made = bench()
    journal = made.operators.journal
    journal.add(
        Line(at=1.0, level="info", origin="provd.api", text="one", call="c-1", token="mine")
    )
    journal.add(
        Line(at=2.0, level="warn", origin="provd.plugins", text="two\n  | \x1b[31m", inquiry="i-1")
    )
    return made


@pytest.fixture
def provd(api: Bench, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `provd logs`."""

    def get(_self: Api, where: Any = None, *, limit: int = 0, after: int = 0) -> Any:
        given = {**(where or {}), "limit": limit or "", "after": after or ""}
        query = "&".join(f"{name}={each}" for name, each in given.items() if each)
        return api.ask("GET", f"/api/v1/logs?{query}").json

    monkeypatch.setattr(Api, "logs", get)
    return lambda *words: CliRunner().invoke(main, ["logs", *words], catch_exceptions=False)


def test_the_last_lines(provd: Run) -> None:
    """In order of time, with what each is of; what a device chose disguises nothing."""
    lines = provd().output.splitlines()
    assert lines[0].endswith("info provd.api c-1 mine: one")
    assert lines[1].endswith("warn provd.plugins i-1: two")
    assert lines[2] == "  | \ufffd[31m"
    assert provd("--last", "1").output.splitlines() == lines[1:]


@pytest.mark.parametrize(
    ("words", "texts"),
    [
        (["--call", "c-1"], ["one"]),
        (["--token", "mine"], ["one"]),
        (["--inquiry", "i-1"], ["two\n  | \x1b[31m"]),
        (["--level", "error"], []),
        (["--device", "x"], []),
    ],
)
def test_narrowed(provd: Run, words: list[str], texts: list[str]) -> None:
    """By what they are of."""
    told = json.loads(provd("--json", *words).output)
    assert [each["text"] for each in told["items"]] == texts


def test_followed(api: Bench, provd: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes is told once, and in order, until it is interrupted."""
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise KeyboardInterrupt
        for text in ("three", "four"):
            api.operators.journal.add(
                Line(at=3.0, level="info", origin="x", text=f"{text} {len(pauses)}")
            )

    monkeypatch.setattr(logs.time, "sleep", pause)
    told = provd("--follow", "--json").output.splitlines()
    texts = [json.loads(line)["text"] for line in told if line.startswith("{")]
    assert texts[:2] == ["one", "two\n  | \x1b[31m"]
    assert texts[2:] == ["three 1", "four 1", "three 2", "four 2"]
