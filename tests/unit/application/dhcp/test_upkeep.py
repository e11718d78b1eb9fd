"""What is done for DHCP every second."""

from __future__ import annotations

from twisted.internet.task import Clock

from provd.application.dhcp import Upkeep
from provd.application.dhcp.history import AT_ONCE, SELDOM, OldTenures
from provd.application.dhcp.upkeep import KEPT
from provd.application.event_kinds import event_of
from provd.documents.dhcp import Tenure
from provd.testing.leases import START, US, Desk, lan, sent
from provd.testing.leases_stores import memory
from provd.values import Change
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
    for passed, kept in ((START + 4999, 1), (1, 1), (SELDOM, 1), (1, 0)):
        clock.advance(passed)
        upkeep.look()
        desk.fixture.reactor.advance(0)
        assert len(desk.tenures(gone)) == kept
    assert len(desk.tenures(there)) == 1
    desk.close()


MANY = 100_000


def test_a_long_history_is_cut_a_little_each_second() -> None:
    """Of 100,000 tenures nine in ten are too old: no second deletes more than its share, and the rest stay."""
    fixture = memory()
    store = fixture.store
    draft = store.draft("test")
    for number in range(MANY):
        ended = 0 if number % 20 == 0 else 1000 + number if number % 10 else 200_000
        draft.put("tenures", Tenure(id=f"{number:06}", address="192.0.2.1", key="k", ended=ended))
    store.commit(draft)
    old = OldTenures(store, 50_000.0)
    collection = store.collection("tenures")
    clock, seconds = 180_000.0, 0
    while len(collection) > MANY // 10:
        before = len(collection)
        clock += 1
        old.look(clock)
        fixture.reactor.pump([0] * 50)
        assert before - len(collection) <= AT_ONCE
        seconds += 1
        assert seconds < 2 * MANY / AT_ONCE, len(collection)
    for _second in range(10):
        old.look(clock + SELDOM)
        fixture.reactor.pump([0] * 50)
    assert len(collection) == MANY // 10
    assert {tenure.ended for tenure in collection} == {0, 200_000}


def test_what_is_to_be_kept_for_longer_after_all_stays() -> None:
    """A setting that is changed between the search and the end of deleting is in force at once."""
    fixture = memory()
    draft = fixture.store.draft("test")
    draft.put("tenures", Tenure(id="t", address="192.0.2.1", key="k", ended=1000))
    fixture.store.commit(draft)
    old = OldTenures(fixture.store, 10.0)
    old.look(2000.0)
    old.kept = 5000.0
    for second in range(3):
        old.look(2001.0 + second)
    assert fixture.store.get("tenures", "t") is not None


YEAR = 366 * 86400.0


class Told:
    """A desk with its upkeep, and the events that come of its shortages."""

    def __init__(self, low_water: float = 0.5) -> None:
        self.desk = Desk(memory(), lan(low_water=low_water))
        self.changes: list[Change] = []
        store = self.desk.fixture.store
        store.feed.subscribe("test", ["shortages"], self.changes.extend)
        self.clock = Clock()
        self.clock.advance(START)
        self.upkeep = Upkeep(self.desk.leases, store, self.clock, YEAR)

    def events(self) -> list[tuple[str, str]]:
        """What was told since this was asked last, kind and action."""
        told = [found for change in self.changes if (found := event_of(change))]
        self.changes.clear()
        return told


def test_a_pool_runs_dry_and_is_relieved() -> None:
    """Each is an event once, however often it is looked; health warns meanwhile."""
    told = Told()
    told.upkeep.look()
    assert (told.events(), told.upkeep.warnings()) == ([], ())
    for client in range(1, 9):
        told.desk.obtain(client)
    told.upkeep.look()
    [change] = told.changes
    [pool] = change.after.pools
    assert (change.document_id, change.after.since, pool.taken, pool.size) == ("lan", START, 8, 10)
    assert told.events() == [("subnets", "short")]
    [warning] = told.upkeep.warnings()
    assert "8 of the 10 addresses" in warning
    told.upkeep.look()
    assert told.events() == []
    told.clock.advance(4000)
    told.upkeep.look()
    told.upkeep.look()
    assert told.events() == [("subnets", "relieved")]
    assert told.upkeep.warnings() == ()
    told.desk.close()


def test_what_was_short_before_a_restart() -> None:
    """It is neither told again, nor forgotten: what is kept follows from how full the pools are."""
    told = Told()
    for client in range(1, 9):
        told.desk.obtain(client)
    told.upkeep.look()
    told.events()
    store = told.desk.fixture.store
    told.desk.leases.shortages()
    again = Upkeep(told.desk.leases, store, told.clock, YEAR)
    again.look()
    assert told.events() == []
    draft = store.draft("test")
    draft.delete("shortages", "lan")
    store.commit(draft)
    told.events()
    Upkeep(told.desk.leases, store, told.clock, YEAR).look()
    assert told.events() == [("subnets", "short")]
    told.desk.close()


def test_a_subnet_that_is_gone_is_not_short() -> None:
    """What was kept of it goes as well."""
    told = Told()
    for client in range(1, 9):
        told.desk.obtain(client)
    told.upkeep.look()
    told.desk.drop("subnets", "lan")
    told.upkeep.look()
    assert told.desk.fixture.store.get("shortages", "lan") is None
    told.desk.close()
