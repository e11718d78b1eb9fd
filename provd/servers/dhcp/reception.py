"""Reception: a datagram becomes an inquiry, and what is decided becomes a datagram."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

from twisted.logger import Logger
from twisted.python.failure import Failure

from provd.contracts import IInquiries
from provd.servers.dhcp.counters import Tally
from provd.servers.dhcp.destination import destination
from provd.servers.dhcp.foreign import ForeignServers
from provd.servers.dhcp.listener import Arrival, Links
from provd.servers.dhcp.outlet import Outlet
from provd.servers.dhcp.settings import DHCPSettings
from provd.values import Answer, Inquiry, Link, MalformedPacket, Protocol, ProvdError, Reply
from provd.wire.dhcp import (
    REQUEST,
    Packet,
    decode,
    encode_fitting,
    format_address,
    hardware_address,
    limit_of,
    message_name,
    parse_address,
)

__all__ = ["Reception"]

log = Logger("provd.servers.dhcp")

_Asking = tuple[int, bytes, int, int]
_Given = TypeVar("_Given")
_Made = TypeVar("_Made")


class Heard(NamedTuple):
    """A client's packet."""

    arrival: Arrival
    link: Link
    packet: Packet


class Reception:
    """Understands datagrams, asks, and sends the answers."""

    def __init__(  # noqa: PLR0913 - the collaborators, each named
        self,
        *,
        inquiries: IInquiries,
        links: Links,
        outlet: Outlet,
        tally: Tally,
        settings: DHCPSettings,
        clock: Callable[[], float],
        foreign: ForeignServers,
    ) -> None:
        """`clock` gives the time of arrival: seconds since the epoch."""
        self._inquiries = inquiries
        self._links = links
        self._outlet = outlet
        self._tally = tally
        self._clock = clock
        self._foreign = foreign
        self._waiting: set[_Asking] = set()
        self.adopt(settings)

    def adopt(self, settings: DHCPSettings) -> None:
        """Hold to other settings from the next packet on."""
        self._settings = settings

    @property
    def waiting(self) -> int:
        """Packets that wait for an answer."""
        return len(self._waiting)

    def arrived(self, arrivals: Sequence[Arrival]) -> None:
        """What came in one turn: ask what to answer, and answer, each step for all of it.

        What is given back comes first, then what is requested, then who looks for an address: datagrams have
        no order, and like is done after like.
        """
        heard = _each(self._understood, arrivals)
        heard.sort(key=_kind, reverse=True)
        self._ask(heard)

    def _understood(self, arrival: Arrival) -> Heard | None:
        """A datagram read; None for one that is not acted upon."""
        link = self._links.link(arrival.link)
        if link is None or not self._is_served(link):
            self._tally.ignored["interface"] += 1
            return None
        try:
            packet = decode(arrival.payload)
        except MalformedPacket as error:
            self._tally.ignored["malformed"] += 1
            log.debug(
                "from {peer} on {link}: {error}", peer=arrival.peer, link=link.name, error=error
            )
            return None
        if packet.op != REQUEST:
            self._tally.ignored["reply"] += 1
            return None
        self._tally.received[message_name(packet)] += 1
        self._foreign.heard(packet, link.name, arrival.local)
        return Heard(arrival, link, packet)

    def _is_served(self, link: Link) -> bool:
        settings = self._settings
        return settings.serves(link.name) and (link.broadcast or link.name in settings.interfaces)

    def _ask(self, heard: Sequence[Heard]) -> None:
        """Ask what to answer; what waits for the same is answered together."""
        asking = self._new(heard)
        now = self._clock()
        self._waiting |= asking.keys()
        inquiries = [self._inquiry(*each, now) for each in asking.values()]
        self._inquiries.ask_all(inquiries, partial(self._answers, tuple(asking.items())))

    def _new(self, heard: Sequence[Heard]) -> dict[_Asking, Heard]:
        """Those that are not asked yet, as far as so many may wait."""
        new: dict[_Asking, Heard] = {}
        for each in heard:
            packet = each.packet
            key = (packet.xid, packet.chaddr, packet.message_type, each.arrival.port)
            if key in self._waiting or key in new:
                # The client is impatient; its answer is being made.
                self._tally.ignored["repeated"] += 1
            elif len(self._waiting) + len(new) >= self._settings.busy:
                self._tally.ignored["busy"] += 1
            else:
                new[key] = each
        return new

    def _answers(
        self, asked: Sequence[tuple[_Asking, Heard]], answers: Sequence[tuple[int, Answer]]
    ) -> None:
        made = []
        for place, answer in answers:
            key, heard = asked[place]
            self._waiting.discard(key)
            made.append((answer, heard))
        _each(self._answered, made)

    def _inquiry(self, arrival: Arrival, link: Link, packet: Packet, now: float) -> Inquiry:
        return Inquiry(
            id=self._inquiries.inquiry_id(),
            protocol=Protocol.DHCP,
            path=message_name(packet),
            peer=format_address(packet.ciaddr) if packet.ciaddr else "",
            arrived=now,
            peer_port=arrival.peer_port,
            local=arrival.local,
            local_port=arrival.port,
            interface=link.name,
            dhcp=packet.options,
            mac=hardware_address(packet),
            packet=packet,
            relay=format_address(packet.giaddr) if packet.giaddr else "",
            unicast=arrival.unicast,
            on_link=link.addresses,
        )

    def _answered(self, answered: tuple[Answer, Heard]) -> None:
        answer, (arrival, _link, request) = answered
        if type(answer) is not Reply:
            self._tally.silent += 1
            return
        reply: Packet = answer.packet
        try:
            datagram, left_out = encode_fitting(reply, limit=limit_of(request))
        except ProvdError as error:
            self._tally.ignored["unencodable"] += 1
            log.error(
                "the answer to {mac} cannot be sent: {error}",
                mac=hardware_address(request),
                error=error,
            )
            return
        if left_out:
            log.info(
                "the answer to {mac} has no room for options {left_out}",
                mac=hardware_address(request),
                left_out=left_out,
            )
        to = destination(
            request,
            reply,
            peer=parse_address(arrival.peer),
            peer_port=arrival.peer_port,
            relays_at=self._settings.port,
            clients_at=self._settings.client_port,
        )
        link = self._links.link(arrival.link)
        self._tally.sent[message_name(reply)] += 1
        self._outlet.send(
            datagram, to, link=link, local=arrival.local, port=arrival.port, chaddr=request.chaddr
        )


def _kind(heard: Heard) -> int:
    return heard.packet.message_type


def _each(step: Callable[[_Given], _Made | None], items: Iterable[_Given]) -> list[_Made]:
    """What one step makes of each, where it makes something; a defect that one meets harms no other."""
    made = []
    for item in items:
        try:
            done = step(item)
        except Exception:  # noqa: BLE001 - see above
            log.failure("a DHCP packet met a defect", Failure())
        else:
            if done is not None:
                made.append(done)
    return made
