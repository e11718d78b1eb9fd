"""A site that serves DHCP, in memory: a core whose answers come from policy, and clients that ask it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from zope.interface import implementer

from provd.application.dhcp import DHCPAnswers, OptionTemplates
from provd.application.dhcp.described import packet_made
from provd.application.serving import SecretsGate
from provd.contracts import IDocumentStore, IPlugins, IProbes
from provd.documents.dhcp.boot_rule import BOOT_RULES, BootRule
from provd.documents.dhcp.reservation import RESERVATIONS, Reservation
from provd.documents.dhcp.subnet import SUBNETS, Subnet
from provd.leases import Leases
from provd.testing.inquiries import Core, core
from provd.values import Answer, Decision, Inquiry, Protocol, Reply, Silence
from provd.wire.dhcp import (
    MessageType,
    Packet,
    decode,
    encode,
    format_address,
    message_name,
    parse_address,
)

US = "192.0.2.1"
MAC = "00:00:5e:00:53:01"
BASE_URL = "http://192.0.2.1:8667"


@implementer(IProbes)
@define
class Neighbourhood:
    """Probes that know at once who has which address."""

    taken_by: dict[str, str] = field(factory=dict)
    asked: list[tuple[str, str]] = field(factory=list)

    def taken(self, address: str, interface: str, patience: float) -> Deferred[str]:
        """Fires at once."""
        del patience
        self.asked.append((address, interface))
        told: Deferred[str] = Deferred()
        told.callback(self.taken_by.get(address, ""))
        return told


@define
class Site:
    """The core, its policy, and the neighbourhood that probes ask."""

    core: Core
    leases: Leases
    answers: DHCPAnswers
    neighbourhood: Neighbourhood
    _count: int = 0

    def inquiry(self, packet: Packet, **more: Any) -> Inquiry:
        """A packet that came in on eth0."""
        self._count += 1
        known: dict[str, Any] = {
            "id": f"dhcp-{self._count}",
            "protocol": Protocol.DHCP,
            "path": message_name(packet),
            "peer": format_address(packet.ciaddr) if packet.ciaddr else "",
            "arrived": self.core.clock.seconds(),
            "local": US,
            "local_port": 67,
            "interface": "eth0",
            "mac": packet.chaddr.hex(":"),
            "dhcp": packet.options,
            "packet": packet,
            "relay": format_address(packet.giaddr) if packet.giaddr else "",
            "on_link": (f"{US}/24",),
        }
        return Inquiry(**(known | more))

    def ask(self, packet: Packet, **more: Any) -> Answer:
        """What a packet is answered with, as soon as it is."""
        answer = self.core.inquiries.ask(self.inquiry(packet, **more))
        if not isinstance(answer, Deferred):
            return answer
        told: list[Any] = []
        answer.addBoth(told.append)
        assert told, "it waits for something"
        given: Answer = told[0]
        return given

    def reply(self, packet: Packet, **more: Any) -> Packet:
        """The packet that comes back, as it is read from the wire."""
        answer = self.ask(packet, **more)
        assert isinstance(answer, Reply), answer
        return decode(encode(answer.packet, limit=1472))

    def silence(self, packet: Packet, **more: Any) -> str:
        """Why none comes back."""
        answer = self.ask(packet, **more)
        assert isinstance(answer, Silence), answer
        return answer.reason

    def discover(self, mac: str = MAC, **more: Any) -> Packet:
        """An offer."""
        return self.reply(said(MessageType.DISCOVER, mac, **more))

    def lease(self, mac: str = MAC, **more: Any) -> Packet:
        """The whole exchange; the ACK."""
        offer = self.discover(mac, **more)
        options = {
            50: offer.yiaddr.to_bytes(4, "big"),
            54: offer.options[54],
            **more.pop("options", {}),
        }
        return self.reply(said(MessageType.REQUEST, mac, options=options, **more))

    def what_if(self, packet: Packet, **more: Any) -> Decision:
        """How it would be decided."""
        told: list[Decision] = []
        self.core.inquiries.what_if(self.inquiry(packet, **more)).addCallback(told.append)
        return told[0]

    def last(self) -> Decision:
        """The decision taken last."""
        decision: Decision = self.core.decisions.latest(1)[0]
        return decision

    def keep(self, *documents: Any) -> None:
        """Put subnets, reservations and boot rules into the store."""
        draft = self.core.store.draft("test")
        for document in documents:
            draft.put(_COLLECTIONS[type(document)], document)
        self.core.store.commit(draft)


_COLLECTIONS: Mapping[type, str] = {
    Subnet: SUBNETS.name,
    Reservation: RESERVATIONS.name,
    BootRule: BOOT_RULES.name,
}


def said(
    kind: MessageType,
    mac: str = MAC,
    *,
    options: Mapping[int, bytes] | None = None,
    ip: str = "",
    relay: str = "",
    **more: Any,
) -> Packet:
    """A client's packet."""
    del more
    return packet_made(mac, {53: bytes([kind]), **(options or {})}, ip, relay)


def boot_rom(kind: MessageType = MessageType.DISCOVER, arch: int = 7, **more: Any) -> Packet:
    """A packet of a boot ROM that wants all it can get."""
    options = {
        60: b"PXEClient:Arch:%05d:UNDI:003016" % arch,
        93: arch.to_bytes(2, "big"),
        94: b"\1\3\x10",
        97: b"\0" + bytes(range(16)),
        55: bytes((1, 3, 43, 60, 66, 67, 97)),
    }
    return said(kind, options={**options, **more.pop("options", {})}, **more)


def site(*documents: Any, plugins: tuple[Any, ...] = (), **more: Any) -> Site:
    """A site with these subnets, reservations and boot rules."""
    made: list[tuple[Leases, DHCPAnswers]] = []
    neighbourhood = Neighbourhood()

    def answers(
        store: IDocumentStore, registry: IPlugins, clock: Clock, gate: SecretsGate
    ) -> DHCPAnswers:
        leases = Leases(store, clock.seconds())
        answering = DHCPAnswers(
            leases=leases,
            store=store,
            plugins=registry,
            clock=clock,
            base_url=lambda _inquiry, _device: BASE_URL,
            render=OptionTemplates().render,
            gate=gate,
            probes=neighbourhood,
        )
        made.append((leases, answering))
        return answering

    built = core(*plugins, dhcp_answers=answers, **more)
    ((leases, answering),) = made
    whole = Site(built, leases, answering, neighbourhood)
    whole.keep(*documents)
    return whole


def address(text: str) -> int:
    """As packets have it."""
    return parse_address(text)
