"""What operators may see of leases and their history, and how they end one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from provd.application.collection import Documents, Editable
from provd.application.grades import Grades
from provd.application.precondition import UNCONDITIONAL
from provd.application.slices import Slices
from provd.application.writing import write
from provd.contracts import IDocumentStore, IDraft
from provd.documents import Kind, to_show
from provd.documents.dhcp import LEASES, TENURES, Lease, Tenure, ended, released


class Leases(Editable[Lease]):
    """Leases: made by the server alone, ended by operators too. Whoever allocates follows the feed."""

    kind: ClassVar[Kind] = LEASES

    def __init__(
        self,
        store: IDocumentStore,
        slices: Slices,
        now: Callable[[], float],
        grades: Grades | None = None,
    ) -> None:
        """`now` tells seconds since the epoch."""
        super().__init__(store, slices, grades=grades)
        self._now = now
        self.derived = {
            "strategy": lambda lease: _lease(lease).strategy,
            "token": lambda lease: _lease(lease).token,
            "live": lambda lease: _lease(lease).is_live(now()),
        }

    def shown(self, document: Any) -> dict[str, Any]:
        """A lease with what is computed of it."""
        return to_show(document) | {key: each(document) for key, each in self.derived.items()}

    def drop(self, draft: IDraft, document: Lease) -> None:
        """With a lease its client's time with the address is over."""
        self._end_tenure(draft, document)
        super().drop(draft, document)

    async def release(self, address: str, cause: str) -> dict[str, Any]:
        """Free an address at once, that of a client or one that rests; the client is not told.

        @raise NoSuchDocument: there is no such lease.
        """

        def propose(draft: IDraft) -> Lease:
            lease = self.present(draft, address, UNCONDITIONAL)
            assert lease is not None  # noqa: S101 - `present` raises where there was to be one
            self._end_tenure(draft, lease)
            draft.put(self.kind.name, released(lease, int(self._now())))
            return lease

        await write(self._store, cause, propose)
        return await self.get(address)

    def _end_tenure(self, draft: IDraft, lease: Lease) -> None:
        tenure: Tenure | None = draft.get(TENURES.name, lease.tenure) if lease.tenure else None
        if tenure is not None:
            over = int(min(self._now(), lease.until))
            draft.put(TENURES.name, ended(tenure, over))


class Tenures(Documents[Tenure]):
    """Who had which address, and when: to be read."""

    kind: ClassVar[Kind] = TENURES

    def __init__(self, store: IDocumentStore, slices: Slices) -> None:
        super().__init__(store, slices)
        self.derived = {
            "strategy": lambda tenure: _tenure(tenure).strategy,
            "token": lambda tenure: _tenure(tenure).token,
        }

    def shown(self, document: Any) -> dict[str, Any]:
        """A tenure with what is computed of it."""
        return to_show(document) | {key: each(document) for key, each in self.derived.items()}


def _lease(document: Any) -> Lease:
    lease: Lease = document
    return lease


def _tenure(document: Any) -> Tenure:
    tenure: Tenure = document
    return tenure
