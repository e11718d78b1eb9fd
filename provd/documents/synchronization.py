"""Synchronization: how far a device is in being made to fetch its files again.

One for each device that ever was, under the device's id: what is planned survives a restart, and what came
of it last is shown with the device.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from provd.documents.base import Document, Kind

KEPT_FILES = 20
"""Files remembered of what a device fetched."""
LONGEST_TEXT = 255
"""Characters kept of anything that comes from the network."""


class Stage(StrEnum):
    """How far it is."""

    WAITING = "waiting"
    """For its time, or for another try."""
    SENT = "sent"
    """The device was told."""
    ANSWERED = "answered"
    """Somebody said that it heard."""
    BACK = "came back"
    """The device asked for a file."""
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = frozenset({Stage.DONE, Stage.FAILED, Stage.CANCELLED})
EXPECTED = frozenset({Stage.SENT, Stage.ANSWERED, Stage.BACK})
"""The device was told, and what it asks for now is because of that."""


class FetchedFile(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One file that a device asked for after it was told to."""

    time: float
    """Seconds since the epoch."""
    path: str
    kind: str
    """What it was given: `content`, `file`, …, or what kind of refusal."""
    version: str = ""
    """The entity tag of what it was given: another where the file was another."""
    reason: str = ""
    """Why it was refused."""


class Synchronization(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Of the device of the same id. Times are seconds since the epoch, 0 for what did not happen."""

    operation: str
    """The operation that it belongs to."""
    stage: Stage = Stage.WAITING
    cause: str = ""
    """The id of the request that asked for it."""
    wanted: str = ""
    """The driver that was asked for; empty where the site's settings choose."""
    reboot: bool = False
    not_before: float = 0.0
    window: str = ""
    """When the device may be told: `22:00-04:00 Europe/Paris`; empty for at any time."""
    tries: int = 0
    """How often it was told."""
    driver: str = ""
    """How it was told last."""
    asked: float = 0.0
    sent: float = 0.0
    answered: float = 0.0
    answer: str = ""
    """`200 OK`, say."""
    back: float = 0.0
    fetched: tuple[FetchedFile, ...] = ()
    """Oldest first."""
    version: str = ""
    """The firmware it said it runs when it came back."""
    ended: float = 0.0
    reason: str = ""
    """Why it failed, was cancelled, or has to be tried again."""

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.stage in ENDED


SYNCHRONIZATIONS = Kind(name="synchronizations", type=Synchronization, indexes=("operation",))


def sent(given: Synchronization, at: float, driver: str) -> Synchronization:
    """The device is being told."""
    return replace(
        given, stage=Stage.SENT, sent=at, driver=driver, tries=given.tries + 1, reason=""
    )


def heard(given: Synchronization, at: float, answer: str) -> Synchronization:
    """Somebody answered; the device may have come back before that."""
    stage = Stage.ANSWERED if given.stage is Stage.SENT else given.stage
    return replace(given, stage=stage, answered=at, answer=answer[:LONGEST_TEXT])


def fetched(given: Synchronization, file: FetchedFile, version: str = "") -> Synchronization:
    """The device asked for a file: it came back with the first, and the first ones are remembered."""
    kept = given.fetched
    if len(kept) < KEPT_FILES:
        short = replace(file, path=file.path[:LONGEST_TEXT], reason=file.reason[:LONGEST_TEXT])
        kept = (*kept, short)
    return replace(
        given,
        stage=Stage.BACK,
        back=given.back or file.time,
        fetched=kept,
        version=version[:LONGEST_TEXT] or given.version,
    )


def again(given: Synchronization, at: float, reason: str) -> Synchronization:
    """It is to be told once more."""
    return replace(given, stage=Stage.WAITING, not_before=at, reason=reason[:LONGEST_TEXT])


def resumed(given: Synchronization, at: float) -> Synchronization:
    """After a restart: nobody knows whether a device heard that was just being told, so it is told again."""
    if given.stage is not Stage.SENT:
        return given
    return again(given, at, "provd was restarted while the device was told")


def ended(given: Synchronization, stage: Stage, at: float, reason: str = "") -> Synchronization:
    """It is over."""
    return replace(given, stage=stage, ended=at, reason=reason[:LONGEST_TEXT])


def refusal(given: Synchronization) -> str:
    """Why a device that came back got nothing; empty where it got something."""
    if any(not file.reason for file in given.fetched):
        return ""
    first = given.fetched[0]
    return f"it came back, and was refused {first.path}: {first.reason}"


_SHOWN = ("sent", "answered", "answer", "back", "version", "ended", "reason", "driver", "window")


def shown(given: Synchronization) -> Mapping[str, Any]:
    """What is shown of it: what happened, when, and nothing that did not."""
    found: dict[str, Any] = {
        "operation": given.operation,
        "stage": str(given.stage),
        "asked": given.asked,
        "tries": given.tries,
    }
    if given.stage is Stage.WAITING:
        found["not_before"] = given.not_before
    found |= {name: value for name in _SHOWN if (value := getattr(given, name))}
    if given.fetched:
        found["fetched"] = [
            {key: value for key in file.__struct_fields__ if (value := getattr(file, key))}
            for file in given.fetched
        ]
    return found
