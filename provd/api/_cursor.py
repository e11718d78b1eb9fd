"""Cursors: where the next page of a list begins, as a text that clients hand back as it is.

A cursor holds the place itself (the id, and what was sorted by), not a number of rows: documents
that come or go before it are neither shown twice nor skipped over.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import msgspec

from provd.api._body import read_json
from provd.api._errors import MalformedRequest
from provd.documents import Place

LONGEST = 4096
"""Characters of a cursor; who sorts by longer texts pages with `skip`."""


def make_cursor(place: Place, of: bytes) -> str:
    """A cursor to what comes after a place in the list that `of` describes.

    @raise MalformedRequest: what is sorted by is too long to be put into one.
    """
    parts = [_digest(of), place.id, place.value]
    text = urlsafe_b64encode(msgspec.json.encode(parts)).decode("ascii").rstrip("=")
    if len(text) > LONGEST:
        raise MalformedRequest("sort", "is by texts too long for a cursor", "limit=0, or no limit")
    return text


def read_cursor(text: str, of: bytes) -> Place:
    """The place that a cursor holds. @raise MalformedRequest: it is none, or of another list."""
    parts: Any = None
    if len(text) <= LONGEST and text.isascii():
        try:
            parts = read_json(urlsafe_b64decode(text + "=" * (-len(text) % 4)), "cursor")
        except ValueError:
            parts = None
    match parts:
        case [str(digest), str(document_id), value] if digest == _digest(of):
            return Place(document_id, value)
    raise MalformedRequest("cursor", "is none of this list", "`next` of a page of the same list")


def _digest(of: bytes) -> str:
    return hashlib.sha256(of).hexdigest()[:16]
