"""What operators may ask for of DHCP: its collections, put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from attrs import frozen

from provd.application.boot_rules import BootRules
from provd.application.grades import Grades
from provd.application.interfaces import Interfaces
from provd.application.leases import Leases, Tenures
from provd.application.reservations import Reservations
from provd.application.slices import Slices
from provd.application.subnets import Subnets, nobody_counts
from provd.contracts import IDocumentStore
from provd.values import Link


@frozen(kw_only=True)
class DhcpDocuments:
    """The use cases of operators who care for addresses."""

    subnets: Subnets
    reservations: Reservations
    leases: Leases
    tenures: Tenures
    boot_rules: BootRules
    interfaces: Interfaces


def no_links() -> Sequence[Link]:
    """What is known of interfaces where the kernel does not let us look."""
    return ()


def make_dhcp_documents(  # noqa: PLR0913 - what each of them is made of
    store: IDocumentStore,
    slices: Slices,
    grades: Grades,
    new_id: Callable[[], str],
    now: Callable[[], float],
    links: Callable[[], Sequence[Link]] = no_links,
    *,
    usage: Callable[[str], Sequence[Any]] = nobody_counts,
) -> DhcpDocuments:
    """The use cases over a store; `now` tells seconds since the epoch, `usage` how full a subnet's pools are."""
    return DhcpDocuments(
        subnets=Subnets(store, slices, now, grades, usage),
        reservations=Reservations(store, slices, new_id, grades=grades),
        leases=Leases(store, slices, now, grades),
        tenures=Tenures(store, slices),
        boot_rules=BootRules(store, slices, grades=grades),
        interfaces=Interfaces(store, links),
    )
