"""Operation: long work that somebody asked for, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec
from attrs import define
from msgspec import Raw
from msgspec.structs import replace

from provd.documents.base import EMPTY_OBJECT, Document, Kind
from provd.values import ProvdError


class State(StrEnum):
    """How an operation stands."""

    WAITING = "waiting"
    PROGRESS = "progress"
    SUCCESS = "success"
    FAIL = "fail"
    CANCELLED = "cancelled"


STEPS: Mapping[State, frozenset[State]] = {
    State.WAITING: frozenset({State.PROGRESS, State.SUCCESS, State.FAIL, State.CANCELLED}),
    State.PROGRESS: frozenset({State.PROGRESS, State.SUCCESS, State.FAIL, State.CANCELLED}),
    State.SUCCESS: frozenset(),
    State.FAIL: frozenset(),
    State.CANCELLED: frozenset(),
}
"""What may follow what: work that ended stays as it ended."""


class Operation(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One piece of long work. Times are seconds since the epoch."""

    kind: str
    """What is done: `install plugin`, `reconfigure`, …"""
    label: str = ""
    """To what or whom, for people."""
    state: State = State.WAITING
    """How it stands."""
    current: int = 0
    """How far it has come."""
    end: int | None = None
    """What `current` will be at the end; None while nobody knows."""
    result: Raw = EMPTY_OBJECT
    """What came of it, a JSON object."""
    reason: str = ""
    """Why it failed or was cancelled: a sentence for the operator."""
    created: float = 0.0
    """When it was asked for."""
    updated: float = 0.0
    """When it last went on."""
    cause: str = ""
    """The id of the request that asked for it."""
    who: str = ""
    """Who asked for it, or made the change that it follows; empty where nobody had to prove who they are."""
    devices: tuple[str, ...] = ()
    """The devices it is done to; empty where it is about none in particular."""
    action: str = ""
    """What `who` must have a right to do with each of `devices`: without, it is cancelled."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return not STEPS[self.state]


OPERATIONS = Kind(
    name="operations", type=Operation, indexes=("kind", "state", "tenant", "who"), secret=True
)


@define
class IllegalStep(ProvdError):
    """An operation cannot go from the state it is in to the one asked for."""

    operation_id: str
    state: str
    asked: str

    def __str__(self) -> str:
        return (
            f"operation {self.operation_id!r} is at {self.state!r} and cannot become"
            f" {self.asked!r}; start a new one"
        )


def waiting(  # noqa: PLR0913 - what there is to say of it, each part named
    operation_id: str,
    kind: str,
    *,
    at: float,
    label: str = "",
    cause: str = "",
    tenant: str = "",
    who: str = "",
    devices: tuple[str, ...] = (),
    action: str = "",
) -> Operation:
    """A new operation that has not begun."""
    return Operation(
        id=operation_id,
        kind=kind,
        label=label,
        created=at,
        updated=at,
        cause=cause,
        tenant=tenant,
        who=who,
        devices=devices,
        action=action,
    )


def progressed(
    operation: Operation, *, at: float, current: int = 0, end: int | None = None
) -> Operation:
    """It has begun, or gone on to `current`, which never goes back; `end` None keeps what was known.

    @raise IllegalStep: it has ended.
    """
    return _step(
        operation,
        State.PROGRESS,
        at,
        current=max(current, operation.current),
        end=operation.end if end is None else end,
    )


def succeeded(
    operation: Operation, *, at: float, result: Mapping[str, Any] | None = None
) -> Operation:
    """It is done. @raise IllegalStep: it has ended before."""
    current = operation.current if operation.end is None else operation.end
    return _step(operation, State.SUCCESS, at, result=_kept(result), current=current)


def failed(
    operation: Operation, *, at: float, reason: str, result: Mapping[str, Any] | None = None
) -> Operation:
    """It cannot be done, and why; `result` is what came of it nevertheless.

    @raise IllegalStep: it has ended before.
    """
    return _step(operation, State.FAIL, at, reason=reason, result=_kept(result))


def cancelled(operation: Operation, *, at: float, reason: str = "") -> Operation:
    """Somebody does not want it any more. @raise IllegalStep: it has ended before."""
    return _step(operation, State.CANCELLED, at, reason=reason)


def _kept(result: Mapping[str, Any] | None) -> Raw:
    return Raw(msgspec.json.encode(result)) if result else EMPTY_OBJECT


def _step(operation: Operation, state: State, at: float, **fields: Any) -> Operation:
    if state not in STEPS[operation.state]:
        raise IllegalStep(operation.id, operation.state, state)
    return replace(operation, state=state, updated=max(at, operation.updated), **fields)
