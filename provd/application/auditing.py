"""What operators may see of the audit trail, and what reading in clear leaves in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from provd.access import AuditTrail
from provd.application.listing import Listing, list_documents
from provd.application.slices import Slices
from provd.application.writing import settled
from provd.contracts import IDocumentStore
from provd.documents import Document, Query, to_dict
from provd.values import NoSuchDocument

COLLECTION = "audit"


class Auditing:
    """Audit lines: to be read, never changed."""

    def __init__(self, store: IDocumentStore, trail: AuditTrail, slices: Slices) -> None:
        self._store = store
        self._trail = trail
        self._slices = slices

    def over(self, store: IDocumentStore) -> Auditing:
        """The same trail, for readers to whom only what is in `store` is there."""
        return Auditing(store, self._trail, self._slices)

    async def list(self, query: Query, fields: Sequence[str] = ()) -> Listing:
        """The lines a query is about. @raise MalformedSelector: its selector is none."""
        return await list_documents(self._store, COLLECTION, query, to_dict, self._slices, fields)

    async def get(self, line_id: str) -> dict[str, Any]:
        """One line. @raise NoSuchDocument: there is none (any more)."""
        line = await settled(self._store, COLLECTION, line_id)
        if line is None:
            raise NoSuchDocument(COLLECTION, line_id)
        return to_dict(line)

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
