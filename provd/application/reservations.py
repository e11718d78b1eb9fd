"""What operators may do with reservations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from provd.access import Principal
from provd.application.collection import Editable
from provd.application.networks import covering
from provd.application.option_templates import template_problems
from provd.application.subnets import unchanged
from provd.contracts import IDraft
from provd.documents import Kind
from provd.documents.dhcp import (
    RESERVATIONS,
    SUBNETS,
    Reservation,
    Subnet,
    network,
    reserved_ends,
)
from provd.values import Invalid, KeyClaimed, Problem

IMMUTABLE = ("strategy", "token", "subnet")
"""Whose it is, and where."""

MASK = 1


class Reservations(Editable[Reservation]):
    """Reservations: one for an address, and one for a client wherever it can meet it."""

    kind: ClassVar[Kind] = RESERVATIONS

    def errors(self, document: Reservation) -> Sequence[str]:
        """What has become of its subnet since."""
        missing = super().errors(document)
        if missing:
            return missing
        found = covering(self._store, document.address)
        if found is None:
            return (
                ()
                if _has_mask(document)
                else ("no subnet has its address, and it says no mask (option 1)",)
            )
        if document.strategy not in found.strategies:
            known = ", ".join(found.strategies)
            return (
                f"its subnet {found.id!r} knows clients by {known}, not by {document.strategy}",
            )
        return ()

    def check(
        self,
        draft: IDraft,
        by: Principal,
        before: Reservation | None,
        after: Reservation | None,
    ) -> None:
        """@raise Invalid, KeyClaimed: what stands beside it does not allow that."""
        if after is None:
            return
        draft.rely_on(SUBNETS.name)
        draft.rely_on(RESERVATIONS.name)
        problems = [
            *unchanged(before, after, IMMUTABLE),
            *_misplaced(draft, after),
            *template_problems(after.options),
        ]
        if problems:
            raise Invalid("reservation", tuple(problems))
        _require_alone(draft, after)


def _misplaced(draft: IDraft, reservation: Reservation) -> Iterator[Problem]:
    """What is wrong with where its address lies."""
    found = covering(draft, reservation.address)
    if reservation.subnet:
        named: Subnet | None = draft.get(SUBNETS.name, reservation.subnet)
        if named is None:
            yield Problem("subnet", f"there is no subnet {reservation.subnet!r}", "one of yours")
        elif found is not named:
            message = f"{reservation.address} is outside {named.network}"
            yield Problem("address", message, f"an address of the subnet {named.id!r}")
    elif found is None and not _has_mask(reservation):
        message = "give no mask, and no subnet has the address"
        yield Problem("options", message, "option 1, or a subnet around the address")
    if found is not None and reservation.address in reserved_ends(network(found.network)):
        message = f"{reservation.address} is no host's address in {found.network}"
        yield Problem("address", message, "neither the network's own nor the broadcast address")


def _require_alone(draft: IDraft, reservation: Reservation) -> None:
    """@raise KeyClaimed: the client has another where it could meet this one."""
    for other in draft.by(RESERVATIONS.name, "key", reservation.key):
        if other.id != reservation.id and _meet(other, reservation):
            raise KeyClaimed(RESERVATIONS.name, "token", reservation.key, other.id)


def _meet(one: Reservation, other: Reservation) -> bool:
    """Whether a client could be meant by both: one that holds everywhere holds in each subnet."""
    return not one.subnet or not other.subnet or one.subnet == other.subnet


def _has_mask(reservation: Reservation) -> bool:
    return any(option.code == MASK and option.value for option in reservation.options)
