"""Receipt: that a call was made once, under a key that its client chose, and what came of it.

Written in the very commit that made the change: a client that did not hear the answer asks again
with the same key, also after a restart, and the change is not made twice.
"""

from __future__ import annotations

from msgspec import Raw

from provd.documents.base import EMPTY_OBJECT, Document, Kind


class Receipt(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One call that was made. Its id is a digest of who called and of the key."""

    digest: str
    """Of the call's method, path and body: the same key with another call is refused."""
    at: float
    """When, in seconds since the epoch."""
    outcome: Raw = EMPTY_OBJECT
    """What was done to which document, as JSON."""


RECEIPTS = Kind(name="receipts", type=Receipt, secret=True)
