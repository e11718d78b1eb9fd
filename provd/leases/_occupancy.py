"""What the policy knows besides the documents, kept current by the feed.

Everything here can be thrown away and made anew from subnets, reservations and leases, but for
the offers and the pools' cursors, which nobody misses.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from itertools import islice

from msgspec import Struct

from provd.contracts import IDocumentStore
from provd.documents.dhcp.lease import LEASES, Lease, LeaseState
from provd.documents.dhcp.reservation import RESERVATIONS, Reservation
from provd.documents.dhcp.subnet import SUBNETS
from provd.leases._marks import DOCUMENT, LIVE, OFFERED, OVER, RESERVED, RESTING, Marks
from provd.leases._networks import Network, Networks
from provd.leases._offers import Offers
from provd.leases._pool import PoolAtWork
from provd.leases._reservations import Reservations
from provd.leases._wheel import Wheel
from provd.values import Change
from provd.wire.dhcp import format_address, parse_address

CAUGHT_UP = 2000
"""Leases looked at, at once, when a pool seems to be full (2 ms)."""


class Shortage(Struct, frozen=True, gc=False):
    """A pool became fuller than its subnet's `low_water`, or has room again."""

    subnet: str
    first: str
    last: str
    taken: int
    """Addresses that nobody else can get now, those of reservations apart."""
    size: int
    """How many there are, those of reservations apart."""
    short: bool


class Occupancy:
    """Marks, wheel, subnets, reservations, offers."""

    def __init__(self, store: IDocumentStore, now: float) -> None:
        self.store = store
        self.marks = Marks()
        self.wheel = Wheel(self.marks, now)
        self.networks = Networks(self.marks)
        self.reservations = Reservations()
        self.offers = Offers(self._offered)
        self.over: OrderedDict[int, None] = OrderedDict()
        """Every address whose lease is over, as noticed: the longest ago first."""
        self.rested: OrderedDict[int, None] = OrderedDict()
        """Those that are in quarantine no more: nobody comes back to them."""
        self.relays: dict[str, int] = {}
        """Through whom leases were given (`Lease.via`), and how many."""
        self._shortages: dict[PoolAtWork, Shortage] = {}
        self._done = -1
        """The second of which nothing is left to look at."""
        self._load()

    def _load(self) -> None:
        self.networks.load(list(self.store.collection(SUBNETS.name)))  # type: ignore[arg-type] # documents of that kind
        for reservation in self.store.collection(RESERVATIONS.name):
            self.marks.change(self.reservations.add(reservation), 0, RESERVED)  # type: ignore[arg-type] # documents of that kind
        leases = sorted(self.store.collection(LEASES.name), key=lambda lease: lease.until)  # type: ignore[attr-defined] # documents of that kind
        for lease in leases:
            self._take_in(lease)  # type: ignore[arg-type] # documents of that kind
        for network in self.networks.by_name.values():
            self._recount(network)

    def follow(self, changes: Sequence[Change]) -> None:
        """Follow what was applied."""
        for change in changes:
            if change.collection == LEASES.name:
                self._follow_lease(change.before, change.after)
            elif change.collection == RESERVATIONS.name:
                self._follow_reservation(change.before, change.after)
            elif change.after is not None:
                self._recount(self.networks.put(change.after))
            else:
                self._forget_subnet(change.document_id)

    # Leases

    def _follow_lease(self, before: Lease | None, after: Lease | None) -> None:
        if after is None:
            if before is not None:
                self._gone(parse_address(before.id), before.via)
            return
        if before is None or before.via != after.via:
            self._count_relay(after.via, 1)
            if before is not None:
                self._count_relay(before.via, -1)
        address = parse_address(after.id)
        self._place(address, after, OFFERED if after.state is LeaseState.BOUND else 0)
        if after.state is LeaseState.BOUND:
            self.offers.drop_address(address)

    def _take_in(self, lease: Lease) -> None:
        """One lease at start, when no pool counts yet; in order of `until`."""
        self._count_relay(lease.via, 1)
        self._place(parse_address(lease.id), lease)

    def _place(self, address: int, lease: Lease, clear: int = 0) -> None:
        """Say how an address stands, and look at it when its time is over; what else it was is cleared."""
        if lease.state is LeaseState.RELEASED or lease.until <= self.wheel.now:
            self.wheel.remove(address)
            self._note_over(address, lease)
            return
        mark = LIVE if lease.state is LeaseState.BOUND else RESTING
        self._mark(address, DOCUMENT | clear, mark)
        self.over.pop(address, None)
        self.rested.pop(address, None)
        self.wheel.put(address, lease.until)

    def _note_over(self, address: int, lease: Lease) -> None:
        self._mark(address, DOCUMENT, OVER)
        (self.over if lease.key else self.rested)[address] = None

    def _gone(self, address: int, via: str) -> None:
        self._count_relay(via, -1)
        self.wheel.remove(address)
        self.over.pop(address, None)
        self.rested.pop(address, None)
        self._mark(address, DOCUMENT, 0)

    def _count_relay(self, via: str, by: int) -> None:
        if not via:
            return
        count = self.relays.get(via, 0) + by
        if count > 0:
            self.relays[via] = count
        else:
            self.relays.pop(via, None)

    # Time

    def tick(self, now: float, at_most: int) -> bool:
        """It is `now`: look at leases whose time may be over, and at old offers; whether all was done.

        Where all was done of this second nothing is left of it: most packets ask no more than that.
        """
        if int(now) == self._done:
            return True
        self.wheel.turn(now)
        swept = self.offers.sweep(now, at_most)
        looked = self.wheel.look(at_most, self._end)
        self._done = int(now) if swept and looked else -1
        return looked

    def catch_up(self) -> bool:
        """Look at more, since a pool seems to be full; whether there was anything to look at."""
        if self.wheel.idle:
            return False
        self.wheel.look(CAUGHT_UP, self._end)
        return True

    def _end(self, address: int, now: int) -> int:
        """Until when a lease lives; 0 where that is over."""
        lease = self._lease(address)
        if lease.until > now:
            return lease.until
        self._note_over(address, lease)
        return 0

    def outdated(self, before: float, at_most: int) -> list[Lease]:
        """Leases that were over by then, the oldest first; of addresses that rested, all that are over.

        What was noticed to be over is not, once the clock is set back: it is passed over until it is again.
        """
        rested = map(self._lease, islice(self.rested, at_most))
        found = [lease for lease in rested if lease.until <= self.wheel.now]
        for address in islice(self.over, at_most - len(found)):
            lease = self._lease(address)
            if lease.until > before:
                break
            found.append(lease)
        return found

    def _lease(self, address: int) -> Lease:
        return self.store.get(LEASES.name, format_address(address))  # type: ignore[no-any-return] # a document of that kind

    # Reservations, offers, pools

    def _follow_reservation(self, before: Reservation | None, after: Reservation | None) -> None:
        if before is not None:
            address = self.reservations.remove(before)
            if address not in self.reservations.by_address:  # another took its place before it went
                self._mark(address, RESERVED, 0)
        if after is not None:
            self._mark(self.reservations.add(after), 0, RESERVED)

    def _offered(self, address: int, offered: bool) -> None:  # noqa: FBT001 - a mark is there or not
        self._mark(address, OFFERED, OFFERED if offered else 0)

    def _mark(self, address: int, clear: int, add: int) -> None:
        old, new = self.marks.change(address, clear, add)
        if old == new:
            return
        network = self.networks.at(address)
        pool = network.pool_of(address) if network is not None else None
        if network is not None and pool is not None and pool.move(address, old, new):
            self._note_shortage(network, pool)

    def _note_shortage(self, network: Network, pool: PoolAtWork) -> None:
        """Told once, however often it changes before somebody asks."""
        noted = self._shortages.pop(pool, None)
        if noted is not None and noted.short is not pool.short:
            return
        self._shortages[pool] = Shortage(
            subnet=network.name,
            first=format_address(pool.first),
            last=format_address(pool.last),
            taken=pool.taken,
            size=pool.size - pool.reserved,
            short=pool.short,
        )

    def shortages(self) -> tuple[Shortage, ...]:
        """What was noted since this was asked last."""
        noted = tuple(self._shortages.values())
        self._shortages = {}
        return noted

    def _forget_subnet(self, name: str) -> None:
        network = self.networks.remove(name)
        for pool in network.pools if network is not None else ():
            self._shortages.pop(pool, None)

    def _recount(self, network: Network) -> None:
        """Pools that are new learn what is known of their addresses; all, whether they are short now."""
        for pool in network.pools:
            if not pool.counted:
                pool.count()
                leases = [self._lease(address) for address in pool.those_over()]
                leases.sort(key=lambda lease: lease.until)
                pool.over.update((parse_address(lease.id), None) for lease in leases)
            if pool.review():
                self._note_shortage(network, pool)
