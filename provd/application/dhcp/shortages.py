"""Pools that run dry: logged, warned of, and kept as documents, from which the events are made.

What is kept follows from how full the pools are, and from nothing that was told before: after a crash, a
restore or an edit of a subnet it is right again at the next look.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec.structs import replace
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from provd.contracts import IDocumentStore, ILeases
from provd.documents.dhcp import SHORTAGES, ShortPool, SubnetShortage
from provd.values import DraftRefused, StoreUnavailable

log = Logger("provd.dhcp")


class Shortages:
    """Which subnets are short of addresses."""

    def __init__(self, leases: ILeases, store: IDocumentStore) -> None:
        self._leases = leases
        self._store = store
        self._looked = False

    def look(self, now: float) -> None:
        """Tell what has changed. Costs the number of subnets that are short, but the first time."""
        noted = self._leases.shortages()
        for each in noted:
            _tell(each)
        names = {each.subnet for each in noted}
        names |= {kept.id for kept in self._store.collection(SHORTAGES.name)}
        if not self._looked:
            names |= {each.subnet for each in self._leases.utilisation() if each.short}
            self._looked = True
        if names:
            self._keep(names, now)

    def warnings(self) -> Iterator[str]:
        """A sentence for each pool that is short now."""
        for each in self._leases.utilisation():
            if each.short:
                yield _sentence(each.subnet, _short(each))

    def _keep(self, names: Iterable[str], now: float) -> None:
        draft = self._store.draft("shortage of addresses")
        changed = False
        for name in sorted(names):
            kept: SubnetShortage | None = draft.get(SHORTAGES.name, name)
            pools = tuple(_short(each) for each in self._leases.utilisation(name) if each.short)
            if _which(pools) == (_which(kept.pools) if kept is not None else []):
                continue
            changed = True
            if not pools:
                draft.delete(SHORTAGES.name, name)
            else:
                known = kept or SubnetShortage(id=name, since=now)
                draft.put(SHORTAGES.name, replace(known, pools=pools))
        if changed:
            committing: Deferred[Any] = self._store.commit(draft)
            # What could not be kept now is found missing at the next look.
            committing.addErrback(
                lambda failure: failure.trap(DraftRefused, StoreUnavailable) and None
            )


def _which(pools: Iterable[ShortPool]) -> list[tuple[str, str]]:
    return [(pool.first, pool.last) for pool in pools]


def _short(each: Any) -> ShortPool:
    """A `provd.leases.Utilisation`, as it is kept."""
    return ShortPool(
        first=each.first,
        last=each.last,
        taken=each.live + each.resting + each.offered,
        size=each.size - each.reserved,
    )


def _tell(shortage: Any) -> None:
    """Log a `provd.leases.Shortage`."""
    pool = ShortPool(
        first=shortage.first, last=shortage.last, taken=shortage.taken, size=shortage.size
    )
    if shortage.short:
        sentence = _sentence(shortage.subnet, pool)
        log.warn("{sentence}", sentence=sentence, subnet=shortage.subnet)
    else:
        log.info(
            "there is room again in {subnet}, {first} to {last}",
            subnet=shortage.subnet,
            first=pool.first,
            last=pool.last,
        )


def _sentence(subnet: str, pool: ShortPool) -> str:
    return (
        f"{pool.taken} of the {pool.size} addresses from {pool.first} to {pool.last} in subnet {subnet}"
        " are taken: add a pool, or shorten its lease_time"
    )
