"""What is done for DHCP every second."""

from __future__ import annotations

from twisted.internet.task import Clock

from provd.application.dhcp import Upkeep
from provd.application.dhcp.upkeep import KEPT, SELDOM
from provd.testing.leases import START, US, Desk, lan, sent
from provd.testing.leases_stores import memory
from provd.wire.dhcp import MessageType


def test_old_leases_go_with_the_end_of_their_tenure() -> None:
    """What was over for long is deleted, and the history says when it was over."""
    desk = Desk(memory(), lan())
    address = desk.obtain(1)
    until = desk.lease(address).until
    clock = Clock()
    upkeep = Upkeep(desk.leases, desk.fixture.store, clock, 10 * KEPT)
    clock.advance(START + KEPT)
    upkeep.look()
    assert desk.lease(address) is not None
    clock.advance(4000)
    upkeep.look()
    assert desk.lease(address) is None
    assert [tenure.ended for tenure in desk.tenures(address)] == [until]
    desk.close()


def test_history_ends() -> None:
    """What was over for longer than it is to be kept is deleted; what goes on is not, however long."""
    desk = Desk(memory(), lan())
    gone, there = desk.obtain(1), desk.obtain(2)
    desk.serve(sent(MessageType.RELEASE, 1, ciaddr=gone, server=US))
    clock = Clock()
    upkeep = Upkeep(desk.leases, desk.fixture.store, clock, 5000.0)
    for passed, kept in ((START + 4999, 1), (1, 1), (SELDOM, 0)):
        clock.advance(passed)
        upkeep.look()
        assert len(desk.tenures(gone)) == kept
    assert len(desk.tenures(there)) == 1
    desk.close()
