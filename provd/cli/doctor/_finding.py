"""What a check finds."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    """It works, and somebody should look."""
    FAIL = "fail"
    """It does not work."""


class Finding(NamedTuple):
    """One fact, and what to do about it."""

    check: str
    level: Level
    text: str
    next_step: str = ""


def ok(check: str, text: str) -> Finding:
    """All is well."""
    return Finding(check, Level.OK, text)


def warn(check: str, text: str, next_step: str) -> Finding:
    """Somebody should look."""
    return Finding(check, Level.WARN, text, next_step)


def fail(check: str, text: str, next_step: str) -> Finding:
    """It does not work."""
    return Finding(check, Level.FAIL, text, next_step)
