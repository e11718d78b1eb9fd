"""DHCP's policy over a real store: a desk that serves packets one after another, as servers do.

And what every `ILeases` owes its callers: `make_leases_tests`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from provd.contracts import ILeases
from provd.documents.dhcp import (
    LEASES,
    TENURES,
    Lease,
    Pool,
    Probe,
    Reservation,
    Subnet,
    client_key,
)
from provd.leases import Leases, ask
from provd.testing.leases_stores import DHCP_KINDS, Crashing
from provd.testing.store_fixture import Fixture
from provd.values import Committed, Exchange, Judgement, Verb
from provd.wire.dhcp import MessageType, Packet, encapsulate, format_address, parse_address

START = 1_700_000_000.0
US = "192.0.2.1"
"""The server's address on the first link."""
TRIES = 4
"""How often an address is probed, and another one tried, for one packet."""


def lan(
    name: str = "lan", third: int = 2, *, pool: tuple[int, int] | None = (10, 19), **more: Any
) -> Subnet:
    """The subnet 192.0.`third`.0/24, with one pool."""
    net = f"192.0.{third}"
    pools = () if pool is None else (Pool(first=f"{net}.{pool[0]}", last=f"{net}.{pool[1]}"),)
    return Subnet(id=name, network=f"{net}.0/24", **{"pools": pools, "probe": Probe.NONE, **more})


def reservation(address: str, client: int = 1, **more: Any) -> Reservation:
    """An address for a client known by its MAC address."""
    strategy, token = more.pop("strategy", "mac"), more.pop("token", mac(client).hex(":"))
    return Reservation(
        id=address,
        address=address,
        strategy=strategy,
        token=token,
        key=client_key(strategy, token),
        **more,
    )


def mac(client: int) -> bytes:
    """The hardware address of a client."""
    return bytes((0, 0, 0x5E, 0, 0x53, client))


class Sent(Struct, frozen=True, kw_only=True):
    """A packet, and how it comes."""

    packet: Packet
    on_link: tuple[str, ...] = (f"{US}/24",)
    unicast: bool = False


def sent(  # noqa: PLR0913 - each is something that a packet says
    kind: MessageType | None,
    client: int = 1,
    *,
    asked: str = "",
    server: str = "",
    ciaddr: str = "",
    relay: str = "",
    agent: dict[int, bytes] | None = None,
    options: dict[int, bytes] | None = None,
    on_link: tuple[str, ...] = (f"{US}/24",),
    unicast: bool = False,
    chaddr: bytes | None = None,
) -> Sent:
    """What a client sends; through a relay, when one is named."""
    said = {53: bytes((kind,))} if kind is not None else {}
    if asked:
        said[50] = octets(asked)
    if server:
        said[54] = octets(server)
    said.update(options or {})
    if agent:
        said[82] = encapsulate(agent)
    packet = Packet(
        1,
        0x1234,
        mac(client) if chaddr is None else chaddr,
        said,
        ciaddr=parse_address(ciaddr) if ciaddr else 0,
        giaddr=parse_address(relay) if relay else 0,
    )
    return Sent(packet=packet, on_link=on_link, unicast=unicast)


def octets(address: str) -> bytes:
    """An address as options hold it."""
    return parse_address(address).to_bytes(4, "big")


discover = partial(sent, MessageType.DISCOVER)
request = partial(sent, MessageType.REQUEST)


class Desk:
    """Serves packets: judges, holds, probes, writes, and answers once that is durable."""

    def __init__(self, fixture: Fixture, *documents: Any, now: float = START) -> None:
        self.fixture = fixture
        self.now = now
        self.in_use: set[str] = set()
        """Addresses that somebody answers probes for."""
        self.probes: list[str] = []
        self.found_free: dict[str, float] = {}
        """When probes were not answered."""
        self.keep(*documents)
        self.leases: ILeases = Leases(fixture.store, now)

    def close(self) -> None:
        """Close the store, too."""
        self.leases.close()
        self.fixture.close()

    def keep(self, *documents: Any) -> None:
        """Put documents, whatever there was."""
        for document in documents:
            self._commit(puts=(document,))

    def drop(self, collection: str, document_id: str) -> None:
        """Delete a document, if it is there; a lease with the end of its tenure."""
        document = self.fixture.store.get(collection, document_id)
        if document is None:
            return
        draft = self.fixture.store.draft("test")
        if isinstance(document, Lease):
            ended = self.leases.end_of(document, self.now, draft)
            if ended is not None:
                draft.put(TENURES.name, ended)
        draft.delete(collection, document_id)
        self.fixture.store.commit(draft)

    def judge(self, message: Sent) -> Judgement:
        """What-if: the judgement, and nothing else."""
        question = ask(
            message.packet, message.on_link, self.now, device_id="", unicast=message.unicast
        )
        return self.leases.judge(question, self.fixture.store.draft("what-if"))

    def serve(self, message: Sent) -> Judgement:
        """The judgement that was acted on; what it writes is durable."""
        judgement = self.commit(message)
        self.fixture.settle()
        return judgement

    def commit(self, message: Sent) -> Judgement:
        """The judgement that was acted on; nothing that it writes is durable yet, nor is it answered."""
        judgement = self._hold(message)
        for _ in range(TRIES):
            if not judgement.probe:
                break
            self._probe(judgement)
            judgement = self._hold(message)
        self._commit(
            puts=(*((judgement.lease,) if judgement.lease else ()), *judgement.tenures),
            deletes=judgement.forget,
        )
        return judgement

    def _hold(self, message: Sent) -> Judgement:
        self.leases.tick(self.now)
        judgement = self.judge(message)
        self.leases.hold(judgement, self.now)
        return judgement

    def _probe(self, judgement: Judgement) -> None:
        address = format_address(judgement.address)
        self.probes.append(address)
        if address not in self.in_use:
            self.found_free[address] = self.now
            self.leases.probed(judgement)
            return
        view = self.fixture.store.draft("probe")
        conflict = self.leases.conflicted(judgement.address, self.now, view)
        self._commit(puts=(conflict.lease, *conflict.tenures))

    def _commit(self, puts: tuple[Any, ...] = (), deletes: tuple[Any, ...] = ()) -> None:
        draft = self.fixture.store.draft("test")
        for document in puts:
            name = next(kind.name for kind in DHCP_KINDS if isinstance(document, kind.type))
            known = self.fixture.store.get(name, document.id)
            if not isinstance(document, Lease):
                document = replace(document, revision=known.revision if known else 0)  # noqa: PLW2901 - the same, as one who has just read it writes it
            draft.put(name, document)
        for document in deletes:
            draft.delete(LEASES.name, document.id)
        outcome: list[Any] = []
        self.fixture.store.commit(draft).addBoth(outcome.append)
        assert isinstance(outcome[0], Committed), outcome

    def obtain(self, client: int = 1, **said: Any) -> str:
        """DISCOVER and REQUEST; the address that the client has then, or an empty text."""
        offer = self.serve(discover(client, **said))
        if offer.verb is not Verb.OFFER:
            return format_address(offer.address) if offer.verb is Verb.ACK else ""
        address = format_address(offer.address)
        asked = {**said, "asked": address, "server": format_address(offer.server_id)}
        return address if self.serve(request(client, **asked)).verb is Verb.ACK else ""

    def lease(self, address: str) -> Any:
        """What is written of an address."""
        return self.fixture.store.get(LEASES.name, address)

    def tenures(self, address: str) -> list[Any]:
        """Who had an address, in order."""
        found = self.fixture.store.by(TENURES.name, "address", address)
        return sorted(found, key=lambda tenure: (tenure.began, tenure.ended or 2**40))

    def restart(self) -> None:
        """Lose everything that is in memory only."""
        self.leases.close()
        if self.fixture.reopen is not None:
            self.fixture.store.close()
            self.fixture.settle()
            self.fixture.store = self.fixture.reopen()
        self.leases = Leases(self.fixture.store, self.now)

    def crash(self) -> None:
        """Lose everything that is not durable; of a store that forgets everything, the rest only."""
        if not isinstance(self.fixture, Crashing):
            self.restart()
            return
        self.leases.close()
        self.fixture.store = self.fixture.crash()
        self.leases = Leases(self.fixture.store, self.now)


MakeDesk = Callable[..., Desk]


def make_leases_tests(make_desk: MakeDesk) -> type[SynchronousTestCase]:  # noqa: C901 - a suite is long; each test is short
    """The behaviour every `ILeases` provider owes its callers; `make_desk(*documents)` makes a desk over one."""

    class LeasesTests(SynchronousTestCase):
        def desk(self, *documents: Any) -> Desk:
            desk = make_desk(*documents)
            self.addCleanup(desk.close)
            return desk

        def test_provides_its_interface(self) -> None:
            """It declares and offers the whole contract."""
            self.assertTrue(verifyObject(ILeases, self.desk().leases))

        def test_judging_changes_nothing(self) -> None:
            """Asked twice it says the same, and nobody else's answer differs for it."""
            desk = self.desk(lan())
            self.assertEqual(desk.judge(discover(1)), desk.judge(discover(1)))
            self.assertEqual(desk.judge(discover(1)).address, desk.judge(discover(2)).address)

        def test_what_if_is_what_happens(self) -> None:
            """The judgement of a what-if is that of the packet which is served next."""
            desk = self.desk(lan())
            for client in range(1, 13):
                wondered = desk.judge(discover(client))
                self.assertEqual(wondered, desk.serve(discover(client)))

        def test_two_packets_one_offer(self) -> None:
            """A client that asks again while it is offered an address is offered the same."""
            desk = self.desk(lan())
            first = desk.serve(discover(1))
            desk.serve(discover(2))
            desk.now += 1
            again = desk.serve(discover(1))
            self.assertEqual(first.address, again.address)
            self.assertEqual("offer", again.picker)

        def test_every_message_is_judged(self) -> None:
            """Any message type, in any state, gets a judgement and raises nothing."""
            desk = self.desk(lan(), reservation("192.0.2.50", 2))
            for kind in (None, *MessageType):
                for address in ("", "192.0.2.10", "192.0.2.50", "198.51.100.7", "224.0.0.1"):
                    for relay in ("", "192.0.2.1", "198.51.100.1"):
                        packet = sent(kind, asked=address, ciaddr=address, relay=relay)
                        self.assertIsInstance(desk.serve(packet), Judgement)

        def test_edits_are_in_force_at_once(self) -> None:
            """What is changed through the store decides the very next packet."""
            desk = self.desk(lan(pool=(10, 10)))
            self.assertEqual("192.0.2.10", format_address(desk.judge(discover(1)).address))
            desk.keep(lan(pool=(30, 30)))
            self.assertEqual("192.0.2.30", format_address(desk.judge(discover(1)).address))
            desk.keep(reservation("192.0.2.77", 1))
            self.assertEqual("192.0.2.77", format_address(desk.judge(discover(1)).address))
            desk.drop("reservations", "192.0.2.77")
            desk.drop("subnets", "lan")
            self.assertEqual(Verb.NOTHING, desk.judge(discover(1)).verb)

        def test_a_conflict_is_avoided(self) -> None:
            """An address that somebody answers for rests, and the same packet gets another one."""
            desk = self.desk(lan(probe=Probe.AUTO))
            desk.in_use.add("192.0.2.10")
            offer = desk.serve(discover(1))
            self.assertEqual(
                (Verb.OFFER, "192.0.2.11"), (offer.verb, format_address(offer.address))
            )
            self.assertEqual("declined", desk.lease("192.0.2.10").state)
            self.assertEqual(["192.0.2.10", "192.0.2.11"], desk.probes)

        def test_a_probe_under_way(self) -> None:
            """While an address is probed for a client, its other packets wait in silence."""
            desk = self.desk(lan(probe=Probe.AUTO))
            judgement = desk.judge(discover(1))
            desk.leases.hold(judgement, desk.now)
            desk.now += 0.5
            self.assertEqual(Verb.NOTHING, desk.judge(discover(1)).verb)
            desk.leases.probed(judgement)
            self.assertEqual(judgement.address, desk.judge(discover(1)).address)

        def test_a_restart_forgets_offers_only(self) -> None:
            """What was acknowledged is there; what was offered is given to who requests it."""
            desk = self.desk(lan())
            held = desk.obtain(1)
            offer = desk.serve(discover(2))
            desk.restart()
            self.assertEqual(mac(1).hex(":"), desk.lease(held).mac)
            wanted = request(2, asked=format_address(offer.address), server=US)
            self.assertEqual((Verb.ACK, Exchange.SELECTING), _outcome(desk.serve(wanted)))

        def test_outdated(self) -> None:
            """Leases that are over are told by age, the oldest first, and go when they are deleted."""
            desk = self.desk(lan())
            held = [desk.obtain(client) for client in (1, 2, 3)]
            self.assertEqual([], list(desk.leases.outdated(desk.now + 1e6, 10)))
            desk.now += 4000
            while not desk.leases.tick(desk.now, 1):
                pass
            self.assertEqual([], list(desk.leases.outdated(desk.now - 1000, 10)))
            told = desk.leases.outdated(desk.now, 2)
            self.assertEqual(2, len(told))
            for lease in told:
                desk.drop("leases", lease.id)
            self.assertEqual(
                set(held) - {lease.id for lease in told},
                {lease.id for lease in desk.leases.outdated(desk.now, 10)},
            )

        def test_what_has_rested_is_free(self) -> None:
            """An address whose quarantine is over is told as outdated at once, and is then anybody's."""
            desk = self.desk(lan(pool=(10, 10), quarantine=60))
            desk.serve(sent(MessageType.DECLINE, asked=desk.obtain(1), server=US))
            self.assertEqual("", desk.obtain(2))
            desk.now += 61
            desk.leases.tick(desk.now, 10)
            desk.now -= 61  # the clock is set back: it rests on
            desk.leases.tick(desk.now, 10)
            self.assertEqual([], list(desk.leases.outdated(desk.now - 1e6, 10)))
            desk.now += 61
            desk.leases.tick(desk.now, 10)
            [rested] = desk.leases.outdated(desk.now - 1e6, 10)
            desk.drop("leases", rested.id)
            self.assertEqual("next_free", desk.serve(discover(2)).picker)

        def test_shortages_are_told_once(self) -> None:
            """Beyond the mark once; and once more when there is clearly room again."""
            desk = self.desk(lan(low_water=0.5))
            for client in range(1, 9):
                desk.obtain(client)
            [told] = desk.leases.shortages()
            self.assertEqual(("lan", 10, True), (told.subnet, told.size, told.short))
            self.assertEqual((), tuple(desk.leases.shortages()))
            desk.now += 4000
            desk.leases.tick(desk.now, 100)
            [told] = desk.leases.shortages()
            self.assertFalse(told.short)

    return LeasesTests


def _outcome(judgement: Judgement) -> tuple[Verb, Exchange]:
    return judgement.verb, judgement.exchange
