"""What every shown document says of itself: whether it can be used, why not, and who may change it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import define

from provd.documents import Document
from provd.values import ProvdError

GRADES = frozenset({"validated", "available", "errors", "read_only", "owner"})
"""Shown with documents and ignored when a client sends them back."""


@define
class ReadOnly(ProvdError):
    """The document belongs to another site, and is changed there."""

    collection: str
    document_id: str
    owner: str

    def __str__(self) -> str:
        return (
            f"{self.collection}/{self.document_id} belongs to the site {self.owner!r};"
            " change it there"
        )


def grades(document: Document, errors: Sequence[str]) -> dict[str, Any]:
    """The grades of a document that was valid when it was kept, as everything here was.

    `errors` are sentences about what keeps it from being used: it waits for something else.
    """
    return {
        "validated": True,
        "available": not errors,
        "errors": list(errors),
        "read_only": bool(document.endpoint),
        "owner": document.endpoint,
    }


def require_own(collection: str, document: Document) -> None:
    """@raise ReadOnly: the document belongs to another site."""
    if document.endpoint:
        raise ReadOnly(collection, document.id, document.endpoint)
