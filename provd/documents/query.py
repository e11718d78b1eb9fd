"""What is asked of a collection, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from provd.documents.base import Document


class Query(Struct, frozen=True, kw_only=True):
    """A selector with its order and its window.

    `selector` is the language of the store (see `provd.documents.selector`); `sort` is a dotted
    key, missing values first; `limit` 0 means no limit.
    """

    selector: Mapping[str, Any] = {}
    sort: str = ""
    descending: bool = False
    skip: int = 0
    limit: int = 0


class Page(Struct, frozen=True):
    """The window that was asked for, and how many documents matched in all."""

    documents: tuple[Document, ...]
    total: int
