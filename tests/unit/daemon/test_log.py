"""The log: one event is one line, whatever the network sends."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from twisted.internet.task import Clock
from twisted.logger import Logger, LogLevel
from twisted.python import threadable
from twisted.python.failure import Failure

from provd.application.spelling import word
from provd.daemon.log import Lines, as_json, as_text, log_to
from provd.daemon.settings import LogSettings
from provd.values import (
    Content,
    Decision,
    Inquiry,
    Protocol,
    Refusal,
    RefusalKind,
    Served,
    answer_for,
    serve,
)

AT = 1_772_330_400.25
FORMATS: list[Callable[[Any], str]] = [as_text, as_json]


def event(text: str = "{what}", **more: Any) -> dict[str, Any]:
    """What twisted.logger hands to an observer."""
    return {
        "log_time": AT,
        "log_level": LogLevel.info,
        "log_namespace": "provd.test",
        "log_format": text,
        **more,
    }


def answered(path: str = "/a.cfg", reason: str = "") -> dict[str, Any]:
    """The event of one inquiry."""
    inquiry = Inquiry(id="b-1", protocol=Protocol.HTTP, path=path, peer="192.0.2.7", arrived=AT)
    answer = Refusal(RefusalKind.NOT_FOUND, reason) if reason else Content(b"secret")
    return event("", decision=Decision(inquiry, answer=answer))


class Stream(io.StringIO):
    """Counts how often it was flushed."""

    flushed = 0

    def flush(self) -> None:
        """Count."""
        self.flushed += 1


def lines(stream: Any, clock: Clock, level: str = "info") -> Lines:
    """Text lines."""
    return log_to(stream, clock, LogSettings(level=level))  # type: ignore[arg-type] # any text


def test_an_inquiry_is_one_line_of_words() -> None:
    """Time, inquiry, protocol, address, path, device, plugin, answer, bytes; a refusal has its reason."""
    assert as_text(answered()) == (
        "2026-03-01T02:00:00.250Z b-1 http 192.0.2.7 /a.cfg - - content 6\n"
    )
    assert as_text(answered(reason="nobody")) == (
        "2026-03-01T02:00:00.250Z b-1 http 192.0.2.7 /a.cfg - - not_found (nobody)\n"
    )


def test_whose_a_line_is() -> None:
    """The call with its word, then the inquiry, in front of what is said; by name for programs."""

    def spelled() -> tuple[str, str]:
        serve(Served("call-1", "mine"))
        answer_for("b-7")
        return as_text(event(what="x")), as_json(event(what="x"))

    text, told = copy_context().run(spelled)
    assert text == "2026-03-01T02:00:00.250Z info provd.test call-1 mine b-7: x\n"
    read = json.loads(told)
    assert (read["call"], read["token"], read["inquiry"]) == ("call-1", "mine", "b-7")
    assert as_text(event(what="x")) == "2026-03-01T02:00:00.250Z info provd.test: x\n"


def test_json_has_the_same_by_name() -> None:
    """A program reads the fields; an answer's content is not among them."""
    told = json.loads(as_json(answered(reason="nobody")))
    assert told == {
        "time": AT,
        "level": "info",
        "from": "provd.test",
        "inquiry": "b-1",
        "protocol": "http",
        "peer": "192.0.2.7",
        "path": "/a.cfg",
        "device": None,
        "plugin": None,
        "answer": "not_found",
        "size": -1,
        "reason": "nobody",
    }
    assert "secret" not in as_json(answered())


@pytest.mark.parametrize("spell", FORMATS)
@given(text=st.text(st.characters()))
@example(text="\x7f")
def test_nothing_forges_a_line(spell: Callable[[Any], str], text: str) -> None:
    """Any text, in any place, leaves one event one line, for readers that break lines at U+2028 too."""
    for each in (
        answered(path=text),
        answered(reason=text or "x"),
        event(what=text),
        event(what="x", inquiry=text),
    ):
        line = spell(each)
        assert line.endswith("\n")
        assert len(line.splitlines()) == 1
        assert line[:-1].isprintable()


@given(path=st.text(st.characters()))
def test_a_path_is_one_word(path: str) -> None:
    """What follows the path on its line is not disguised: the fields can be counted."""
    assert " " not in word(path)
    assert as_text(answered(path=path)).split(" ")[5:] == ["-", "-", "content", "6\n"]


def test_a_traceback_is_below_its_line() -> None:
    """Its lines are marked, so that a message in it is no event."""
    failure = Failure(ValueError("\n2026-01-01T00:00:00.000Z info provd: forged"))
    first, *below = as_text(event("it failed", log_failure=failure)).splitlines()
    assert first.endswith("it failed")
    assert below
    assert all(line.startswith("  | ") for line in below)


@pytest.fixture
def in_reactor(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the reactor ran in this thread."""
    monkeypatch.setattr("provd.daemon.log.isInIOThread", lambda: True)


@pytest.mark.usefixtures("in_reactor")
def test_lines_are_written_in_batches() -> None:
    """Many within 0.2 s are one write; a warning goes at once, and takes along what waits."""
    clock, stream = Clock(), Stream()
    log = lines(stream, clock)
    for _time in range(3):
        log(answered())
    assert stream.getvalue() == ""
    clock.advance(0.2)
    assert stream.getvalue().count("\n") == 3
    assert stream.flushed == 1
    log(answered())
    log(event("look here", log_level=LogLevel.warn))
    assert stream.getvalue().count("\n") == 5
    assert stream.getvalue().endswith("warn provd.test: look here\n")


def test_before_the_reactor_runs_lines_are_written_at_once() -> None:
    """Nobody would call the timer."""
    assert not threadable.isInIOThread() or threadable.ioThread is not None
    stream = Stream()
    threadable_thread = threadable.ioThread
    threadable.ioThread = None
    try:
        lines(stream, Clock())(event("early"))
    finally:
        threadable.ioThread = threadable_thread
    assert stream.getvalue().endswith("early\n")


@pytest.mark.usefixtures("in_reactor")
def test_the_level_is_a_floor() -> None:
    """What is less grave is not spelled unless somebody asked for it; what Twisted says of its own ports is at debug."""
    for level, expected in (
        ("warn", ["wanted"]),
        ("info", ["info", "wanted"]),
        ("debug", ["debug", "info", "wanted", "legacy"]),
    ):
        clock, stream = Clock(), Stream()
        log = lines(stream, clock, level)
        log(event("debug", log_level=LogLevel.debug))
        log(event("info"))
        log(event("wanted", asked_for=True))
        log(event("legacy", log_namespace="log_legacy"))
        clock.advance(1)
        assert [line.rpartition(" ")[2] for line in stream.getvalue().splitlines()] == expected


def test_a_stream_that_is_gone_harms_nobody() -> None:
    """Standard error may be a pipe whose reader has died."""

    class Broken(Stream):
        def write(self, text: str, /) -> int:
            raise BrokenPipeError

    log = lines(Broken(), Clock())
    log(event("x", log_level=LogLevel.warn))
    log.flush()


def test_it_is_an_observer() -> None:
    """twisted.logger calls it."""
    stream = Stream()
    Logger("provd.test", observer=lines(stream, Clock())).error("it {what}", what="failed")
    assert stream.getvalue().endswith("error provd.test: it failed\n")
