"""What is done for DHCP every second."""

from __future__ import annotations

from twisted.internet.task import Clock

from provd.application.dhcp import Upkeep
from provd.application.dhcp.upkeep import KEPT
from provd.testing.leases import START, Desk, lan, memory


def test_old_leases_go_with_the_end_of_their_tenure() -> None:
    """What was over for long is deleted, and the history says when it was over."""
    desk = Desk(memory(), lan())
    address = desk.obtain(1)
    until = desk.lease(address).until
    clock = Clock()
    upkeep = Upkeep(desk.leases, desk.fixture.store, clock)
    clock.advance(START + KEPT)
    upkeep.look()
    assert desk.lease(address) is not None
    clock.advance(4000)
    upkeep.look()
    assert desk.lease(address) is None
    assert [tenure.ended for tenure in desk.tenures(address)] == [until]
    desk.close()
