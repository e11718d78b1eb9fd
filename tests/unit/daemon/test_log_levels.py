"""Levels of the log by service, as they are preferred while the server runs."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from twisted.internet.task import Clock
from twisted.logger import LogLevel

from provd.daemon.log import Lines, follow_levels, log_to
from provd.daemon.settings import LogSettings
from provd.documents import PREFERENCES, Preferences
from provd.store import MemoryStore
from provd.values import in_detail, want_detail


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """What one test has the log write, the next has not."""
    yield
    want_detail(wanted=False)


def event(namespace: str, level: LogLevel) -> dict[str, Any]:
    """A line to be."""
    return {
        "log_time": 0.0,
        "log_level": level,
        "log_namespace": namespace,
        "log_format": "said",
    }


def written(lines: Lines, stream: io.StringIO, namespace: str) -> list[str]:
    """At which levels a service's lines are written now."""
    stream.seek(0)
    stream.truncate()
    levels = (LogLevel.debug, LogLevel.info, LogLevel.warn, LogLevel.error)
    for level in levels:
        lines(event(namespace, level))
    lines.flush()
    return [line.split()[1] for line in stream.getvalue().splitlines()]


def test_services_have_levels_of_their_own() -> None:
    """The others are held to the setting; what is not ours has none; a reload changes nothing about it."""
    stream = io.StringIO()
    lines = log_to(stream, Clock(), LogSettings(level="info"))
    lines.listen({"tftp": "debug", "store": "error"})
    for _turn in range(2):
        assert written(lines, stream, "provd.servers.tftp") == ["debug", "info", "warn", "error"]
        assert written(lines, stream, "provd.store") == ["error"]
        assert written(lines, stream, "provd.api") == ["info", "warn", "error"]
        assert written(lines, stream, "elsewhere.store") == ["info", "warn", "error"]
        lines.adopt(LogSettings(level="info"))
    lines.listen({})
    assert written(lines, stream, "provd.store") == ["info", "warn", "error"]


def test_detail_is_made_where_somebody_reads_it() -> None:
    """Lines of detail cost nothing before a service is held to `debug`, nor after."""
    lines = log_to(io.StringIO(), Clock(), LogSettings())
    assert not in_detail()
    lines.listen({"tftp": "info"})
    assert not in_detail()
    lines.listen({"tftp": "debug"})
    assert in_detail()
    lines.listen({})
    assert not in_detail()


def test_they_follow_the_preferences() -> None:
    """Those that were chosen before the start, and those that are chosen then, at once."""
    store = MemoryStore((PREFERENCES,), Clock())
    stream = io.StringIO()
    lines = log_to(stream, Clock(), LogSettings(level="warn"))

    def choose(**levels: Any) -> None:
        present = store.get("preferences", "server")
        chosen = Preferences(id="server", log_levels=levels)
        revision = present.revision if present is not None else 0
        draft = store.draft("test")
        draft.put("preferences", msgspec.structs.replace(chosen, revision=revision))
        store.commit(draft)

    choose(api="info")
    follow_levels(lines, store)
    assert written(lines, stream, "provd.api") == ["info", "warn", "error"]
    choose(store="info")
    assert written(lines, stream, "provd.api") == ["warn", "error"]
    assert written(lines, stream, "provd.store") == ["info", "warn", "error"]
