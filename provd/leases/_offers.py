"""Offers that were not answered yet: promises, kept in memory for a minute, and bounded.

Two packets of one client get one offer.  Nothing is lost when an offer is forgotten: a client that asks
for an address that is free is given it, offered or not.

A flood of DISCOVERs of invented clients therefore does this and no more: it fills this table up to
`PER_VIA` entries for the relay or interface it comes through, and up to `IN_ALL` entries (some 20 MiB)
through all; beyond, and where a pool has nothing else left, the oldest offer gives way to the new one.
A client in earnest is offered an address even then, and answers within milliseconds; where it is
overtaken, its address is one that was promised twice, and whoever requests it first gets it.  So a
flood costs others a second attempt at the worst, as long as the flooder leases nothing.  One that goes
through with its requests does take the pool: that is for port security, for `reserved`
subnets, or for a limit per relay, and `low_water` tells of it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

LIFE = 60
"""Seconds that an offer stands."""
PER_VIA = 8192
"""Offers through one relay, or one interface of ours, at once."""
IN_ALL = 32768
"""Offers at once."""

Key = TypeVar("Key")

Client = tuple[str, str]
"""The name of a link, and by what the client is known there."""


class Offer(Struct, gc=False):
    """One address, promised to one client."""

    address: int
    client: Client
    via: int
    made: float
    subnet: str
    pending: bool
    """Somebody is making sure that nobody uses it."""
    picker: str
    reason: str
    """How it was found, and why it: see `Judgement`."""
    twice: bool = False
    """It was promised to somebody else as well: the first to request it gets it."""

    def stands(self, now: float) -> bool:
        """Whether it holds. Also made in the future it does for a minute only: clocks are set back."""
        return -LIFE < now - self.made < LIFE


class Offers:
    """Offers by client, by address, by relay and by subnet, each the oldest first.

    `mark(address, offered)` is called when an address is promised, and when it is no more.
    """

    def __init__(self, mark: Callable[[int, bool], None]) -> None:
        self._mark = mark
        self._by_client: OrderedDict[Client, Offer] = OrderedDict()
        self._by_address: dict[int, Offer] = {}
        self._by_via: dict[int, OrderedDict[int, Offer]] = {}
        self._by_subnet: dict[str, OrderedDict[int, Offer]] = {}

    def __len__(self) -> int:
        return len(self._by_client)

    def to(self, client: Client, now: float) -> Offer | None:
        """What a client is promised."""
        offer = self._by_client.get(client)
        return offer if offer is not None and offer.stands(now) else None

    def of(self, address: int, now: float) -> Offer | None:
        """Who is promised an address."""
        offer = self._by_address.get(address)
        return offer if offer is not None and offer.stands(now) else None

    def oldest(self, subnet: str) -> Offer | None:
        """The one in a subnet that was not answered for the longest time."""
        offers = self._by_subnet.get(subnet)
        return next(iter(offers.values())) if offers else None

    def add(self, offer: Offer) -> None:
        """Promise an address; what its client was promised before, and who was promised it, is forgotten."""
        earlier = self._by_address.get(offer.address)
        if earlier is not None and earlier.client != offer.client:
            offer.twice = True
            self.drop(earlier)
        else:
            offer.twice = earlier is not None and earlier.twice
        before = self._by_client.get(offer.client)
        if before is not None:
            self.drop(before)
        self._make_room(offer.via)
        self._by_client[offer.client] = offer
        self._by_address[offer.address] = offer
        _put(self._by_via, offer.via, offer)
        _put(self._by_subnet, offer.subnet, offer)
        self._mark(offer.address, True)

    def drop(self, offer: Offer) -> None:
        """Forget a promise."""
        del self._by_client[offer.client]
        del self._by_address[offer.address]
        _remove(self._by_via, offer.via, offer.address)
        _remove(self._by_subnet, offer.subnet, offer.address)
        self._mark(offer.address, False)

    def drop_address(self, address: int) -> None:
        """Forget the promise of an address, if there is one."""
        offer = self._by_address.get(address)
        if offer is not None:
            self.drop(offer)

    def drop_client(self, client: Client) -> None:
        """Forget what a client was promised, if it was."""
        offer = self._by_client.get(client)
        if offer is not None:
            self.drop(offer)

    def probed(self, client: Client, address: int) -> None:
        """Nobody uses the address that the client was promised."""
        offer = self._by_client.get(client)
        if offer is not None and offer.address == address:
            offer.pending = False

    def sweep(self, now: float, at_most: int) -> bool:
        """Forget the oldest that stand no more; whether all of those are forgotten."""
        for _ in range(at_most):
            offer = next(iter(self._by_client.values()), None)
            if offer is None or offer.stands(now):
                return True
            self.drop(offer)
        return False

    def _make_room(self, via: int) -> None:
        through = self._by_via.get(via)
        if through is not None and len(through) >= PER_VIA:
            self.drop(next(iter(through.values())))
        if len(self._by_client) >= IN_ALL:
            self.drop(next(iter(self._by_client.values())))


def _put(groups: dict[Key, OrderedDict[int, Offer]], key: Key, offer: Offer) -> None:
    group = groups.get(key)
    if group is None:
        group = groups[key] = OrderedDict()
    group[offer.address] = offer


def _remove(groups: dict[Key, OrderedDict[int, Offer]], key: Key, address: int) -> None:
    group = groups[key]
    del group[address]
    if not group:
        del groups[key]
