"""One revision of one document, and where it stands in the feed."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Position(Struct, frozen=True, order=True, gc=False):
    """A place in an owner's feed. Comparable within one (owner, epoch) only."""

    owner: str
    epoch: int
    n: int


class Change(Struct, frozen=True, gc=False):
    """A document went from `before` to `after`; None means it did not, or does not, exist.

    `n` is its place in the feed and the revision of `after`.
    """

    n: int
    collection: str
    document_id: str
    before: Any
    after: Any
    cause: str
    """The id of the inquiry or request that made it."""


class Committed(Struct, frozen=True, gc=False):
    """A draft was applied: everybody who reads from now on sees it."""

    position: Position
    changes: tuple[Change, ...]
