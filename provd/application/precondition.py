"""On which revision a caller insists before it changes a document."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from provd.application.errors import AlreadyThere, PreconditionFailed
from provd.contracts import IDraft
from provd.documents import Document
from provd.values import NoSuchDocument


class Precondition(Struct, frozen=True):
    """What must hold of the present document (RFC 9110, If-Match and If-None-Match)."""

    revisions: frozenset[int] | None = None
    """The document must be at one of these; None: at any. Empty: no revision will do."""
    absent: bool = False
    """There must be no document."""

    @property
    def conditional(self) -> bool:
        """Whether the caller insists on anything: if not, a conflict is retried for them."""
        return self.absent or self.revisions is not None

    def check(self, collection: str, document_id: str, document: Document | None) -> None:
        """Let a change go on.

        @raise AlreadyThere: there is a document and there was to be none.
        @raise PreconditionFailed: the document is at another revision, or gone.
        """
        if self.absent and document is not None:
            raise AlreadyThere(collection, document_id)
        if self.revisions is None:
            return
        current = document.revision if document is not None else 0
        if current not in self.revisions:
            raise PreconditionFailed(collection, document_id, current)

    def present_in(self, draft: IDraft, collection: str, document_id: str) -> Any:
        """The document that is to be changed, read on a draft. Raises as `check` does.

        @raise NoSuchDocument: there is none.
        """
        document = draft.read(collection, document_id)
        self.check(collection, document_id, document)
        if document is None:
            raise NoSuchDocument(collection, document_id)
        return document

    def before_in(self, draft: IDraft, collection: str, document_id: str) -> Any | None:
        """As `present_in`; None, and only then, where there was to be none."""
        if not self.absent:
            return self.present_in(draft, collection, document_id)
        self.check(collection, document_id, draft.read(collection, document_id))
        return None


UNCONDITIONAL = Precondition()
ABSENT = Precondition(absent=True)
