"""What is asked of a collection, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from provd.documents.base import Document

Derived = Callable[[Document], Any]
"""Computes a value that a document does not hold itself; None where there is none."""


class Place(Struct, frozen=True):
    """A document's place in the order of a query; it stays where it is when others come and go."""

    id: str
    value: Any = None
    """What the query sorts by, as the document had it; None when it had nothing there."""


class Query(Struct, frozen=True, kw_only=True):
    """A selector with its order and its window.

    `selector` is the language of the store (see `provd.documents.selector`); `sort` is a dotted
    key, missing values first, and what sorts alike is in order of id; `limit` 0 means no limit.
    """

    selector: Mapping[str, Any] = {}
    sort: str = ""
    """Empty: by id."""
    natural: bool = False
    """Texts that are sorted by are versions: 1.10 comes after 1.9."""
    descending: bool = False
    skip: int = 0
    limit: int = 0
    after: Place | None = None
    """Only what comes after this place; the total then counts that alone."""
    derived: Mapping[str, Derived] = {}
    """Top-level keys that are computed when the selector or the order names them, and only then."""
    at_most: int = 0
    """The search fails with `TooBroad` where more documents than this would be looked at; 0: never."""


class Page(Struct, frozen=True):
    """The window that was asked for, and how many documents matched in all."""

    documents: tuple[Document, ...]
    total: int
    more: Place | None = None
    """Where the next page begins, if there is one."""
    looked: int = 0
    """How many documents were looked at to find it."""
