"""Whether the tables of DHCP's policy say what the documents say, counted slowly."""

from __future__ import annotations

from provd.leases._marks import DOCUMENT, OFFERED, OVER, STATES
from provd.leases._occupancy import Occupancy
from provd.wire.dhcp import parse_address


def check_occupancy(occupancy: Occupancy) -> None:
    """What is kept besides the documents says the same as the documents."""
    leases = {parse_address(lease.id): lease for lease in occupancy.store.collection("leases")}
    over = {address for address in leases if occupancy.marks.of(address) & OVER}
    assert sorted((*occupancy.over, *occupancy.rested)) == sorted(over)
    assert all(leases[address].key for address in occupancy.over)  # type: ignore[attr-defined] # leases
    waiting = [address for slot in occupancy.wheel._slots for address in slot]
    assert sorted(waiting) == sorted(set(leases) - over)
    for address in leases:
        assert (occupancy.marks.of(address) & DOCUMENT).bit_count() == 1
    for network in occupancy.networks.by_name.values():
        for pool in network.pools:
            marks = [occupancy.marks.of(each) for each in range(pool.first, pool.last + 1)]
            assert pool.tally == [marks.count(state) for state in range(STATES)]
            assert set(pool.over) == {
                pool.first + at for at, mark in enumerate(marks) if mark == OVER
            }
            free = [pool.first + at for at, mark in enumerate(marks) if not mark]
            assert (pool.free() in free) if free else not pool.free()
    marked = {
        number << 8 | at
        for number, page in occupancy.marks.pages.items()
        for at, mark in enumerate(page.marks)
        if mark & ~OFFERED
    }
    assert marked == set(leases) | set(occupancy.reservations.by_address)
