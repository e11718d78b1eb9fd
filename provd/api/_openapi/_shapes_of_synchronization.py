"""The shapes of what is told of synchronizing devices; see `_shapes`."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from provd.documents import Stage

Driver = Literal["sip", "ami", "http", "plugin"]


class FileFetched(Struct, kw_only=True):
    """A file that a device asked for after it was told to."""

    time: float
    """When, in seconds since the epoch."""
    path: str
    """What it asked for."""
    kind: str
    """What it was given: `content`, `file`, …, or what kind of refusal."""
    version: str | UnsetType = UNSET
    """The entity tag of what it was given."""
    reason: str | UnsetType = UNSET
    """Why it was refused."""


class DeviceSynchronization(Struct, kw_only=True):
    """How far a device is in being made to fetch its files again; absent where it never was.

    Times are seconds since the epoch; what did not happen is absent.
    """

    operation: str
    """The id of the operation that it belongs to."""
    stage: Stage
    """How far it is."""
    asked: float
    """When somebody asked for it."""
    tries: int
    """How often the device was told."""
    not_before: float | UnsetType = UNSET
    """When it may be told, while it waits."""
    window: str | UnsetType = UNSET
    """Between which times it may be told."""
    driver: Driver | UnsetType = UNSET
    """How it was told last."""
    sent: float | UnsetType = UNSET
    """When it was told last."""
    answered: float | UnsetType = UNSET
    """When somebody answered."""
    answer: str | UnsetType = UNSET
    """What was answered."""
    back: float | UnsetType = UNSET
    """When it asked for its first file."""
    fetched: list[FileFetched] | UnsetType = UNSET
    """What it asked for, the first ones, oldest first."""
    version: str | UnsetType = UNSET
    """The firmware it said it runs when it came back."""
    ended: float | UnsetType = UNSET
    """When it was over."""
    reason: str | UnsetType = UNSET
    """Why it failed, was cancelled, or has to be tried again."""


class SynchronizationWish(Struct, kw_only=True, forbid_unknown_fields=True):
    """When and how devices are to fetch their files again."""

    at: float | str | UnsetType | None = UNSET
    """Not before: RFC 3339 with an offset, or seconds since the epoch."""
    window: str | UnsetType | None = UNSET
    """Between these times only: `22:00-04:00 Europe/Paris`, or `site` for that of the preferences."""
    reboot: bool | UnsetType | None = UNSET
    """Whether they are to reboot."""
    by: Driver | UnsetType | None = UNSET
    """How they are told; otherwise as the settings choose."""


class SynchronizationBegun(Struct, kw_only=True):
    """That devices are synchronized now."""

    command: Literal["synchronize"]
    """What is done."""
    provider: str
    """By whom: `provd`."""
    result: dict[str, Any]
    """`operation`, its id, and the number of `devices`."""


SHAPES_OF_SYNCHRONIZATION: tuple[type[Struct], ...] = (
    FileFetched,
    DeviceSynchronization,
    SynchronizationWish,
    SynchronizationBegun,
)
