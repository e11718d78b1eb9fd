"""The one guard between provd and vendor code.

Whatever a plugin raises becomes `PluginFailed`, is counted, and keeps its traceback for the operator;
the device it was asked for is refused, and everybody else is served.  The guard's is the only broad
`except` in provd.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import ParamSpec, TypeVar

import jinja2
from twisted.logger import Logger

import provd.values
from provd.plugins._configuration import NotConfigured
from provd.values import PluginFailed

log = Logger("provd.plugins")

LONGEST_REPORT = 8_192
"""Characters kept of a traceback: its end, which is where it went wrong."""

_OURS = (
    "<",
    str(Path(provd.values.__file__).parents[1]) + os.sep,
    str(Path(jinja2.__file__).parents[1]) + os.sep,
    str(Path(os.__file__).parent) + os.sep,
)
"""Where code lives that is not the vendor's: provd, installed libraries, the standard library."""

P = ParamSpec("P")
T = TypeVar("T")


class Guard:
    """Calls one plugin; remembers how often it failed, and when and why the last time."""

    def __init__(self, plugin_id: str, seconds: Callable[[], float]) -> None:
        """Guard the plugin of that id; `seconds` tells the time since the epoch."""
        self._plugin_id = plugin_id
        self._seconds = seconds
        self.failures = 0
        self.last_failure = ""

    def ask(
        self,
        question: str,
        keep: bool,  # noqa: FBT001 - the rest is the function's own arguments
        function: Callable[P, T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """What `function` answers. `keep` False leaves count and memory as they are.

        @raise PluginFailed: it raised; `question` says what it was asked ("serve a file").
        @raise NotConfigured: passed on: that is no failure of the plugin.
        """
        try:
            return function(*args, **kwargs)
        except (NotConfigured, PluginFailed):  # it was counted where it came from
            raise
        except (Exception, SystemExit) as error:
            raise self.failed(question, error, keep=keep) from error

    def failed(self, question: str, error: BaseException | None, *, keep: bool) -> PluginFailed:
        """Count what a plugin raised, and name it."""
        report = "".join(traceback.format_exception(error))[-LONGEST_REPORT:]
        return self._blame(question, _in_a_line(error), report, keep=keep)

    def nonsense(self, question: str, detail: str, *, keep: bool) -> PluginFailed:
        """Count an answer that makes no sense; the caller raises it or goes on without."""
        return self._blame(question, detail, detail, keep=keep)

    def _blame(self, question: str, cause: str, report: str, *, keep: bool) -> PluginFailed:
        if keep:
            self.failures += 1
            when = datetime.fromtimestamp(self._seconds(), UTC).isoformat(timespec="seconds")
            self.last_failure = f"{when} failed to {question}: {report}"
            log.warn(
                "Plugin {plugin} failed to {question}: {cause}",
                plugin=self._plugin_id,
                question=question,
                cause=cause,
            )
        return PluginFailed(self._plugin_id, question, cause)


def _in_a_line(error: BaseException | None) -> str:
    """The error, and the last line of a template or of vendor code it came through."""
    frames = traceback.extract_tb(error.__traceback__ if error else None)
    theirs = [frame for frame in frames if not frame.filename.startswith(_OURS)]
    where = f" ({theirs[-1].filename}, line {theirs[-1].lineno})" if theirs else ""
    return f"{type(error).__name__}: {_message(error)}{where}"


def _message(error: BaseException | None) -> str:
    """What the error says of itself, which is vendor code as well."""
    try:
        return str(error)[:500]
    except Exception as another:
        return f"(its message cannot be told: {type(another).__name__})"
