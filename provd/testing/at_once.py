"""Changes made at once, for tests: each proposal of a use case in a commit of its own.

The API makes the same proposals through `provd.application.changing.Changes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provd.application.changing import By, ChangedBy, Editable, Patch, Proposal
from provd.application.precondition import UNCONDITIONAL, Precondition
from provd.application.writing import write
from provd.contracts import IDocumentStore


class AtOnce:
    """An `Editable` and its four changes; everything else is asked of it as it is."""

    def __init__(self, documents: Editable, store: IDocumentStore) -> None:
        """Make the changes of `documents` in `store`."""
        self._documents = documents
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._documents, name)

    async def create(self, given: Mapping[str, Any], cause: str) -> dict[str, Any]:
        """A new document, as it is shown then."""
        return await self._made(self._documents.creating(given), cause)

    async def replace(
        self,
        document_id: str,
        given: Mapping[str, Any],
        cause: str,
        precondition: Precondition = UNCONDITIONAL,
    ) -> dict[str, Any]:
        """Another in its place, as it is shown then."""
        return await self._made(self._documents.replacing(document_id, given, precondition), cause)

    async def patch(
        self,
        document_id: str,
        patch: Patch,
        cause: str,
        precondition: Precondition = UNCONDITIONAL,
    ) -> dict[str, Any]:
        """What a patch makes of it, as it is shown then."""
        return await self._made(self._documents.patching(document_id, patch, precondition), cause)

    async def delete(
        self, document_id: str, cause: str, precondition: Precondition = UNCONDITIONAL
    ) -> None:
        """It is gone."""
        await self._write(self._documents.deleting(document_id, precondition), cause)

    async def _made(self, proposal: Proposal, cause: str) -> dict[str, Any]:
        await self._write(proposal, cause)
        return await self._documents.get(proposal.document_id)

    async def _write(self, proposal: Proposal, cause: str) -> None:
        await write(self._store, cause, proposal.propose, retry=not proposal.insists)


class AtOnceBy:
    """The same for a collection in which it matters who changes something."""

    def __init__(self, documents: ChangedBy, store: IDocumentStore) -> None:
        """Make the changes of `documents` in `store`."""
        self._documents = documents
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._documents, name)

    async def replace(
        self, document_id: str, given: Mapping[str, Any], by: Any, *how: Any
    ) -> dict[str, Any]:
        """Another in its place; `how` is the cause, and the precondition if there is one."""
        return await self._by(by).replace(document_id, given, *how)

    async def patch(self, document_id: str, patch: Patch, by: Any, *how: Any) -> dict[str, Any]:
        """What a patch makes of it."""
        return await self._by(by).patch(document_id, patch, *how)

    async def delete(self, document_id: str, by: Any, *how: Any) -> None:
        """It is gone."""
        await self._by(by).delete(document_id, *how)

    def _by(self, by: Any) -> AtOnce:
        return AtOnce(By(self._documents, by), self._store)
