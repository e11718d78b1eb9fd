"""The log: one line per event on one stream, as text or as JSON, written in small batches.

The one event per inquiry is spelled here by hand: it is the only line of code that runs for every
packet besides answering it.  Whatever comes from the network is printable on its line or escaped, so
no request can forge a line.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import orjson
from twisted.internet.interfaces import IReactorTime
from twisted.logger import ILogObserver, LogLevel, formatEvent
from twisted.python.threadable import isInIOThread
from zope.interface import implementer

from provd.application.explain import kind_of, size_of
from provd.daemon.settings import LogSettings
from provd.values import Answer, Content, Decision, FileContent

_LEVELS = {level: rank for rank, level in enumerate(LogLevel.iterconstants())}
_PLAIN = re.compile(r"[!-~]+").fullmatch
"""A path as nearly all are: nothing in it needs escaping."""
_INFO = _LEVELS[LogLevel.info]
_WARN = _LEVELS[LogLevel.warn]
_LEGACY = "log_legacy"
"""Where Twisted's own old-fashioned messages come from ("(TCP Port 8667 Closed)")."""
_BATCH = 64 * 1024
_DELAY = 0.2

Line = Callable[[Mapping[str, Any]], str]


class Stream(Protocol):
    """Where lines go: standard error, or a file of twistd's."""

    def write(self, text: str, /) -> object:
        """Take text."""

    def flush(self) -> None:
        """Let it out."""


def printable(text: str) -> str:
    """`text`, with everything that could end or disguise a line escaped."""
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")


def word(text: str) -> str:
    """`text` as one printable word, so that what follows it on its line is not disguised either."""
    return printable(text).replace(" ", "\\x20")


def as_text(event: Mapping[str, Any]) -> str:
    """One line for people."""
    decision = event.get("decision")
    when = _when(event["log_time"])
    if decision is not None:
        return f"{when} {_inquiry_line(decision)}\n"
    text = _text(event)
    inquiry = event.get("inquiry", "")
    lead = f"{when} {event['log_level'].name} {event['log_namespace']}"
    return f"{lead}{' ' if inquiry else ''}{printable(str(inquiry))}: {text}\n"


def as_json(event: Mapping[str, Any]) -> str:
    """One JSON object for programs."""
    decision = event.get("decision")
    shown: dict[str, Any] = {
        "time": event["log_time"],
        "level": event["log_level"].name,
        "from": event["log_namespace"],
    }
    if decision is not None:
        shown |= _inquiry_fields(decision)
    else:
        shown["text"] = _text(event)
        if "inquiry" in event:
            shown["inquiry"] = str(event["inquiry"])
    return _dumped(shown)


def _dumped(shown: dict[str, Any]) -> str:
    """One line of ASCII: some readers end a line at U+2028 too, and bytes that are no UTF-8 stay visible."""
    try:
        line = orjson.dumps(shown, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        line = b"\xff"
    text = line.decode("ascii") if line.isascii() else json.dumps(shown) + "\n"
    # DEL is the one control character that JSON need not escape.
    return text.replace("\x7f", "\\u007f")


def _inquiry_line(decision: Decision) -> str:
    inquiry, device, answer = decision.inquiry, decision.device, decision.answer
    path = inquiry.path
    if not _PLAIN(path):
        path = word(path)
    kind = type(answer)
    if kind is Content:
        given = f"content {len(answer.body)}"
    elif kind is FileContent:
        given = f"file {answer.size}"
    else:
        given = _not_given(answer)
    return (
        f"{inquiry.id} {inquiry.protocol} {inquiry.peer} {path}"
        f" {device.id if device is not None else '-'} {decision.plugin_id or '-'} {given}"
    )


def _not_given(answer: Answer) -> str:
    reason = getattr(answer, "reason", "")
    return kind_of(answer) + (f" ({printable(reason)})" if reason else "")


def _inquiry_fields(decision: Decision) -> dict[str, Any]:
    inquiry, device, answer = decision.inquiry, decision.device, decision.answer
    return {
        "inquiry": inquiry.id,
        "protocol": inquiry.protocol.value,
        "peer": inquiry.peer,
        "path": inquiry.path,
        "device": device.id if device is not None else None,
        "plugin": decision.plugin_id or None,
        "answer": kind_of(answer),
        "size": size_of(answer),
        "reason": getattr(answer, "reason", None),
    }


def _text(event: Mapping[str, Any]) -> str:
    """The event's sentence; below it a traceback, whose lines nobody can take for events."""
    text = printable(formatEvent(dict(event)))
    failure = event.get("log_failure")
    if failure is None:
        return text
    below = (f"  | {printable(line)}" for line in failure.getTraceback().rstrip().splitlines())
    return "\n".join((text, *below))


class _Clock:
    """The last second, spelled once."""

    second = -1
    spelled = ""


def _when(at: float) -> str:
    second = int(at)
    if second != _Clock.second:
        _Clock.second = second
        _Clock.spelled = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
    return f"{_Clock.spelled}.{int((at - second) * 1000):03d}Z"


@implementer(ILogObserver)
class Lines:
    """Writes events to a stream: warnings and worse at once, the rest within 0.2 s."""

    def __init__(self, stream: Stream, clock: IReactorTime, line: Line, level: str) -> None:
        """Write what is at least as grave as `level`, spelled by `line`."""
        self._stream = stream
        self._clock = clock
        self._line = line
        self._least = _LEVELS[LogLevel.levelWithName(level)]
        self._waiting: list[str] = []
        self._size = 0
        self._late: Any = None

    def adopt(self, settings: LogSettings) -> None:
        """Spell and choose lines otherwise from now on."""
        self._line, self._least = _manner(settings)

    def __call__(self, event: Mapping[str, Any]) -> None:
        """Take in one event."""
        rank = _LEVELS[event["log_level"]]
        if rank == _INFO and event["log_namespace"] == _LEGACY:
            rank -= 1
        # A caller may ask for the line of a call.
        if rank < self._least and "asked_for" not in event:
            return
        line = self._line(event)
        self._waiting.append(line)
        self._size += len(line)
        if rank >= _WARN or self._size >= _BATCH:
            self.flush()
        elif self._late is None:
            self._write_soon()

    def _write_soon(self) -> None:
        if isInIOThread():
            self._late = self._clock.callLater(_DELAY, self._on_time)
        else:
            # A worker thread has no timers, and before the reactor runs there are none to fire.
            self.flush()

    def _on_time(self) -> None:
        self._late = None
        self.flush()

    def flush(self) -> None:
        """Write what is waiting. A stream that takes nothing any more loses it, and nothing else."""
        waiting, self._waiting, self._size = self._waiting, [], 0
        try:
            self._stream.write("".join(waiting))
            self._stream.flush()
        except (OSError, ValueError):
            return


def log_to(stream: Stream, clock: IReactorTime, settings: LogSettings) -> Lines:
    """Lines as the settings want them."""
    line, _least = _manner(settings)
    return Lines(stream, clock, line, settings.level)


def _manner(settings: LogSettings) -> tuple[Line, int]:
    """How an event is spelled, and how grave it must be."""
    line = as_json if settings.format == "json" else as_text
    return line, _LEVELS[LogLevel.levelWithName(settings.level)]
