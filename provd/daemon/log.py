"""The log: one line per event on one stream, as text or as JSON, written in small batches.

What is done on behalf of a call of the API carries its name on every line, and is written whatever the
level where the call asks for that.  The last lines are kept in a journal, to be asked for.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import orjson
from twisted.internet.interfaces import IReactorTime
from twisted.logger import ILogObserver, LogLevel, formatEvent
from twisted.python.threadable import isInIOThread
from zope.interface import implementer

from provd.application.explain import kind_of, size_of
from provd.application.journal import KEPT, Journal, Line
from provd.application.spelling import line_of, printable
from provd.contracts import IDocumentStore
from provd.daemon.settings import LogSettings
from provd.documents import PREFERENCES, preferences_in, service_of
from provd.values import Decision, inquiry_served, served, want_detail

_LEVELS = {level: rank for rank, level in enumerate(LogLevel.iterconstants())}
_RANKS = {level.name: rank for level, rank in _LEVELS.items()} | {"": len(_LEVELS)}
_INFO = _LEVELS[LogLevel.info]
_WARN = _LEVELS[LogLevel.warn]
_LEGACY = "log_legacy"
"""Where Twisted's own old-fashioned messages come from ("(TCP Port 8667 Closed)")."""
_BATCH = 64 * 1024
_DELAY = 0.2

Spelling = Callable[[Mapping[str, Any]], str]


class Stream(Protocol):
    """Where lines go: standard error, or a file of twistd's."""

    def write(self, text: str, /) -> object:
        """Take text."""

    def flush(self) -> None:
        """Let it out."""


def as_text(event: Mapping[str, Any]) -> str:
    """One line for people."""
    decision = event.get("decision")
    when = _when(event["log_time"])
    if decision is not None:
        return f"{when} {line_of(decision)}\n"
    words = [when, event["log_level"].name, event["log_namespace"], *_whose(event)]
    if inquiry := _inquiry_of(event):
        words.append(printable(inquiry))
    return f"{' '.join(words)}: {_text(event)}\n"


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
        if inquiry := _inquiry_of(event):
            shown["inquiry"] = inquiry
        shown |= zip(("call", "token"), _whose(event), strict=False)
    return _dumped(shown)


def as_line(event: Mapping[str, Any]) -> Line:
    """What the journal keeps of it."""
    whose = dict(zip(("call", "token"), _whose(event), strict=False))
    return Line(
        at=event["log_time"],
        level=event["log_level"].name,
        origin=event["log_namespace"],
        text=_text(event),
        inquiry=_inquiry_of(event),
        device=str(event.get("device", "")),
        **whose,
    )


def _whose(event: Mapping[str, Any]) -> tuple[str, ...]:
    """The name of the call on whose behalf it happened, and the word that the caller gave it."""
    call = served()
    if call is None:
        return (event["call"],) if "call" in event else ()
    return (call.id, call.token) if call.token else (call.id,)


def _inquiry_of(event: Mapping[str, Any]) -> str:
    """The id of the inquiry on whose behalf it happened."""
    return str(event["inquiry"]) if "inquiry" in event else inquiry_served()


def _dumped(shown: dict[str, Any]) -> str:
    """One line of ASCII: some readers end a line at U+2028 too, and bytes that are no UTF-8 stay visible."""
    try:
        line = orjson.dumps(shown, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        line = b"\xff"
    text = line.decode("ascii") if line.isascii() else json.dumps(shown) + "\n"
    # DEL is the one control character that JSON need not escape.
    return text.replace("\x7f", "\\u007f")


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

    def __init__(
        self, stream: Stream, clock: IReactorTime, line: Spelling, level: str, kept: int = KEPT
    ) -> None:
        """Write what is at least as grave as `level`, spelled by `line`; the journal keeps `kept` lines."""
        self._stream = stream
        self._clock = clock
        self._line = line
        self._least = _LEVELS[LogLevel.levelWithName(level)]
        self._waiting: list[str] = []
        self._size = 0
        self._late: Any = None
        self.journal = Journal(kept)
        self._services: Mapping[str, int] = {}

    def adopt(self, settings: LogSettings) -> None:
        """Spell and choose lines otherwise from now on."""
        self._line, self._least = _manner(settings)
        self.journal.keep(settings.kept)

    def listen(self, levels: Mapping[str, str]) -> None:
        """Hold services that are named to levels of their own from now on, and the others to the log's."""
        self._services = {service: _RANKS[level] for service, level in levels.items()}
        want_detail(wanted="debug" in levels.values())

    def __call__(self, event: Mapping[str, Any]) -> None:
        """Take in one event."""
        rank = _LEVELS[event["log_level"]]
        if rank == _INFO and event["log_namespace"] == _LEGACY:
            rank -= 1
        least = self._least
        if self._services:
            least = self._services.get(service_of(event["log_namespace"]), least)
        if rank < least and rank < _asked_for(event):
            return
        line = self._line(event)
        self.journal.add(event.get("decision") or as_line(event))
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


def follow_levels(lines: Lines, store: IDocumentStore) -> None:
    """Hold services to the levels that are preferred, at once and whenever others are."""

    def told(_changes: object) -> None:
        lines.listen(preferences_in(store).log_levels)

    store.feed.subscribe("log levels", [PREFERENCES.name], told)
    told(())


def _asked_for(event: Mapping[str, Any]) -> int:
    """How grave it must be to be written all the same: a caller may ask for one line, or for all of a call."""
    if "asked_for" in event:
        return -1
    call = served()
    return _RANKS[call.level] if call is not None else _RANKS[""]


def log_to(stream: Stream, clock: IReactorTime, settings: LogSettings) -> Lines:
    """Lines as the settings want them."""
    line, _least = _manner(settings)
    return Lines(stream, clock, line, settings.level, settings.kept)


def _manner(settings: LogSettings) -> tuple[Spelling, int]:
    """How an event is spelled, and how grave it must be."""
    line = as_json if settings.format == "json" else as_text
    return line, _LEVELS[LogLevel.levelWithName(settings.level)]
