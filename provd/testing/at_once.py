"""Changes made at once, for tests: each proposal of a use case in a commit of its own.

The API makes the same proposals through `provd.application.changing.Changes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provd.access import Principal
from provd.application.changing import Patch, Proposal
from provd.application.collection import Editable
from provd.application.precondition import UNCONDITIONAL, Precondition
from provd.application.writing import write
from provd.contracts import IDocumentStore

ANYBODY = Principal(user="anybody", provider="", layers=(), rights=frozenset(), anonymous=True)
"""Whoever asks while nobody has to prove anything."""


class AtOnce:
    """An `Editable` and its four changes, made by `by`; everything else is asked of it as it is."""

    def __init__(
        self, documents: Editable[Any], store: IDocumentStore, by: Principal = ANYBODY
    ) -> None:
        """Make the changes of `documents` in `store`."""
        self._documents = documents
        self._store = store
        self._by = by

    def __getattr__(self, name: str) -> Any:
        return getattr(self._documents, name)

    def by(self, principal: Principal) -> AtOnce:
        """The same, of somebody else."""
        return AtOnce(self._documents, self._store, principal)

    async def create(self, given: Mapping[str, Any], cause: str) -> dict[str, Any]:
        """A new document, as it is shown then."""
        return await self._made(self._documents.creating(given, self._by), cause)

    async def replace(
        self,
        document_id: str,
        given: Mapping[str, Any],
        cause: str,
        precondition: Precondition = UNCONDITIONAL,
    ) -> dict[str, Any]:
        """Another in its place, as it is shown then."""
        proposal = self._documents.replacing(document_id, given, self._by, precondition)
        return await self._made(proposal, cause)

    async def patch(
        self,
        document_id: str,
        patch: Patch,
        cause: str,
        precondition: Precondition = UNCONDITIONAL,
    ) -> dict[str, Any]:
        """What a patch makes of it, as it is shown then."""
        proposal = self._documents.patching(document_id, patch, self._by, precondition)
        return await self._made(proposal, cause)

    async def delete(
        self, document_id: str, cause: str, precondition: Precondition = UNCONDITIONAL
    ) -> None:
        """It is gone."""
        await self._write(self._documents.deleting(document_id, self._by, precondition), cause)

    async def _made(self, proposal: Proposal, cause: str) -> dict[str, Any]:
        await self._write(proposal, cause)
        return await self._documents.get(proposal.document_id)

    async def _write(self, proposal: Proposal, cause: str) -> None:
        await write(self._store, cause, proposal.propose, retry=not proposal.insists)
