"""Provisioning keys, as operators make and replace them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from msgspec.structs import replace

from provd.access import Principal
from provd.application.changing import Proposal
from provd.application.collection import Editable
from provd.application.device_secrets.texts import new_key
from provd.application.grades import Grades
from provd.application.precondition import UNCONDITIONAL, Precondition
from provd.application.slices import Slices
from provd.application.writing import write
from provd.contracts import IDocumentStore, IDraft
from provd.documents import KEYS, Kind, ProvisioningKey, digest_of_secret
from provd.values import Invalid, NoSuchDocument, Problem

OVERLAP = 30 * 86400
"""Seconds for which a key that was replaced is good as well, unless somebody says otherwise."""


class Keys(Editable[ProvisioningKey]):
    """Keys of tenants; one that is made without a text is given one that nobody can guess."""

    kind: ClassVar[Kind] = KEYS

    def __init__(
        self,
        store: IDocumentStore,
        slices: Slices,
        new_id: Callable[[], str],
        now: Callable[[], float],
        *,
        grades: Grades | None = None,
    ) -> None:
        """`now` tells the time since the epoch."""
        super().__init__(store, slices, new_id, grades=grades)
        self._next_id = new_id
        self._now = now

    def replacing(
        self,
        document_id: str,
        given: Mapping[str, Any],
        by: Principal,
        precondition: Precondition = UNCONDITIONAL,
    ) -> Proposal:
        """One in the place of another; a new one needs no text of its own."""
        if precondition.absent and (given.get("secret") is None or given["secret"] == ""):
            given = {**given, "secret": new_key()}
        return super().replacing(document_id, given, by, precondition)

    async def rotate(self, key_id: str, overlap: float, cause: str) -> dict[str, Any]:
        """Make another key of the same tenant; the present one is good for `overlap` seconds more.

        @raise NoSuchDocument, Invalid: there is none, or it is over already.
        """
        text, made_id = new_key(), self._next_id()

        def propose(draft: IDraft) -> float:
            present: ProvisioningKey | None = draft.read(self.kind.name, key_id)
            if present is None:
                raise NoSuchDocument(self.kind.name, key_id)
            now = self._now()
            if not present.good(now):
                raise Invalid("key", (Problem("", "is not good at present", "one that is"),))
            ends = min(present.ends or now + overlap, now + overlap)
            draft.put(self.kind.name, replace(present, ends=ends))
            made = ProvisioningKey(
                id=made_id,
                tenant=present.tenant,
                secret=text,
                begins=now,
                description=present.description,
                digest=digest_of_secret(text),
            )
            draft.put(self.kind.name, made)
            return ends

        return {"id": made_id, "ends": await write(self._store, cause, propose)}
