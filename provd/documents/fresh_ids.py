"""Ids for new documents, from randomness that the caller rolls."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from uuid import UUID


def uuid_id(random: bytes) -> str:
    """A version 4 UUID as 32 hex digits, from 16 random bytes."""
    return UUID(bytes=random, version=4).hex


def uuid_text(random: bytes) -> str:
    """A version 4 UUID as it is usually spelled, with hyphens, from 16 random bytes."""
    return str(UUID(bytes=random, version=4))


def numeric_id(is_taken: Callable[[str], bool], start: int = 0) -> str:
    """The first number from `start` that no document has for its id.

    A caller that makes many passes the successor of the last one as `start`.
    """
    return next(text for number in count(start) if not is_taken(text := str(number)))
