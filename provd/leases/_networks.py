"""Subnets as a packet needs them: found by an address in O(log n), with their link and their pools."""

from __future__ import annotations

from bisect import bisect_right

from provd.documents.dhcp.subnet import Mode, Picker, Subnet
from provd.leases._marks import Marks
from provd.leases._pool import PoolAtWork
from provd.wire.dhcp import parse_address

_FINDERS = frozenset((Picker.HINT, Picker.NEXT_FREE, Picker.MOST_EXPIRED))


class Network:
    """One subnet at work."""

    __slots__ = (
        "_pool_firsts",
        "allocates",
        "finds",
        "first",
        "last",
        "link",
        "link_name",
        "name",
        "point_to_point",
        "pools",
        "subnet",
    )

    def __init__(self, subnet: Subnet, marks: Marks, before: Network | None = None) -> None:
        address, _, length = subnet.network.partition("/")
        self.subnet = subnet
        self.name = subnet.id
        self.first = parse_address(address)
        self.last = self.first | (1 << 32 - int(length)) - 1
        self.link_name = f"shared {subnet.shared_network}" if subnet.shared_network else subnet.id
        self.link: tuple[Network, ...] = (self,)
        """This one, and then the others on its link, by name."""
        self.allocates = subnet.mode in {Mode.SERVE, Mode.RESERVED}
        pickers = subnet.pickers
        if Picker.NONE in pickers:
            pickers = pickers[: pickers.index(Picker.NONE)]
        # "Reservations only" is a hard rule: no picker is asked, whatever pickers there are.
        serves = subnet.mode is Mode.SERVE
        self.finds = tuple(pickers) if serves else ()
        """The pickers to ask, in order."""
        self.point_to_point = Picker.POINT2POINT in self.finds
        self.pools = self._pools_at_work(marks, before)
        self._pool_firsts = [pool.first for pool in self.pools]

    def _pools_at_work(self, marks: Marks, before: Network | None) -> tuple[PoolAtWork, ...]:
        """In order of address; one that is as it was goes on as it is."""
        known = {(pool.first, pool.last): pool for pool in before.pools} if before else {}
        spans = sorted(
            (parse_address(pool.first), parse_address(pool.last)) for pool in self.subnet.pools
        )
        pools = []
        for first, last in spans:
            pool = known.get((first, last)) or PoolAtWork(first, last, marks)
            pool.low_water = self.subnet.low_water
            pools.append(pool)
        return tuple(pools)

    def __contains__(self, address: int) -> bool:
        return self.first <= address <= self.last

    def pool_of(self, address: int) -> PoolAtWork | None:
        """The pool that an address is in."""
        at = bisect_right(self._pool_firsts, address) - 1
        if at < 0:
            return None
        pool = self.pools[at]
        return pool if address <= pool.last else None

    def admits(self, address: int, vias: tuple[int, ...]) -> bool:
        """Whether a client without a reservation may have this address."""
        if not self.finds or self.pool_of(address) is None:
            return False
        return (
            not self.point_to_point or not _FINDERS.isdisjoint(self.finds) or (address ^ 1) in vias
        )


class Networks:
    """Every subnet. None overlaps another: who writes subnets sees to that."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self.by_name: dict[str, Network] = {}
        self._firsts: list[int] = []
        self._in_order: list[Network] = []

    def at(self, address: int) -> Network | None:
        """The subnet that an address is in."""
        at = bisect_right(self._firsts, address) - 1
        if at < 0:
            return None
        found = self._in_order[at]
        return found if address <= found.last else None

    def put(self, subnet: Subnet) -> Network:
        """Take in a subnet, new or changed."""
        before = self.by_name.get(subnet.id)
        network = self.by_name[subnet.id] = Network(subnet, self._marks, before)
        if before is not None:
            self._relink(before.link_name)
        self._relink(network.link_name)
        self._order()
        return network

    def remove(self, name: str) -> Network | None:
        """Forget a subnet."""
        network = self.by_name.pop(name, None)
        if network is not None:
            self._relink(network.link_name)
            self._order()
        return network

    def load(self, subnets: list[Subnet]) -> None:
        """Take in all of them at once, at start."""
        for subnet in subnets:
            self.by_name[subnet.id] = Network(subnet, self._marks)
        links: dict[str, list[Network]] = {}
        for network in self.by_name.values():
            links.setdefault(network.link_name, []).append(network)
        for link in links.values():
            _tie(link)
        self._order()

    def _relink(self, link_name: str) -> None:
        """Tell the subnets of one link of each other."""
        _tie([each for each in self.by_name.values() if each.link_name == link_name])

    def _order(self) -> None:
        self._in_order = sorted(self.by_name.values(), key=lambda network: network.first)
        self._firsts = [network.first for network in self._in_order]


def _tie(link: list[Network]) -> None:
    link.sort(key=lambda network: network.name)
    for network in link:
        network.link = (network, *(other for other in link if other is not network))
