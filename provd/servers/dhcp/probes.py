"""Probes: is anybody using an address that is about to be given away?

On our own link ARP is asked (RFC 5227), since nobody can hide from it; behind a relay, ICMP.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFDSet, IReactorTime, IReadDescriptor
from twisted.python.failure import Failure
from zope.interface import implementer

from provd.contracts import IProbes
from provd.servers.dhcp.listener import Links
from provd.servers.dhcp.sockets import ETH_P_ARP, DHCPSockets
from provd.values import Link
from provd.wire.inet import arp_probe, arp_sender, echo_request, echo_source

__all__ = ["Probes"]

_DRAIN = 256
_ETHERNET = 1
_EVERYBODY = b"\xff" * 6
_OUTGOING = 4


class _Reactor(IReactorFDSet, IReactorTime):
    """What probes need of a reactor."""


@implementer(IReadDescriptor)
class _Ear:
    """Reads one raw socket, but only while anybody waits: an idle network costs nothing."""

    def __init__(self, sock: socket.socket, heard: Callable[[bytes, Any], None]) -> None:
        self._socket = sock
        self._heard = heard

    def fileno(self) -> int:
        return self._socket.fileno()

    def logPrefix(self) -> str:
        return "dhcp probes"

    def connectionLost(self, reason: Failure) -> None:
        """The reactor is shutting down."""

    def doRead(self) -> None:
        for _ in range(_DRAIN):
            try:
                data, sender = self._socket.recvfrom(2048)
            except OSError:
                return
            self._heard(data, sender)


@implementer(IProbes)
class Probes:
    """Asks over the sockets that were opened before privileges were dropped."""

    def __init__(
        self, reactor: _Reactor, sockets: DHCPSockets, links: Links, identifier: int
    ) -> None:
        """`identifier` marks our echoes: 16 bits that no other program here uses."""
        self._reactor = reactor
        self._links = links
        self._arp, self._echo = sockets.arp, sockets.echo
        self._identifier = identifier & 0xFFFF
        self._asked: dict[bytes, Deferred[str]] = {}
        self._ears = (_Ear(self._arp, self._heard_arp), _Ear(self._echo, self._heard_echo))
        self._sequence = 0

    def taken(self, address: str, interface: str, patience: float) -> Deferred[str]:
        wanted = socket.inet_aton(address)
        waiting = self._asked.get(wanted)
        if waiting is None:
            waiting = self._begin(wanted, address, interface, patience)
        told: Deferred[str] = Deferred()
        waiting.addCallback(_pass_on, told)
        return told

    def close(self) -> None:
        """Ask nobody any more: whoever waits hears that nobody answered. Idempotent."""
        for waiting in tuple(self._asked.values()):
            waiting.callback("")

    def _begin(self, wanted: bytes, address: str, interface: str, patience: float) -> Deferred[str]:
        if not self._asked:
            for ear in self._ears:
                ear.doRead()  # what was said before is no answer
                self._reactor.addReader(ear)
        waiting: Deferred[str] = Deferred()
        self._asked[wanted] = waiting
        deadline = self._reactor.callLater(patience, waiting.callback, "")

        def ended(by: str) -> str:
            if deadline.active():
                deadline.cancel()
            del self._asked[wanted]
            if not self._asked:
                for ear in self._ears:
                    self._reactor.removeReader(ear)
            return by

        waiting.addCallback(ended)
        self._send(wanted, address, interface)
        return waiting

    def _send(self, wanted: bytes, address: str, interface: str) -> None:
        """Ask; one that cannot be sent (no route, no cable) finds nobody."""
        link = next((each for each in self._links.links() if each.name == interface), None)
        try:
            if link is not None and link.mac:
                self._ask_link(link, wanted)
            else:
                self._sequence = self._sequence + 1 & 0xFFFF
                request = echo_request(self._identifier, self._sequence)
                self._echo.sendto(request, (address, 0))
        except OSError:
            return

    def _ask_link(self, link: Link, wanted: bytes) -> None:
        probe = arp_probe(bytes.fromhex(link.mac.replace(":", "")), wanted)
        self._arp.sendto(probe, (link.name, ETH_P_ARP, 0, _ETHERNET, _EVERYBODY))

    def _heard_arp(self, packet: bytes, sender: Any) -> None:
        said = arp_sender(packet)
        if said is not None and sender[2] != _OUTGOING:
            self._answer(said[1], said[0].hex(":"))

    def _heard_echo(self, packet: bytes, _sender: Any) -> None:
        source = echo_source(packet, self._identifier)
        if source is not None:
            self._answer(source, "ICMP")

    def _answer(self, address: bytes, by: str) -> None:
        waiting = self._asked.get(address)
        if waiting is not None and not waiting.called:
            waiting.callback(by)


def _pass_on(by: str, told: Deferred[str]) -> str:
    told.callback(by)
    return by
