"""From a datagram to an inquiry, and from what was decided to a datagram."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred

from provd.servers.dhcp.counters import Tally
from provd.servers.dhcp.destination import Way
from provd.servers.dhcp.foreign import ForeignServers
from provd.servers.dhcp.listener import Arrival
from provd.servers.dhcp.reception import Reception
from provd.servers.dhcp.settings import DHCPSettings
from provd.testing.http import ScriptedInquiries
from provd.values import Inquiry, Link, Protocol, Refusal, RefusalKind, Reply, Silence
from provd.wire.dhcp import Packet, decode, encode, parse_address, reply

MAC = bytes.fromhex("00005e005301")
CLIENT = parse_address("192.0.2.7")
ETH0 = Link(index=2, name="eth0", mac="00:00:5e:00:53:fe", addresses=("192.0.2.1/24",))
DISCOVER = Packet(op=1, xid=7, chaddr=MAC, options={53: b"\1", 60: b"PXEClient"})


class Hosts:
    """The interfaces of a host: eth0, a tunnel, and no other."""

    def __init__(self) -> None:
        self.known = [ETH0, Link(index=3, name="tun0", broadcast=False)]

    def link(self, index: int) -> Link | None:
        return next((each for each in self.known if each.index == index), None)

    def links(self) -> tuple[Link, ...]:
        return tuple(self.known)


class Bench:
    """A reception whose outlet writes down what is sent."""

    def __init__(self, answer: Any, settings: DHCPSettings | None = None) -> None:
        self.inquiries = ScriptedInquiries(answer)
        self.sent: list[tuple[Packet, Any, dict[str, Any]]] = []
        self.tally = Tally()
        self.reception = Reception(
            inquiries=self.inquiries,
            links=Hosts(),
            outlet=self,  # type: ignore[arg-type]  # it sends, as an outlet does
            tally=self.tally,
            settings=settings or DHCPSettings(interfaces=("eth0",)),
            clock=lambda: 1000.0,
            foreign=ForeignServers(lambda: 0.0, lambda _address: False),
        )

    def send(self, datagram: bytes, to: Any, **more: Any) -> None:
        self.sent.append((decode(datagram), to, more))

    def hear(self, packet: Packet | bytes = DISCOVER, link: int = 2, port: int = 67) -> None:
        """A datagram comes in."""
        payload = packet if isinstance(packet, bytes) else encode(packet)
        arrival = Arrival(payload, "0.0.0.0", 68, port, link, "192.0.2.1", unicast=False)
        self.reception.arrived([arrival])


def offers(inquiry: Inquiry) -> Reply:
    """An offer to whoever asks."""
    return Reply(reply(inquiry.packet, {53: b"\2"}, yiaddr=CLIENT))


def test_an_offer() -> None:
    """The inquiry says all there is to say, and the answer goes where its client hears it."""
    bench = Bench(offers)
    bench.hear()
    (inquiry,) = bench.inquiries.asked
    assert inquiry == Inquiry(
        id="scripted-1",
        protocol=Protocol.DHCP,
        path="discover",
        peer="",
        arrived=1000.0,
        peer_port=68,
        local="192.0.2.1",
        local_port=67,
        interface="eth0",
        dhcp={53: b"\1", 60: b"PXEClient"},
        mac="00:00:5e:00:53:01",
        packet=DISCOVER,
        on_link=("192.0.2.1/24",),
    )
    ((answer, to, how),) = bench.sent
    assert (answer.xid, answer.yiaddr, to.way) == (7, CLIENT, Way.HARDWARE)
    assert how == {"link": ETH0, "local": "192.0.2.1", "port": 67, "chaddr": MAC}
    counted = bench.tally.snapshot(bench.reception.waiting)
    assert (counted.received, counted.sent, counted.waiting) == ({"discover": 1}, {"offer": 1}, 0)


def test_a_relayed_renewal() -> None:
    """Its client's address is the client's; the relay's is the relay's."""
    bench = Bench(Silence("not now"))
    relay = parse_address("198.51.100.1")
    bench.hear(Packet(op=1, xid=1, chaddr=MAC, ciaddr=CLIENT, giaddr=relay, options={53: b"\3"}))
    (inquiry,) = bench.inquiries.asked
    assert (inquiry.peer, inquiry.relay, inquiry.source) == (
        "192.0.2.7",
        "198.51.100.1",
        "192.0.2.7",
    )
    assert bench.sent == []
    assert bench.tally.silent == 1


def test_who_answers_for_a_client_without_an_address() -> None:
    """Its relay, or our interface."""
    bench = Bench(Silence("not now"))
    bench.hear()
    bench.hear(Packet(op=1, xid=1, chaddr=MAC, giaddr=CLIENT, options={53: b"\1"}))
    assert [each.source for each in bench.inquiries.asked] == ["interface eth0", "relay 192.0.2.7"]


@pytest.mark.parametrize("link", [3, 4, 0], ids=["a tunnel", "one that has gone", "nowhere"])
def test_other_interfaces(link: int) -> None:
    """Nobody is answered where we do not serve."""
    bench = Bench(offers, DHCPSettings(interfaces=("*",)))
    bench.hear(link=link)
    assert (bench.inquiries.asked, dict(bench.tally.ignored)) == ([], {"interface": 1})


def test_interfaces_are_taken_up() -> None:
    """From the next packet on; a tunnel only by its name."""
    bench = Bench(offers)
    bench.reception.adopt(DHCPSettings(interfaces=("tun0",)))
    bench.hear()
    bench.hear(link=3)
    assert len(bench.sent) == 1


def test_an_impatient_client() -> None:
    """What it repeats while it waits is asked once; its next question is another one."""
    waiting: Deferred[Any] = Deferred()
    bench = Bench(lambda _inquiry: waiting)
    bench.hear()
    bench.hear()
    assert (len(bench.inquiries.asked), bench.reception.waiting) == (1, 1)
    waiting.callback(offers(bench.inquiries.asked[0]))
    assert (len(bench.sent), bench.reception.waiting) == (1, 0)
    bench.inquiries.answer = offers
    bench.hear()
    assert len(bench.sent) == 2


def test_no_more_wait_than_may() -> None:
    """The clients of the others ask again."""
    bench = Bench(lambda _inquiry: Deferred(), DHCPSettings(interfaces=("eth0",), busy=2))
    for xid in range(5):
        bench.hear(Packet(op=1, xid=xid, chaddr=MAC, options={53: b"\1"}))
    assert (bench.reception.waiting, bench.tally.ignored["busy"]) == (2, 3)


def test_refusals_are_silent() -> None:
    """DHCP has no word for them: the client asks the next server."""
    bench = Bench(Refusal(RefusalKind.NOT_FOUND, "nobody"))
    bench.hear()
    assert (bench.sent, bench.tally.silent) == ([], 1)


def test_an_answer_with_more_than_fits() -> None:
    """What the client wants least is left out: any address is better than none."""
    much = {each: bytes(250) for each in range(128, 135)}
    bench = Bench(lambda inquiry: Reply(reply(inquiry.packet, {53: b"\2", **much})))
    bench.hear()
    roomy = Packet(op=1, xid=7, chaddr=MAC, options={53: b"\1", 57: (4000).to_bytes(2, "big")})
    bench.hear(roomy)
    assert [list(sent.options) for sent, *_rest in bench.sent] == [[53, 128], [53, *much]]


def test_an_answer_that_does_not_fit() -> None:
    """Where what has to be said is too long, the operator is told, and nothing is sent."""
    bench = Bench(lambda inquiry: Reply(reply(inquiry.packet, {53: b"\2", 61: bytes(600)})))
    bench.hear()
    assert (bench.sent, bench.tally.ignored["unencodable"]) == ([], 1)


def test_the_answers_of_others() -> None:
    """A server does not answer servers."""
    bench = Bench(offers)
    bench.hear(reply(DISCOVER, {53: b"\2"}))
    assert (bench.sent, dict(bench.tally.ignored)) == ([], {"reply": 1})


def test_what_came_together() -> None:
    """Is answered in its order, each repeated packet once; a defect that one meets harms no other."""

    def answer(inquiry: Inquiry) -> Any:
        return Reply("no packet") if inquiry.packet.xid == 2 else offers(inquiry)

    bench = Bench(answer)
    packets = [Packet(op=1, xid=xid, chaddr=MAC, options={53: b"\1"}) for xid in (1, 2, 3)]
    datagrams = [encode(packets[0]), b"malformed", encode(packets[1]), encode(packets[2])]
    bench.reception.arrived(
        [Arrival(each, "0.0.0.0", 68, 67, 2, "192.0.2.1", unicast=False) for each in datagrams]
    )
    assert [sent.xid for sent, *_rest in bench.sent] == [1, 3]
    assert dict(bench.tally.ignored) == {"malformed": 1}


@given(
    st.one_of(
        st.binary(max_size=400),
        st.binary(max_size=200).map(lambda more: encode(DISCOVER)[:-50] + more),
    )
)
def test_any_bytes(data: bytes) -> None:
    """They are answered, or counted; nothing else comes of them."""
    bench = Bench(offers)
    bench.hear(data)
    assert len(bench.sent) + sum(bench.tally.ignored.values()) == 1
