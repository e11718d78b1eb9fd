"""The shapes of what concerns the server as a whole; see `_shapes`."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType


class Backup(Struct, kw_only=True):
    """A copy of the store that this server made."""

    name: str
    """What it is called, and named by in a restore."""
    made: float
    """When, in seconds since the epoch."""
    bytes: int
    """How large it is."""
    sha256: str
    """Of the file."""


class Received(Struct, kw_only=True):
    """How much of a copy from elsewhere is there; all of it, once it is one of the copies."""

    name: str
    """What it is called."""
    received: int | UnsetType = UNSET
    """How many bytes there are."""
    made: float | UnsetType = UNSET
    """When it was made, in seconds since the epoch."""
    bytes: int | UnsetType = UNSET
    """How large it is."""
    sha256: str | UnsetType = UNSET
    """Of the file."""


class RestoreGiven(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which copy is to take the place of what there is."""

    name: Annotated[str, Meta(min_length=1)]
    """Of a backup."""
