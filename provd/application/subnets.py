"""What operators may do with subnets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, ClassVar

import msgspec

from provd.access import Principal
from provd.application.collection import Editable
from provd.application.errors import InUse
from provd.application.grades import Grades
from provd.application.networks import network_of, overlapping
from provd.application.option_templates import template_problems
from provd.application.slices import Slices
from provd.contracts import IDocumentStore, IDraft
from provd.documents import Document, Kind
from provd.documents.dhcp import LEASES, RESERVATIONS, SUBNETS, Subnet, reserved_ends
from provd.values import Invalid, Problem

IMMUTABLE = ("network", "strategies")
"""What addresses and tokens of clients were given by: another subnet is made instead."""

NAMED = 8
"""Documents that are named when a subnet cannot go for their sake."""


def nobody_counts(_subnet: str) -> Sequence[Any]:
    """How full the pools are where no policy counts."""
    return ()


class Subnets(Editable[Subnet]):
    """Subnets: no two of them overlap, and none goes while somebody has an address of it."""

    kind: ClassVar[Kind] = SUBNETS
    told: ClassVar[frozenset[str]] = frozenset({"usage"})

    def __init__(
        self,
        store: IDocumentStore,
        slices: Slices,
        now: Callable[[], float],
        grades: Grades | None = None,
        usage: Callable[[str], Sequence[Any]] = nobody_counts,
    ) -> None:
        """`now` tells seconds since the epoch; `usage` is `ILeases.utilisation`."""
        super().__init__(store, slices, grades=grades)
        self._now = now
        self._usage = usage

    def beside(self, document: Subnet) -> dict[str, Any]:
        """How full each of its pools is: counts that are kept, whatever the size of a pool."""
        pools = [msgspec.to_builtins(each) for each in self._usage(document.id)]
        for pool in pools:
            del pool["subnet"]
        return {"usage": pools}

    def check(
        self, draft: IDraft, by: Principal, before: Subnet | None, after: Subnet | None
    ) -> None:
        """@raise Invalid, InUse: what stands beside it does not allow that."""
        draft.rely_on(SUBNETS.name)
        draft.rely_on(RESERVATIONS.name)
        if after is not None:
            problems = [*unchanged(before, after, IMMUTABLE), *template_problems(after.options)]
            if before is None:
                problems += [*self._overlaps(draft, after), *_reserved(draft, after)]
            if problems:
                raise Invalid("subnet", tuple(problems))
        elif before is not None:
            self._require_unused(draft, before)

    def _overlaps(self, draft: IDraft, subnet: Subnet) -> Iterator[Problem]:
        for other in overlapping(self._store, draft, subnet):
            message = f"overlaps the subnet {other.id!r}, which is {other.network}"
            yield Problem("network", message, "a network of its own")

    def _require_unused(self, draft: IDraft, subnet: Subnet) -> None:
        now = self._now()
        scoped = draft.by(RESERVATIONS.name, "subnet", subnet.id)
        leased = (
            lease for lease in draft.by(LEASES.name, "subnet", subnet.id) if lease.is_live(now)
        )
        leases = list(islice(leased, NAMED + 1))
        if scoped or leases:
            names = [f"reservations/{each.id}" for each in scoped[: NAMED + 1]]
            names += [f"leases/{each.id}" for each in leases]
            raise InUse(SUBNETS.name, subnet.id, tuple(names[:NAMED]), len(names) > NAMED)


def unchanged(
    before: Document | None, after: Document, fields: tuple[str, ...]
) -> Iterator[Problem]:
    """What is wrong with a change of fields that are never changed."""
    for field in fields:
        was, is_now = getattr(before or after, field), getattr(after, field)
        if was != is_now:
            yield Problem(field, "is never changed", f"{_shown(was)}, or another document")


def _shown(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else repr(value)


def _reserved(draft: IDraft, subnet: Subnet) -> Iterator[Problem]:
    """Reservations of what would be no host's address."""
    for end in reserved_ends(network_of(subnet.network)):
        for found in draft.by(RESERVATIONS.name, "address", end):
            message = f"has {end} at an end, which the reservation {found.id!r} is for"
            yield Problem("network", message, "a network around it, or no such reservation")
