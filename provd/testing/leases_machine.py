"""The policy against a model: clients that come, stay, move, lie and leave, while everything changes around them.

hypothesis invents clients of three links (one of them with two subnets, one where clients are known
by their client-id), edits of subnets and reservations, clocks that jump, crashes between any two
packets, probes that are answered, and answers that get lost.  After each step: no address is two clients', none is
another's than it is reserved for, whatever was acknowledged is written, and every renewal was
granted or denied as the model says it must be.
"""

from __future__ import annotations

import unittest
from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec import Struct
from msgspec.structs import replace

from provd.documents.dhcp import Lease, Mode, Picker, Pool, Probe, Reservation, Subnet
from provd.leases import Leases
from provd.leases._offers import LIFE
from provd.testing.leases import US, Desk, Sent, discover, request, reservation, sent
from provd.testing.leases_tables import check_occupancy
from provd.testing.leases_world import (
    ADDRESSES,
    CLIENT_NUMBERS,
    LINKS,
    NETS,
    POOLS,
    SUBNETS,
    keys,
    pooled,
    said,
    subnet_at,
)
from provd.testing.store_fixture import Fixture
from provd.values import Judgement, Verb
from provd.wire.dhcp import MessageType, format_address

CLIENTS = st.sampled_from(CLIENT_NUMBERS)
STEPS = st.sampled_from([1, 20, 70, 1800, 3700, 100_000, -30, -5000])


class Held(Struct, frozen=True):
    """What a client was told that it has."""

    key: str
    until: int


class LeasesMachine(RuleBasedStateMachine):
    """One server, five clients, three links."""

    def open(self) -> Fixture:
        """A fixture with an empty store."""
        raise NotImplementedError

    @initialize()
    def begin(self) -> None:
        """Nobody has anything."""
        self.desk = Desk(self.open(), *SUBNETS)
        self.held: dict[str, Held] = {}

    # What clients do

    @rule(
        client=CLIENTS,
        relay=st.sampled_from(sorted(LINKS)),
        asked=st.sampled_from(("", *ADDRESSES)),
    )
    def ask(self, client: int, relay: str, asked: str) -> None:
        """DISCOVER; the offer may get lost."""
        judgement = self.desk.serve(discover(asked=asked, **said(client, relay)))
        assert judgement.verb in {Verb.OFFER, Verb.NOTHING}
        self.may_have(judgement, client, relay)

    @rule(
        client=CLIENTS,
        relay=st.sampled_from(sorted(LINKS)),
        asked=st.sampled_from(("", *ADDRESSES)),
    )
    def join(self, client: int, relay: str, asked: str) -> None:
        """DISCOVER and REQUEST, at once: an offer is kept."""
        what = said(client, relay)
        offer = self.desk.serve(discover(asked=asked, **what))
        if offer.verb is not Verb.OFFER:
            return
        address = format_address(offer.address)
        wanted = request(asked=address, server=format_address(offer.server_id), **what)
        assert self.requested(wanted, client, relay, address).verb is Verb.ACK

    @rule(client=CLIENTS, relay=st.sampled_from(sorted(LINKS)), asked=st.sampled_from(ADDRESSES))
    def insist(self, client: int, relay: str, asked: str) -> None:
        """REQUEST of any address, offered or not (an offer before a crash, or a lie)."""
        what = said(client, relay)
        self.requested(request(asked=asked, server=US, **what), client, relay, asked)

    @rule(client=CLIENTS, relay=st.sampled_from(sorted(LINKS)), asked=st.sampled_from(ADDRESSES))
    def reboot(self, client: int, relay: str, asked: str) -> None:
        """INIT-REBOOT with whatever it remembers, on whatever link it wakes up."""
        message = request(asked=asked, **said(client, relay))
        self.continued(message, client, relay, asked)

    @rule(client=CLIENTS, ciaddr=st.sampled_from(ADDRESSES))
    def renew(self, client: int, ciaddr: str) -> None:
        """A unicast, from wherever the address is."""
        what = said(client, "")
        relay = next(relay for relay, names in LINKS.items() if subnet_at(ciaddr) in names)
        message = request(ciaddr=ciaddr, unicast=True, **what)
        self.continued(message, client, relay, ciaddr)

    @rule(client=CLIENTS, relay=st.sampled_from(sorted(LINKS)), ciaddr=st.sampled_from(ADDRESSES))
    def rebind(self, client: int, relay: str, ciaddr: str) -> None:
        """A broadcast, on whatever link it is."""
        message = request(ciaddr=ciaddr, **said(client, relay))
        self.continued(message, client, relay, ciaddr)

    @rule(client=CLIENTS, address=st.sampled_from(ADDRESSES), declined=st.booleans())
    def give_back(self, client: int, address: str, *, declined: bool) -> None:
        """RELEASE or DECLINE, of its own address or of somebody else's."""
        mine = self.is_mine(client, address)
        kind = MessageType.DECLINE if declined else MessageType.RELEASE
        asked, ciaddr = (address, "") if declined else ("", address)
        judgement = self.desk.serve(
            sent(kind, server=US, asked=asked, ciaddr=ciaddr, **said(client, ""))
        )
        assert judgement.verb is Verb.NOTHING
        assert (judgement.lease is not None) == mine
        if mine:
            del self.held[address]

    @rule(client=CLIENTS, relay=st.sampled_from(sorted(LINKS)))
    def choose_another(self, client: int, relay: str) -> None:
        """A REQUEST for another server."""
        message = request(asked="192.0.2.3", server="192.0.2.99", **said(client, relay))
        assert self.desk.serve(message).verb is Verb.NOTHING

    # What happens to them

    @rule(by=STEPS)
    def pass_time(self, by: int) -> None:
        """The clock goes on, or jumps."""
        self.desk.now += by

    @rule()
    def tick(self) -> None:
        """Time is kept."""
        self.desk.leases.tick(self.desk.now, 1000)

    @rule()
    def restart(self) -> None:
        """Everything in memory is lost."""
        self.desk.restart()

    @rule(client=CLIENTS, relay=st.sampled_from(sorted(LINKS)), asked=st.sampled_from(ADDRESSES))
    @precondition(lambda self: self.desk.fixture.reopen is not None)
    def crash(self, client: int, relay: str, asked: str) -> None:
        """The power fails before what a REQUEST leads to is durable: it is not answered, and all as before."""
        self.desk.commit(request(asked=asked, server=US, **said(client, relay)))
        self.desk.crash()

    @rule(
        name=st.sampled_from("abcd"),
        which=st.integers(0, 2),
        mode=st.sampled_from(list(Mode)),
        serves=st.booleans(),
    )
    def edit_subnet(self, name: str, which: int, mode: Mode, *, serves: bool) -> None:
        """Other pools, another mode (mostly one that gives addresses), other pickers."""
        subnet = next(each for each in SUBNETS if each.id == name)
        span = POOLS[name][which]
        pools = tuple(
            Pool(first=f"{NETS[name]}.{first}", last=f"{NETS[name]}.{last}")
            for first, last in ([span] if span else [])
        )
        pickers = (Picker.NEXT_FREE, Picker.MOST_EXPIRED) if which == 1 else subnet.pickers
        self.desk.keep(
            replace(subnet, pools=pools, mode=Mode.SERVE if serves else mode, pickers=pickers)
        )

    @rule(name=st.sampled_from("abcd"))
    def drop_subnet(self, name: str) -> None:
        """A subnet goes."""
        self.desk.drop("subnets", name)

    @rule(client=CLIENTS, address=st.sampled_from(ADDRESSES), scoped=st.booleans())
    def reserve(self, client: int, address: str, *, scoped: bool) -> None:
        """An address becomes a client's: at most one in each subnet, or one in all."""
        subnet = subnet_at(address) if scoped else ""
        wanted = reservation(address, subnet=subnet, token=said(client, "")["chaddr"].hex(":"))
        others = [
            each for each in self.reservations() if each.id != address and each.key == wanted.key
        ]
        if all(each.subnet and subnet and each.subnet != subnet for each in others):
            self.desk.keep(wanted)

    @rule(address=st.sampled_from(ADDRESSES))
    def unreserve(self, address: str) -> None:
        """A reservation goes."""
        self.desk.drop("reservations", address)

    @rule(address=st.sampled_from(ADDRESSES), used=st.booleans())
    def be_used(self, address: str, *, used: bool) -> None:
        """Somebody who asked nobody uses an address, or stops."""
        (self.desk.in_use.add if used else self.desk.in_use.discard)(address)

    @rule()
    @precondition(lambda self: self.held)
    def forget_old_ones(self) -> None:
        """What was over for an hour is deleted."""
        self.desk.leases.tick(self.desk.now, 1000)
        for lease in self.desk.leases.outdated(self.desk.now - 3600, 2):
            assert lease.until <= self.desk.now - (3600 if lease.key else 0)
            self.desk.drop("leases", lease.id)

    # What must be so

    def subnets(self) -> dict[str, Subnet]:
        """Those there are."""
        return {each.id: each for each in self.desk.fixture.store.collection("subnets")}

    def reservations(self) -> list[Reservation]:
        """Those there are."""
        return list(self.desk.fixture.store.collection("reservations"))

    def is_mine(self, client: int, address: str) -> bool:
        """Whether a client has an address now."""
        held = self.held.get(address)
        name = subnet_at(address)
        if name not in self.subnets():
            # Without a subnet nobody knows by what clients are known there.
            return False
        return held is not None and held.until > self.desk.now and held.key in keys(client, name)

    def link(self, relay: str) -> list[str]:
        """The subnets on a link: none where the relay's, or our own address there, is in none."""
        names = LINKS[relay]
        return (
            [each for each in names if each in self.subnets()] if names[0] in self.subnets() else []
        )

    def entitled(self, client: int, relay: str, address: str, *, routed: bool = False) -> bool:
        """Whether the documents let a client on a link have an address, whoever has it now."""
        name = subnet_at(address)
        subnet = self.subnets().get(name)
        link = self.link(relay)
        if routed:
            link = [
                each
                for each in next(names for names in LINKS.values() if name in names)
                if each in self.subnets()
            ]
        if subnet is None or name not in link or subnet.mode not in {Mode.SERVE, Mode.RESERVED}:
            return False
        for each in self.reservations():
            if each.address == address:
                return each.key in keys(client, name) and each.subnet in {"", name}
        if subnet.mode is Mode.RESERVED or not pooled(subnet, address):
            return False
        return not any(
            self.could_have(client, each)
            for each in self.reservations()
            if subnet_at(each.address) in link
        )

    def could_have(self, client: int, wanted: Reservation) -> bool:
        """Whether an address reserved for a client is to be had."""
        name = subnet_at(wanted.address)
        known = keys(client, name)
        lease: Lease | None = self.desk.lease(wanted.address)
        return (
            wanted.key in known
            and wanted.subnet in {"", name}
            and self.subnets()[name].mode in {Mode.SERVE, Mode.RESERVED}
            and (lease is None or not lease.is_taken(self.desk.now) or lease.key in known)
        )

    def may_have(self, judgement: Judgement, client: int, relay: str) -> None:
        """What is offered is neither somebody else's nor reserved for them."""
        if judgement.verb is not Verb.OFFER:
            return
        address = format_address(judgement.address)
        held = self.held.get(address)
        assert held is None or held.until <= self.desk.now or self.is_mine(client, address)
        assert self.entitled(client, relay, address)
        probed = self.desk.found_free.get(address, float("-inf"))
        if self.probed(address) and not self.is_mine(client, address):
            assert abs(self.desk.now - probed) < LIFE, "offered without a probe"

    def probed(self, address: str) -> bool:
        """Whether the policy asks for probes there."""
        return self.subnets()[subnet_at(address)].probe is not Probe.NONE

    def requested(self, message: Sent, client: int, relay: str, address: str) -> Judgement:
        """A REQUEST is acknowledged only to who may have the address, and then it is written."""
        entitled = self.entitled(client, relay, address, routed=message.unicast)
        mine = self.is_mine(client, address)
        others = self.held.get(address)
        taken = others is not None and others.until > self.desk.now and not mine
        judgement = self.desk.serve(message)
        if judgement.verb is Verb.ACK:
            assert entitled
            assert not taken
            self.acknowledged(judgement, client, address)
        else:
            self.denied(judgement, client)
        return judgement

    def continued(self, message: Sent, client: int, relay: str, address: str) -> None:
        """Who has an address and may have it keeps it; who may not, or has it not, is denied or hears nothing."""
        keeps = self.is_mine(client, address) and self.entitled(
            client, relay, address, routed=message.unicast
        )
        link = [self.subnets()[each] for each in self.link(relay)]
        if message.unicast:
            name = subnet_at(address)
            link = [each for each in self.subnets().values() if each.id == name]
        judgement = self.requested(message, client, relay, address)
        if keeps:
            assert judgement.verb is Verb.ACK
        elif not any(each.mode in {Mode.SERVE, Mode.RESERVED} for each in link):
            assert judgement.verb is Verb.NOTHING

    def acknowledged(self, judgement: Judgement, client: int, address: str) -> None:
        """The lease is written as it was told, and the client has no other on its link."""
        lease = self.desk.lease(address)
        assert lease.key == judgement.key
        assert lease.until == int(self.desk.now) + judgement.duration
        for gone in judgement.forget:
            self.held.pop(gone.id, None)
        self.held[address] = Held(judgement.key, lease.until)
        here = next(names for names in LINKS.values() if subnet_at(address) in names)
        assert [
            each
            for each in self.held
            if subnet_at(each) in here and self.is_mine(client, each) and each != address
        ] == []

    def denied(self, judgement: Judgement, client: int) -> None:
        """Who is denied has nothing there any more."""
        for gone in judgement.forget:
            self.held.pop(gone.id, None)

    @invariant()
    def whatever_was_acknowledged_is_written(self) -> None:
        """Also after a crash."""
        if not hasattr(self, "desk"):
            return
        for address, held in list(self.held.items()):
            lease = self.desk.lease(address)
            if held.until <= self.desk.now and (lease is None or lease.key != held.key):
                del self.held[address]  # it was over, and was taken over or forgotten
                continue
            assert lease is not None
            assert (lease.key, lease.until) == (held.key, held.until)

    @invariant()
    def tenures_follow(self) -> None:
        """Each address has one open tenure at most, and exactly that of its lease."""
        if not hasattr(self, "desk"):
            return
        for address in ADDRESSES:
            lease = self.desk.lease(address)
            opened = [tenure.id for tenure in self.desk.tenures(address) if not tenure.ended]
            if lease is not None and lease.state == "bound":
                assert opened == [lease.tenure]

    @invariant()
    def counts_are_right(self) -> None:
        """The pools' counts are those of a slow count."""
        if not hasattr(self, "desk"):
            return
        assert isinstance(self.desk.leases, Leases)
        check_occupancy(self.desk.leases._occupancy)

    def teardown(self) -> None:
        """Leave nothing behind."""
        if hasattr(self, "desk"):
            self.desk.close()


def make_leases_machine(
    open_: Callable[[], Fixture], examples: int = 100, steps: int = 40
) -> type[unittest.TestCase]:
    """The test case that runs the machine against stores that `open_` makes."""

    class Machine(LeasesMachine):
        def open(self) -> Fixture:
            return open_()

    case: type[unittest.TestCase] = Machine.TestCase
    case.settings = settings(max_examples=examples, stateful_step_count=steps)  # type: ignore[attr-defined] # hypothesis reads it
    return case
