"""How full the pools are, read off their counts."""

from __future__ import annotations

from msgspec import Struct

from provd.leases._marks import LIVE, OFFERED, OVER, RESERVED, RESTING
from provd.leases._networks import Networks
from provd.leases._pool import PoolAtWork
from provd.wire.dhcp import format_address


class Utilisation(Struct, frozen=True, gc=False):
    """The addresses of one pool. Each counts once in what follows `size`, `reserved` before all others."""

    subnet: str
    first: str
    last: str
    size: int
    reserved: int
    live: int
    resting: int
    """In quarantine."""
    offered: int
    over: int
    """Whose lease is over: remembered, and given to others when nothing else is free."""
    free: int
    """That nobody has, had, or shall have."""
    short: bool
    """Fuller than the subnet's `low_water`."""


def utilisation(networks: Networks, subnet: str = "") -> tuple[Utilisation, ...]:
    """Of every pool, or of one subnet's, by subnet and address; costs the number of pools, whatever their size."""
    by_name = networks.by_name
    names = [subnet] if subnet else sorted(by_name)
    return tuple(
        _of(name, pool) for name in names if name in by_name for pool in by_name[name].pools
    )


def _of(name: str, pool: PoolAtWork) -> Utilisation:
    counts = dict.fromkeys((RESERVED, LIVE, RESTING, OFFERED, OVER, 0), 0)
    for state, count in enumerate(pool.tally):
        if count:
            counts[next(each for each in counts if state & each or not state | each)] += count
    return Utilisation(
        subnet=name,
        first=format_address(pool.first),
        last=format_address(pool.last),
        size=pool.size,
        reserved=counts[RESERVED],
        live=counts[LIVE],
        resting=counts[RESTING],
        offered=counts[OFFERED],
        over=counts[OVER],
        free=counts[0],
        short=pool.short,
    )
