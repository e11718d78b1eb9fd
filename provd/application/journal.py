"""The last lines of the log, to be asked for: by whoever called, by what a device asked, by device.

A line of an inquiry is kept as its decision and put into words when somebody reads it: it is made for
every packet.  Nothing stands here that the log itself does not say, and it is gone after a restart.
"""

from __future__ import annotations

from collections import deque
from itertools import count
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from provd.application.spelling import line_of
from provd.values import Decision

KEPT = 1000
LEVELS = ("debug", "info", "warn", "error", "critical")
"""From the least grave on."""
INQUIRIES = "provd.inquiries"
"""Where the lines of inquiries are from."""


class Line(Struct, frozen=True, gc=False, kw_only=True):
    """One line."""

    at: float
    level: str
    origin: str
    text: str
    call: str = ""
    token: str = ""
    inquiry: str = ""
    device: str = ""


class Wanted(Struct, frozen=True, kw_only=True):
    """Which lines somebody wants; what is empty is not asked for."""

    call: str = ""
    token: str = ""
    inquiry: str = ""
    device: str = ""
    level: str = ""
    """At least as grave as that."""
    after: int = 0
    """Those that follow on the line with this number."""


class Journal:
    """A ring of lines, the newest last."""

    def __init__(self, size: int = KEPT) -> None:
        """Keep `size` lines."""
        self._numbers = count(1)
        self._ring: deque[tuple[int, Line | Decision]] = deque(maxlen=size)

    def add(self, line: Line | Decision) -> None:
        """Keep a line in the place of the oldest. May be called from any thread."""
        self._ring.append((next(self._numbers), line))

    def keep(self, size: int) -> None:
        """Keep `size` lines from now on, the newest of those there are among them."""
        if size != self._ring.maxlen:
            self._ring = deque(self._ring, maxlen=size)

    def last(self, limit: int, wanted: Wanted) -> list[dict[str, Any]]:
        """The last `limit` of the lines that are wanted, in the order in which they were written.

        After a line that is named (`after`), the first ones: who asks again and again misses none
        that is still kept.
        """
        found: list[dict[str, Any]] = []
        lines = tuple(self._ring)
        for number, line in lines if wanted.after else reversed(lines):
            if len(found) == limit:
                break
            if number > wanted.after and _is_wanted(line, wanted):
                found.append({"number": number, **asdict(_in_words(line))})
        return found if wanted.after else found[::-1]


def _is_wanted(line: Line | Decision, wanted: Wanted) -> bool:
    if isinstance(line, Line):
        call, token, inquiry, device = line.call, line.token, line.inquiry, line.device
        level = line.level
    else:
        call, token, inquiry, level = "", "", line.inquiry.id, "info"
        device = line.device.id if line.device is not None else ""
    return (
        wanted.call in {"", call}
        and wanted.token in {"", token}
        and wanted.inquiry in {"", inquiry}
        and wanted.device in {"", device}
        and (not wanted.level or LEVELS.index(level) >= LEVELS.index(wanted.level))
    )


def _in_words(line: Line | Decision) -> Line:
    if isinstance(line, Line):
        return line
    device = line.device.id if line.device is not None else ""
    inquiry, _space, text = line_of(line).partition(" ")
    return Line(
        at=line.answered, level="info", origin=INQUIRIES, text=text, inquiry=inquiry, device=device
    )
