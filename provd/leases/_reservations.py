"""Reservations by address and by client, following the feed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from provd.documents.dhcp.reservation import Reservation
from provd.leases._networks import Network
from provd.wire.dhcp import parse_address


class Reserved(Struct, frozen=True, gc=False):
    """A reservation, with its address as a number."""

    address: int
    reservation: Reservation

    def holds_in(self, network: Network) -> bool:
        """Whether it is good for clients in a subnet."""
        return self.address in network and self.reservation.subnet in {"", network.name}


def does_without_subnet(reservation: Reservation) -> bool:
    """Whether it is good on any link while its address is in no subnet: it then says its own mask.

    Others wait for their subnet: when an operator deletes one, clients are not given its addresses elsewhere.
    """
    return not reservation.subnet and any(
        option.code == 1 and option.value for option in reservation.options
    )


class Reservations:
    """Every reservation."""

    def __init__(self) -> None:
        self.by_address: dict[int, Reserved] = {}
        self.by_key: dict[str, tuple[Reserved, ...]] = {}
        self.strategies: Counter[str] = Counter()
        """By what clients of reservations that can do without a subnet are known, and how many are."""

    def add(self, reservation: Reservation) -> int:
        """Take one in; its address."""
        address = parse_address(reservation.address)
        reserved = Reserved(address, reservation)
        self.by_address[address] = reserved
        self.by_key[reservation.key] = (*self.by_key.get(reservation.key, ()), reserved)
        if does_without_subnet(reservation):
            self.strategies[reservation.strategy] += 1
        return address

    def remove(self, reservation: Reservation) -> int:
        """Forget one; its address."""
        address = parse_address(reservation.address)
        kept = self.by_address.get(address)
        if kept is not None and kept.reservation.id == reservation.id:
            del self.by_address[address]
        others = tuple(
            each
            for each in self.by_key.get(reservation.key, ())
            if each.reservation.id != reservation.id
        )
        if others:
            self.by_key[reservation.key] = others
        else:
            self.by_key.pop(reservation.key, None)
        if does_without_subnet(reservation):
            self.strategies[reservation.strategy] -= 1
            if not self.strategies[reservation.strategy]:
                del self.strategies[reservation.strategy]
        return address

    def of(self, keys: Iterable[str], network: Network) -> Reserved | None:
        """What is reserved in a subnet for the client that is known by these."""
        for key in keys:
            for reserved in self.by_key.get(key, ()):
                if reserved.holds_in(network):
                    return reserved
        return None
