"""Links, relays, pairs, lease queries and floods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from provd.documents.dhcp import Picker, Pool, Probe, Subnet
from provd.leases import ask
from provd.testing.leases import (
    START,
    US,
    Desk,
    discover,
    lan,
    mac,
    octets,
    request,
    reservation,
    sent,
)
from provd.values import Judgement, Verb
from provd.wire.dhcp import MalformedOption, MessageType, Packet, format_address, parse_address

RELAY = "192.0.2.250"

Desks = Callable[..., Desk]


class TestServers:
    """Under which address a client knows us."""

    def server_id(self, judgement: Judgement) -> str:
        """Option 54 of the answer."""
        return format_address(judgement.server_id)

    def test_ours_on_its_subnet(self, desk: Desks) -> None:
        """Or the first of the interface, where none is."""
        server = desk(lan())
        on_link = ("198.51.100.1/24", "192.0.2.1/24")
        assert self.server_id(server.judge(discover(1, on_link=on_link))) == US
        routed = discover(1, relay=RELAY, on_link=("198.51.100.1/24",))
        assert self.server_id(server.judge(routed)) == "198.51.100.1"

    def test_what_a_relay_says_in_our_place(self, desk: Desks) -> None:
        """RFC 5107: in every answer through it; a client alone cannot say so."""
        server = desk(lan())
        agent = {11: octets(RELAY)}
        assert self.server_id(server.judge(discover(1, relay=RELAY, agent=agent))) == RELAY
        assert self.server_id(server.judge(discover(1, agent=agent))) == US
        pretended = request(1, asked="192.0.2.10", server=RELAY, agent=agent)
        assert server.judge(pretended).verb is Verb.NOTHING

    def test_link_selection(self, desk: Desks) -> None:
        """RFC 3527: of a relay, and of nobody else."""
        server = desk(lan(), lan("other", 3))
        agent = {5: octets("192.0.3.0")}
        assert server.judge(discover(1, relay=RELAY, agent=agent)).subnet.id == "other"
        assert server.judge(discover(1, agent=agent)).subnet.id == "lan"

    def test_an_option_82_that_cannot_be_read(self) -> None:
        """It decides where the client is: it is not passed over."""
        packet = Packet(1, 1, mac(1), {53: b"\1", 82: b"\1\5x"}, giaddr=parse_address(RELAY))
        with pytest.raises(MalformedOption):
            ask(packet, (), START)


class TestPairs:
    """The other end of a /31."""

    def test_the_whole_life(self, desk: Desks) -> None:
        """Behind a relay that is one end, renewed from behind routers; the client's mask is a /31's."""
        server = desk(lan(pickers=(Picker.POINT2POINT,)))
        address = server.obtain(1, relay="192.0.2.13")
        assert address == "192.0.2.12"
        renewed = server.serve(
            request(1, ciaddr=address, unicast=True, on_link=("198.51.100.1/24",))
        )
        assert (renewed.verb, renewed.point_to_point) == (Verb.ACK, True)
        assert server.judge(discover(2, relay="192.0.2.13")).verb is Verb.NOTHING
        elsewhere = request(2, asked="192.0.2.14", server=US, relay="192.0.2.13")
        assert server.judge(elsewhere).verb is Verb.NAK


class TestLeaseQueries:
    """RFC 4388."""

    def query(self, relay: str, **said: Any) -> Any:
        """What a relay sends."""
        return sent(MessageType.LEASEQUERY, relay=relay, **{"chaddr": b"", **said})

    def test_the_most_recent_of_several(self, desk: Desks) -> None:
        """And the addresses of the others, with what is left of the time."""
        server = desk(lan(), lan("other", 3))
        server.obtain(1, relay=RELAY)
        server.now += 100
        server.obtain(1, relay="192.0.3.250")
        server.now += 100
        told = server.serve(self.query(RELAY, chaddr=mac(1)))
        assert (told.verb, told.found.id, told.duration) == (Verb.ACTIVE, "192.0.3.10", 3500)
        assert [format_address(each) for each in told.others] == ["192.0.2.10"]
        assert told.yiaddr == 0

    def test_a_relay_is_known_as_long_as_it_has_clients(self, desk: Desks) -> None:
        """Through it a lease was given, and is there still."""
        server = desk(lan())
        held = [server.obtain(client, relay=RELAY) for client in (1, 2)]
        for address, verb in zip(held, (Verb.UNASSIGNED, Verb.NOTHING), strict=True):
            server.drop("leases", address)
            assert server.serve(self.query(RELAY, ciaddr="192.0.2.15")).verb is verb

    def test_a_relay_that_an_operator_names(self, desk: Desks) -> None:
        """It is told before anybody got a lease through it, until it is named no more."""
        server = desk(lan())
        server.leases.tell([RELAY])
        assert server.serve(self.query(RELAY, ciaddr="192.0.2.15")).verb is Verb.UNASSIGNED
        server.leases.tell([])
        assert server.serve(self.query(RELAY, ciaddr="192.0.2.15")).verb is Verb.NOTHING


class TestFloods:
    """Invented clients."""

    def test_a_flood_of_discovers_closes_nothing(self, desk: Desks) -> None:
        """However many ask, a client that means it gets an address; and memory stays where it was."""
        server = desk(lan(pool=(10, 19)))
        for number in range(300):
            chaddr = b"\2" + number.to_bytes(5, "big")
            assert server.serve(discover(chaddr=chaddr)).verb is Verb.OFFER
        [pool] = server.leases.utilisation()
        assert (pool.offered, pool.free, pool.live) == (10, 0, 0)
        assert server.obtain(1)
        server.now += 61
        server.leases.tick(server.now, 100)
        [pool] = server.leases.utilisation()
        assert (pool.offered, pool.free, pool.live) == (0, 9, 1)

    def test_overtaken_and_first(self, desk: Desks) -> None:
        """Of two clients with one promise, the first to request gets the address, the other is denied."""
        server = desk(lan(pool=(10, 10)))
        for client in (1, 2):
            assert server.serve(discover(client)).verb is Verb.OFFER
        verbs = [
            server.serve(request(client, asked="192.0.2.10", server=US)).verb for client in (1, 2)
        ]
        assert verbs == [Verb.ACK, Verb.NAK]


def test_scoped_reservations(desk: Desks) -> None:
    """One client may have an address reserved in each of several subnets; each is good there only."""
    server = desk(
        lan(),
        lan("other", 3),
        reservation("192.0.2.50", subnet="lan"),
        reservation("192.0.3.50", subnet="other"),
    )
    assert server.obtain(1) == "192.0.2.50"
    assert server.obtain(1, relay="192.0.3.250") == "192.0.3.50"
    assert server.lease("192.0.2.50").reserved


def test_overflow_to_the_other_subnet_of_a_link(desk: Desks) -> None:
    """When the pools of one subnet are full, those of the other are used."""
    server = desk(
        lan(pool=(10, 10), shared_network="home"),
        Subnet(
            id="more",
            network="192.0.3.0/24",
            shared_network="home",
            probe=Probe.NONE,
            pools=(Pool(first="192.0.3.10", last="192.0.3.10"),),
        ),
    )
    assert [server.obtain(client) for client in (1, 2, 3)] == ["192.0.2.10", "192.0.3.10", ""]


def test_a_reservation_takes_the_place_of_another(desk: Desks) -> None:
    """In one draft, whichever comes first: the address is the new one's, and nobody else's."""
    server = desk(lan(pool=(10, 10)), reservation("192.0.2.10", 1))
    store = server.fixture.store
    draft = store.draft("swap")
    draft.put("reservations", replace(reservation("192.0.2.10", 2), id="other"))
    draft.delete("reservations", "192.0.2.10")
    store.commit(draft)
    assert [server.obtain(client) for client in (1, 3, 2)] == ["", "", "192.0.2.10"]
