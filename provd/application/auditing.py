"""What operators may see of the audit trail, and what reading in clear leaves in it."""

from __future__ import annotations

from typing import ClassVar

from provd.access import AuditTrail
from provd.application.collection import Documents
from provd.application.slices import Slices
from provd.contracts import IDocumentStore
from provd.documents import AUDIT, AuditLine, Document, Kind
from provd.values import NoSuchDocument


class Auditing(Documents[AuditLine]):
    """Audit lines: to be read, never changed."""

    kind: ClassVar[Kind] = AUDIT

    def __init__(self, store: IDocumentStore, slices: Slices, trail: AuditTrail) -> None:
        super().__init__(store, slices)
        self._trail = trail

    def over(self, store: IDocumentStore) -> Auditing:
        """The same trail, for readers to whom only what is in `store` is there."""
        return Auditing(store, self._slices, self._trail)

    async def reveal(self, collection: str, document_id: str, cause: str) -> None:
        """Write down that a document is read in clear, before it is.

        @raise NoSuchDocument: there is none.
        @raise StoreUnavailable: it cannot be written down, so it must not be read.
        """
        document: Document | None = self._store.get(collection, document_id)
        if document is None:
            raise NoSuchDocument(collection, document_id)
        draft = self._store.draft(cause)
        self._trail.record_reading(draft, document, collection)
        await self._store.durable(await self._store.commit(draft))
