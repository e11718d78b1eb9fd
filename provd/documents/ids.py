"""What may be the id of a document: one rule, in one place, for every collection and backend."""

from __future__ import annotations

import re

from provd.values import Invalid, Problem

MAX_ID = 128
"""The longest id, in characters."""

_SAFE = re.compile(rf"[A-Za-z0-9._:@+~=-]{{1,{MAX_ID}}}")
_PATHS = frozenset((".", ".."))
_EXPECTED = f"1 to {MAX_ID} of A-Z a-z 0-9 . _ : @ + ~ = -, and neither . nor .."


def check_id(document_id: object, subject: str = "id") -> str:
    """The id, when it is one.

    Ids of other installations (uuid hex, numbers, MAC addresses, names with dots) pass; nothing
    that a path, a URL, a log line or a shell could take for something else does.

    @raise Invalid: it is not; `subject` names what was to have that id.
    """
    if isinstance(document_id, str) and _SAFE.fullmatch(document_id) and document_id not in _PATHS:
        return document_id
    shown = repr(document_id)[: MAX_ID + 2]
    raise Invalid(subject, (Problem("id", f"{shown} cannot be an id", _EXPECTED),))
