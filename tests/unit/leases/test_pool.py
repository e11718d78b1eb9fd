"""The tables behind the policy: pools that find without looking, a wheel, offers, and subnets by address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.documents.dhcp import Pool, Subnet
from provd.leases._marks import LIVE, OFFERED, OVER, RESERVED, RESTING, STATES, Marks
from provd.leases._networks import Networks
from provd.leases._offers import IN_ALL, LIFE, PER_VIA, Offer, Offers
from provd.leases._pool import PoolAtWork
from provd.leases._wheel import HORIZON, Wheel
from provd.wire.dhcp import parse_address

BASE = parse_address("10.0.0.0")
MARKS = st.sampled_from([LIVE, RESTING, OVER, RESERVED, OFFERED, OVER | OFFERED, LIVE | RESERVED])


def marked(marks: Marks, pool: PoolAtWork, address: int, mark: int) -> None:
    """Let an address have a mark and no other, as the policy does."""
    pool.move(address, *marks.change(address, STATES - 1, mark))


@given(
    first=st.integers(0, 600),
    size=st.integers(1, 600),
    steps=st.lists(st.tuples(st.integers(0, 1200), MARKS | st.just(0)), max_size=40),
    cursor=st.integers(0, 1200),
)
def test_a_pool_finds_what_a_slow_search_finds(
    first: int, size: int, steps: list[tuple[int, int]], cursor: int
) -> None:
    """The next free address, going around; the counts; and what can be taken over, in order."""
    marks = Marks()
    pool = PoolAtWork(BASE + first, BASE + first + size - 1, marks)
    pool.count()
    truth: dict[int, int] = {}
    for at, mark in steps:
        address = BASE + at
        if pool.first <= address <= pool.last:
            marked(marks, pool, address, mark)
            truth[address] = mark
            assert pool.free() == slowly(pool, truth)
    pool.cursor = min(max(pool.first, BASE + cursor), pool.last)
    assert pool.free() == slowly(pool, truth)
    counted = [list(truth.values()).count(state) for state in range(STATES)]
    assert pool.tally[1:] == counted[1:]
    assert sum(pool.tally) == size
    assert set(pool.over) == {address for address, mark in truth.items() if mark == OVER}
    again = PoolAtWork(pool.first, pool.last, marks)
    again.count()
    assert again.tally == pool.tally
    assert set(again.those_over()) == set(pool.over)
    assert (again.taken, again.reserved) == (pool.taken, pool.reserved)


def slowly(pool: PoolAtWork, truth: dict[int, int]) -> int:
    """The next address without a mark, one after another."""
    around = [*range(pool.cursor, pool.last + 1), *range(pool.first, pool.cursor)]
    return next((address for address in around if not truth.get(address)), 0)


def test_a_full_pool_is_searched_by_page() -> None:
    """With one address left of 65,536, each page is found full once, and is never searched again."""
    marks = Marks()
    pool = PoolAtWork(BASE, BASE + 65535, marks)
    for number in range(256):
        marks.change(BASE + number * 256, 0, LIVE)
        marks.pages[BASE + number * 256 >> 8].marks[:] = bytes([LIVE]) * 256
    last = BASE + 65535
    marks.change(last, LIVE, 0)
    pool.count()
    assert pool.free() == last
    assert sum(pool._full) == 255
    marked(marks, pool, BASE + 5, 0)
    assert pool.free() == BASE + 5


def test_pages_go_with_what_is_in_them() -> None:
    """Memory follows what is known: a page without a mark is no page."""
    marks = Marks()
    for at in range(0, 65536, 256):
        marks.change(BASE + at, 0, OFFERED)
    assert len(marks.pages) == 256
    for at in range(0, 65536, 256):
        marks.change(BASE + at, OFFERED, 0)
    assert not marks.pages


def test_a_pool_is_short_once() -> None:
    """It becomes short beyond its mark, and ceases to be so clearly below: it does not go to and fro."""
    marks = Marks()
    pool = PoolAtWork(BASE, BASE + 99, marks)
    pool.count()
    pool.low_water = 0.9
    told = []
    paces = [
        (range(95), LIVE),
        (range(94, 87, -1), 0),
        (range(88, 95), LIVE),
        (range(94, -1, -1), 0),
    ]
    for addresses, mark in paces:
        for at in addresses:
            if pool.move(BASE + at, *marks.change(BASE + at, LIVE, mark)):
                told += [(pool.taken, pool.short)]
    assert told == [(91, True), (85, False)]


class TestWheel:
    """Leases are looked at when their time is over, each once."""

    @given(
        st.lists(st.tuples(st.integers(0, 40), st.integers(-5, 5000)), max_size=30),
        st.lists(st.integers(1, 3000), min_size=1, max_size=8),
        st.integers(1, 5),
    )
    def test_every_end_is_noticed(
        self, leases: list[tuple[int, int]], steps: list[int], at_most: int
    ) -> None:
        """Whatever the pace, and however often a time was changed: nothing is noticed early, and nothing missed."""
        marks, start = Marks(), 1000
        wheel = Wheel(marks, start)
        until = {BASE + at: start + seconds for at, seconds in leases}
        for at, seconds in leases:
            marks.change(BASE + at, 0, LIVE)
            wheel.put(BASE + at, start + seconds)
        noticed: set[int] = set()

        def look_at(address: int, now: int) -> int:
            if until[address] > now:
                return until[address]
            assert address not in noticed
            noticed.add(address)
            return 0

        now = start
        for step in steps:
            now += step
            wheel.turn(now)
            while not wheel.look(at_most, look_at):
                pass
            assert noticed == {address for address, end in until.items() if end <= now}
            assert wheel.idle

    def test_a_renewed_lease_costs_nothing(self) -> None:
        """It is looked at once in a turn of the wheel, however often it was renewed."""
        marks = Marks()
        wheel = Wheel(marks, 0)
        marks.change(BASE, 0, LIVE)
        wheel.put(BASE, 10**9)
        looks = []
        for now in range(1, 10 * HORIZON):
            wheel.turn(now)
            wheel.look(10, lambda address, at: looks.append(at) or 10**9)
        assert 9 <= len(looks) <= 11

    def test_a_renewal_moves_nothing(self) -> None:
        """A wheel of clients that renew every second is no larger than one of clients that wait."""
        marks = Marks()
        wheel = Wheel(marks, 0)
        marks.change(BASE, 0, LIVE)
        places = set()
        for now in range(HORIZON - 1):
            wheel.turn(now)
            wheel.look(10, lambda _address, _at: 10**9)
            wheel.put(BASE, now + 3600)
            places.add(marks.pages[BASE >> 8].places[BASE & 255])
        assert len(places) == 1

    def test_a_clock_that_is_set_back(self) -> None:
        """Ends are noticed within one turn of the wheel, at the latest."""
        marks = Marks()
        wheel = Wheel(marks, 100_000)
        marks.change(BASE, 0, LIVE)
        wheel.put(BASE, 100_500)
        wheel.turn(50_000)
        wheel.look(10, lambda _address, _now: 100_500)
        marks.change(BASE + 1, 0, LIVE)
        wheel.put(BASE + 1, 50_010)
        seen = []
        for now in range(50_001, 50_001 + HORIZON):
            wheel.turn(now)
            wheel.look(10, lambda address, at: (seen.append((address, at)), 0)[1])
        assert {address for address, _at in seen} == {BASE, BASE + 1}
        assert (BASE + 1, 50_010) in seen


class TestOffers:
    """Promises are kept for a minute, and bounded."""

    def offers(self) -> tuple[Offers, set[int]]:
        """A table, and the addresses it marks."""
        marked_: set[int] = set()

        def mark(address: int, offered: bool) -> None:  # noqa: FBT001 - as the policy's own
            (marked_.add if offered else marked_.remove)(address)

        return Offers(mark), marked_

    @staticmethod
    def offer(number: int, *, via: int = 1, made: float = 0.0, address: int | None = None) -> Offer:
        """An offer to one client."""
        return Offer(
            address=BASE + number if address is None else address,
            client=("lan", f"mac={number}"),
            via=via,
            made=made,
            subnet="lan",
            pending=False,
            picker="next_free",
            reason="",
        )

    def test_a_flood_through_one_relay_is_bounded(self) -> None:
        """The oldest gives way, of that relay and of no other."""
        offers, marked_ = self.offers()
        other = self.offer(-1, via=2)
        offers.add(other)
        for number in range(PER_VIA + 10):
            offers.add(self.offer(number))
        assert len(offers) == len(marked_) == PER_VIA + 1
        assert offers.of(other.address, 0) is other
        assert offers.of(BASE + 9, 0) is None
        assert offers.of(BASE + 10, 0) is not None

    def test_a_flood_through_all_relays_is_bounded(self) -> None:
        """Whatever relays there are said to be, there is one bound for all."""
        offers, marked_ = self.offers()
        for number in range(IN_ALL + 10):
            offers.add(self.offer(number, via=number))
        assert len(offers) == len(marked_) == len(offers._by_via) == IN_ALL

    def test_who_is_overtaken(self) -> None:
        """The address is promised twice then; its first client has no promise any more."""
        offers, marked_ = self.offers()
        first = self.offer(1)
        offers.add(first)
        second = self.offer(2, address=first.address)
        offers.add(second)
        assert second.twice
        assert offers.to(first.client, 0) is None
        assert offers.of(first.address, 0) is second
        assert marked_ == {first.address}

    def test_a_client_has_one_offer(self) -> None:
        """Another one takes the place of what it was offered before."""
        offers, marked_ = self.offers()
        offers.add(self.offer(1))
        offers.add(self.offer(1, address=BASE + 50))
        assert marked_ == {BASE + 50}
        assert len(offers) == 1

    @pytest.mark.parametrize("later", [LIFE, LIFE + 1, -LIFE, -100_000])
    def test_offers_end(self, later: float) -> None:
        """After a minute, and also when the clock jumps either way."""
        offers, marked_ = self.offers()
        offer = self.offer(1, made=1000.0)
        offers.add(offer)
        assert offers.of(offer.address, 1000.0 + LIFE - 1) is offer
        assert offers.of(offer.address, 1000.0 + later) is None
        assert offers.to(offer.client, 1000.0 + later) is None
        offers.sweep(1000.0 + later, 10)
        assert not marked_
        assert not offers._by_via
        assert not offers._by_subnet


class TestNetworks:
    """A subnet is found by any address in it, and knows its link."""

    @given(st.sets(st.integers(0, 50), max_size=20), st.integers(0, 60 * 256))
    def test_at(self, numbers: set[int], at: int) -> None:
        """What a slow search finds, after any order of edits."""
        networks = Networks(Marks())
        for number in numbers:
            networks.put(Subnet(id=f"s{number}", network=f"10.0.{number}.0/25"))
        found = networks.at(BASE + at)
        number, rest = divmod(at, 256)
        expected = f"s{number}" if number in numbers and rest < 128 else None
        assert (found.name if found else None) == expected

    def test_links_follow_edits(self) -> None:
        """A subnet that joins or leaves a shared network changes the link of the others."""
        networks = Networks(Marks())

        def put(name: str, number: int, shared: str) -> None:
            networks.put(Subnet(id=name, network=f"10.0.{number}.0/24", shared_network=shared))

        def link(name: str) -> list[str]:
            return [network.name for network in networks.by_name[name].link]

        put("a", 1, "x")
        put("b", 2, "x")
        put("c", 3, "")
        assert (link("a"), link("b"), link("c")) == (["a", "b"], ["b", "a"], ["c"])
        put("b", 2, "")
        put("c", 3, "x")
        assert (link("a"), link("b"), link("c")) == (["a", "c"], ["b"], ["c", "a"])
        networks.remove("a")
        assert link("c") == ["c"]

    def test_a_pool_goes_on_where_it_is_not_edited(self) -> None:
        """What a pool knows and where it was stays, when something else of its subnet changes."""
        networks = Networks(Marks())
        pools = (
            Pool(first="10.0.1.10", last="10.0.1.20"),
            Pool(first="10.0.1.30", last="10.0.1.40"),
        )
        before = networks.put(Subnet(id="a", network="10.0.1.0/24", pools=pools))
        after = networks.put(
            Subnet(
                id="a",
                network="10.0.1.0/24",
                lease_time=600,
                pools=(pools[0], Pool(first="10.0.1.31", last="10.0.1.40")),
            )
        )
        assert after.pools[0] is before.pools[0]
        assert after.pools[1] is not before.pools[1]
