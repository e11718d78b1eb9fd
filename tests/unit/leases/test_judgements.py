"""What a judgement says and writes, fact by fact."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from provd.documents.dhcp import OptionValue, Probe
from provd.leases import ask
from provd.testing.leases import (
    START,
    US,
    Desk,
    discover,
    lan,
    mac,
    request,
    reservation,
    sent,
)
from provd.values import INFINITE, Verb
from provd.wire.dhcp import MessageType, format_address

RELAY = "192.0.2.250"

Desks = Callable[..., Desk]


def asked_for(seconds: int) -> dict[int, bytes]:
    """Option 51."""
    return {51: seconds.to_bytes(4, "big")}


class TestTimes:
    """How long a lease lives."""

    @pytest.mark.parametrize(
        ("asked", "given"), [(None, 1000), (10, 300), (700, 700), (10**6, 2000), (INFINITE, 2000)]
    )
    def test_what_the_client_asks_for_within_bounds(
        self, desk: Desks, asked: int | None, given: int
    ) -> None:
        """Else what is usual in the subnet."""
        server = desk(lan(lease_time=1000, min_lease_time=300, max_lease_time=2000))
        options = asked_for(asked) if asked is not None else {}
        judgement = server.judge(discover(1, options=options))
        assert judgement.duration == given
        assert (judgement.renew_after, judgement.rebind_after) == (given // 2, given * 3 // 4)

    def test_reservations_live_longer(self, desk: Desks) -> None:
        """The subnet's time for them, which may be beyond what clients can ask for; or their own."""
        subnet = lan(max_lease_time=7200, reserved_lease_time=9000)
        server = desk(
            subnet, reservation("192.0.2.50", 1), reservation("192.0.2.51", 2, duration=77)
        )
        assert server.judge(discover(1)).duration == 9000
        assert server.judge(discover(1, options=asked_for(8000))).duration == 8000
        assert server.judge(discover(2, options=asked_for(8000))).duration == 77

    def test_outside_every_subnet(self, desk: Desks) -> None:
        """Two hours, where the reservation says nothing."""
        mask = (OptionValue(code=1, value="255.255.255.0"),)
        server = desk(reservation("203.0.113.5", options=mask))
        judgement = server.serve(discover(1, on_link=("203.0.113.1/24",)))
        assert (judgement.verb, judgement.duration, judgement.subnet) == (Verb.OFFER, 7200, None)

    def test_a_stray_reservation_waits_for_its_subnet(self, desk: Desks) -> None:
        """When a subnet is deleted, its addresses are not given on other links."""
        server = desk(lan(), reservation("203.0.113.5"))
        assert format_address(server.judge(discover(1)).address) == "192.0.2.10"

    def test_for_ever(self, desk: Desks) -> None:
        """What never ends has no times to renew at either, and is written once."""
        server = desk(lan(), reservation("192.0.2.50"))
        first = server.serve(sent(None))
        assert (first.duration, first.renew_after, first.rebind_after) == (INFINITE,) * 3
        assert first.lease.until == START + INFINITE
        server.now += 10_000
        assert server.serve(sent(None)).lease is None


class TestLeases:
    """What is written."""

    def test_what_is_known_of_a_client(self, desk: Desks) -> None:
        """Everything it said of itself, and the way it came."""
        server = desk(lan())
        said = {12: b"phone\x1b[1m\0", 61: b"\1abc"}
        address = server.obtain(1, relay=RELAY, agent={1: b"port7"}, options=said)
        lease = server.lease(address)
        assert (lease.key, lease.mac) == (f"mac={mac(1).hex(':')}", mac(1).hex(":"))
        assert (lease.client_id, lease.hostname) == ("01616263", "phone[1m")
        assert (lease.via, lease.relay_info) == (RELAY, "0105706f727437")
        assert (lease.subnet, lease.starts, lease.until) == ("lan", START, START + 3600)

    def test_renewing_goes_past_the_relay(self, desk: Desks) -> None:
        """The relay stays the way to the client, and what it said of it is kept."""
        server = desk(lan())
        address = server.obtain(1, relay=RELAY, agent={1: b"port7"})
        server.now += 100
        server.serve(request(1, ciaddr=address, unicast=True, on_link=("198.51.100.1/24",)))
        lease = server.lease(address)
        assert (lease.starts, lease.via, lease.relay_info) == (START + 100, RELAY, "0105706f727437")
        server.serve(request(1, ciaddr=address, relay="192.0.2.251"))
        assert (server.lease(address).via, server.lease(address).relay_info) == ("192.0.2.251", "")

    def test_the_next_free_address_goes_around(self, desk: Desks) -> None:
        """One that was offered and not taken is not offered to the next client at once."""
        server = desk(lan(pool=(10, 12)))
        found = []
        for client in (1, 2, 3, 4):
            found.append(format_address(server.serve(discover(client)).address)[-2:])
            server.now += 100
        assert found == ["10", "11", "12", "10"]

    def test_nobody_is_offered_what_another_is(self, desk: Desks) -> None:
        """Not even who asks for it by name."""
        server = desk(lan())
        server.serve(discover(1))
        judgement = server.judge(discover(2, asked="192.0.2.10"))
        assert format_address(judgement.address) == "192.0.2.11"
        assert [str(loss) for loss in judgement.losses] == [
            f"the address was offered to another client (mac={mac(1).hex(':')})"
        ]

    def test_all_subnets_of_an_interface(self, desk: Desks) -> None:
        """A client may come from any of them; who has no address gets one of the first."""
        server = desk(lan(), lan("second", 3))
        both = ("192.0.2.1/24", "192.0.3.1/24")
        assert server.obtain(1, on_link=both) == "192.0.2.10"
        assert server.obtain(2, on_link=both[::-1]) == "192.0.3.10"
        kept = server.serve(request(2, asked="192.0.3.10", on_link=both))
        assert (kept.verb, format_address(kept.server_id)) == (Verb.ACK, "192.0.3.1")

    def test_a_boot_rom_and_its_system(self, desk: Desks) -> None:
        """A client that says more of itself than before keeps its address, under the better name."""
        server = desk(lan(strategies=("client-id", "mac")))
        address = server.obtain(1)
        said = {61: b"\1abc"}
        assert server.obtain(1, options=said) == address
        assert server.lease(address).key == "client-id=01616263"
        assert server.obtain(1, options={61: b"\1other"}) != address

    def test_a_device_is_written(self, desk: Desks) -> None:
        """Into the lease, and into the history."""
        server = desk(lan(rapid_commit=True))
        message = discover(1, options={80: b""})
        question = ask(message.packet, message.on_link, START, device_id="d1")
        judgement = server.leases.judge(question, server.fixture.store)
        assert (judgement.lease.device, judgement.tenures[-1].device) == ("d1", "d1")


class TestHistory:
    """Who had which address, and when."""

    def spans(self, server: Desk, address: str) -> list[tuple[int, int]]:
        """When each tenure began and ended, from the start."""
        return [
            (each.began - int(START), each.ended and each.ended - int(START))
            for each in server.tenures(address)
        ]

    def test_renewals_are_no_history(self, desk: Desks) -> None:
        """A tenure goes on as long as its lease does."""
        server = desk(lan())
        address = server.obtain(1)
        for _ in range(5):
            server.now += 1800
            renewed = server.serve(request(1, ciaddr=address, unicast=True))
            assert renewed.tenures == ()
        assert self.spans(server, address) == [(0, 0)]

    def test_another_holder(self, desk: Desks) -> None:
        """The first one's time ended when its lease did, not when somebody took the address over."""
        server = desk(lan(pool=(10, 10)))
        address = server.obtain(1)
        server.now += 5000
        server.leases.tick(server.now, 10)
        assert server.obtain(2) == address
        assert self.spans(server, address) == [(0, 3600), (5000, 0)]

    def test_a_client_that_comes_back(self, desk: Desks) -> None:
        """It has its address again, and there is a gap."""
        server = desk(lan())
        address = server.obtain(1)
        server.now += 5000
        assert server.obtain(1) == address
        assert self.spans(server, address) == [(0, 3600), (5000, 0)]

    def test_release_and_return_within_a_second(self, desk: Desks) -> None:
        """Two tenures that begin in one second have names of their own."""
        server = desk(lan())
        address = server.obtain(1)
        server.serve(sent(MessageType.RELEASE, 1, ciaddr=address, server=US))
        assert server.obtain(1) == address
        assert self.spans(server, address) == [(0, 0), (0, 0)]
        assert sorted(each.ended == 0 for each in server.tenures(address)) == [False, True]

    def test_a_conflict_ends_it(self, desk: Desks) -> None:
        """Who had the address before has it no more."""
        server = desk(lan(probe=Probe.AUTO, pool=(10, 10)))
        address = server.obtain(1)
        server.now += 5000
        server.in_use.add(address)
        server.leases.tick(server.now, 10)
        assert server.serve(discover(2)).verb is Verb.NOTHING
        assert self.spans(server, address) == [(0, 3600)]


class TestProbes:
    """Whose address is probed."""

    def test_who_has_it_is_not_probed(self, desk: Desks) -> None:
        """It would answer itself: whoever has an address, or asks to keep the one that it had."""
        server = desk(lan(probe=Probe.AUTO))
        address = server.obtain(1)
        assert server.probes == [address]
        server.serve(discover(1))
        server.serve(request(1, ciaddr=address, unicast=True))
        server.now += 9000
        assert server.serve(request(1, asked=address)).verb is Verb.ACK
        assert server.probes == [address]

    def test_who_had_it_is_probed_when_it_asks_anew(self, desk: Desks) -> None:
        """Somebody may have come since."""
        server = desk(lan(probe=Probe.AUTO))
        address = server.obtain(1)
        server.now += 9000
        server.serve(discover(1))
        assert server.probes == [address, address]

    def test_after_a_restart(self, desk: Desks) -> None:
        """Nobody knows any more that the address was probed before it was offered."""
        server = desk(lan(probe=Probe.AUTO))
        offer = server.serve(discover(1))
        server.restart()
        address = format_address(offer.address)
        assert server.serve(request(1, asked=address, server=US)).verb is Verb.ACK
        assert server.probes == [address, address]

    def test_reservations_are_probed(self, desk: Desks) -> None:
        """One that is in use rests, its client gets another address, and comes back to it later."""
        server = desk(lan(probe=Probe.AUTO, quarantine=300), reservation("192.0.2.50"))
        server.in_use.add("192.0.2.50")
        assert server.obtain(1) == "192.0.2.10"
        assert server.lease("192.0.2.50").until == START + 300
        renewed = server.serve(request(1, ciaddr="192.0.2.10", unicast=True))
        assert renewed.verb is Verb.ACK
        server.in_use.clear()
        server.now += 301
        denied = server.serve(request(1, ciaddr="192.0.2.10", unicast=True))
        assert denied.verb is Verb.NAK
        assert server.obtain(1) == "192.0.2.50"

    def test_rapid_commit_waits_for_the_probe(self, desk: Desks) -> None:
        """And is then an acknowledgement like any other."""
        server = desk(lan(probe=Probe.AUTO, rapid_commit=True))
        server.in_use.add("192.0.2.10")
        judgement = server.serve(discover(1, options={80: b""}))
        assert (judgement.verb, judgement.lease.id) == (Verb.ACK, "192.0.2.11")


def test_a_mark_that_is_moved(desk: Desks) -> None:
    """An edit of `low_water` is in force at once: what is short now is told."""
    server = desk(lan())
    for client in (1, 2, 3, 4, 5):
        server.obtain(client)
    assert server.leases.shortages() == ()
    server.keep(lan(low_water=0.3))
    assert [told.short for told in server.leases.shortages()] == [True]
    server.keep(lan(low_water=0.8))
    assert [told.short for told in server.leases.shortages()] == [False]
