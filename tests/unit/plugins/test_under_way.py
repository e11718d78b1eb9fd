"""Answers that a plugin gives later: so many at once, and no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.logger import globalLogPublisher

from provd.plugins import Advertised, Plugins
from provd.plugins._files import LONGEST_WAIT, MOST_UNDER_WAY, TOO_MANY
from provd.testing.inquiries import http
from provd.testing.plugin_files import ENTRY, Documents, acme_device, config_of, write_plugin
from provd.values import answer_for, answered, inquiry_served

SILENT = ENTRY.replace("return TREE.serve(path, view)", "return Deferred()").replace(
    "TREE = ", "from twisted.internet.defer import Deferred\nTREE = "
)


def test_a_plugins_silence_leaves_room_for_others(tmp_path: Path) -> None:
    """The next device of that plugin is asked to come back, until the silent answers are given up."""
    write_plugin(tmp_path, entry=SILENT)
    clock = Clock()
    advertised = Advertised("http://192.0.2.10:8667", 8667, 69)
    plugin = Plugins(tmp_path, tmp_path / "none", advertised, clock).load("acme")

    view: Any = Documents(config_of({}))

    def ask() -> Any:
        return plugin.serve(http("/x"), acme_device(), view, keep=True)

    failed: list[Any] = []
    for _device in range(MOST_UNDER_WAY):
        answer = ask()
        assert isinstance(answer, Deferred)
        answer.addErrback(failed.append)
    assert ask() is TOO_MANY
    clock.advance(LONGEST_WAIT + 1)
    assert len(failed) == MOST_UNDER_WAY
    assert isinstance(ask(), Deferred)
    clock.advance(LONGEST_WAIT - 1)


LATE = ENTRY.replace(
    "return TREE.serve(path, view)", "WAITS.append(Deferred()); return WAITS[-1]"
).replace("TREE = ", "from twisted.internet.defer import Deferred\nWAITS = []\nTREE = ")


def test_a_late_failure_is_told_of_its_inquiry(tmp_path: Path) -> None:
    """The line of the log has the inquiry, though it is written when somebody else fires the answer."""
    write_plugin(tmp_path, entry=LATE)
    clock = Clock()
    plugin = Plugins(
        tmp_path, tmp_path / "none", Advertised("http://192.0.2.10:8667", 8667, 69), clock
    ).load("acme")
    view: Any = Documents(config_of({}))
    heard: list[str] = []
    answers = []
    for name in ("one", "two"):
        before = answer_for(name)
        answers.append(plugin.serve(http("/x"), acme_device(), view, keep=True))
        answered(before)

    def hear(event: Any) -> None:
        if event["log_namespace"] == "provd.plugins":
            heard.append(inquiry_served())

    globalLogPublisher.addObserver(hear)
    try:
        clock.advance(LONGEST_WAIT + 1)
    finally:
        globalLogPublisher.removeObserver(hear)
    for answer in answers:
        answer.addErrback(lambda _failed: None)  # type: ignore[union-attr]  # it is a Deferred
    assert heard == ["one", "two"]
