"""AuditLine: who did what to which document, and what it was before and after."""

from __future__ import annotations

from msgspec import Raw

from provd.documents.base import EMPTY_OBJECT, Document, Kind


class AuditLine(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One thing that somebody did; written with it, never changed. Ids sort in order of time."""

    at: float
    """Seconds since the epoch."""
    action: str
    """`create`, `update` or `delete`; `reveal` where secrets were shown in clear; of the server as a
    whole what it was told to do (`reload`, …); `log-in-failed`."""
    collection: str
    """Whose document it was done to."""
    document_id: str
    """Which document."""
    who: str
    """The user; empty where nobody had to prove who they are."""
    where: str = ""
    """The address that asked."""
    cause: str = ""
    """The id of the call."""
    before: Raw = EMPTY_OBJECT
    """The document as it was, secrets hidden; empty for one that was not there."""
    after: Raw = EMPTY_OBJECT
    """The document as it is since; empty for one that is gone."""


AUDIT = Kind(name="audit", type=AuditLine, indexes=("who", "document_id", "tenant"), secret=True)
