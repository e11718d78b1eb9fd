"""What the routes of a collection of documents have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from provd.api._reply import Reply


def one(document: Mapping[str, Any]) -> Reply:
    """A document, with its revision as validator."""
    return Reply(body=document, etag=str(document.get("revision", "")))


def created(prefix: str, document: Mapping[str, Any]) -> Reply:
    """A document that was not there before, and where it is."""
    where = f"{prefix}/{quote(document['id'], safe='')}"
    return Reply(
        body=document,
        status=201,
        etag=str(document.get("revision", "")),
        headers={"location": where},
    )


def gone() -> Reply:
    """Nothing is left to show."""
    return Reply(status=204)
