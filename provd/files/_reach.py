"""Where files may be fetched from: names are resolved here, and what is connected to is what was checked.

Whoever writes a URL, or answers with a redirect, must not make this server ask its own neighbours: an
address that is not public is refused, unless its network is allowed.  A name is resolved once, and the
connection goes to the address that was looked at, so that a second answer of the name server cannot differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.interfaces import IProtocol, IResolutionReceiver, IStreamClientEndpoint
from twisted.internet.ssl import optionsForClientTLS
from twisted.web.client import URI
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer

from provd.files._errors import AddressDenied, NotFetched

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_INSIDE = (
    # IPv6 networks in whose addresses an IPv4 address is written, and from which bit on.
    (ip_network("::ffff:0:0/96"), 96),
    (ip_network("::/96"), 96),
    (ip_network("64:ff9b::/96"), 96),
    (ip_network("2002::/16"), 16),
)


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Networks as settings spell them."""
    return tuple(ip_network(text) for text in texts)


def may_be_asked(text: str, allowed: Sequence[Network]) -> bool:
    """Whether something may be fetched from an address: a public one, or one of an allowed network."""
    address = _plain(ip_address(text.partition("%")[0]))
    if any(address in network for network in allowed):
        return True
    # Python takes the addresses of RFC 3879 for global ones.
    local = isinstance(address, IPv6Address) and address.is_site_local
    return address.is_global and not (address.is_multicast or address.is_reserved or local)


def _plain(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, if it does."""
    if isinstance(address, IPv6Address):
        for network, bit in _INSIDE:
            if address in network:
                return IPv4Address(int(address) >> (96 - bit) & 0xFFFFFFFF)
    return address


@implementer(IResolutionReceiver)
class _Addresses:
    """Gathers what a name stands for."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.all: Deferred[list[str]] = Deferred()

    def resolutionBegan(self, resolution: Any) -> None:
        """Nothing to do."""

    def addressResolved(self, address: Any) -> None:
        self.found.append(address.host)

    def resolutionComplete(self) -> None:
        if not self.all.called:
            self.all.callback(self.found)


@define(eq=False)
class Reach:
    """Resolves names, within bounds."""

    reactor: Any
    allowed: tuple[Network, ...]
    patience: float

    async def addresses(self, host: str) -> list[str]:
        """The addresses of a host that may be asked.

        @raise NotFetched: it has none.
        @raise AddressDenied: it has none that may be asked.
        """
        found = [host] if _is_address(host) else await self._resolved(host)
        if not found:
            raise NotFetched(host, "there is no such host")
        good = [each for each in found if may_be_asked(each, self.allowed)]
        if not good:
            raise AddressDenied(host, found[0])
        return good

    async def _resolved(self, host: str) -> list[str]:
        receiver = _Addresses()
        self.reactor.nameResolver.resolveHostName(receiver, host)
        found: list[str] = await receiver.all.addTimeout(self.patience, self.reactor)
        return found


@implementer(IAgentEndpointFactory)
@define(eq=False)
class Guarded:
    """Connects an agent to addresses that were looked at, and to no others."""

    reach: Reach

    def endpointForURI(self, uri: URI) -> IStreamClientEndpoint:
        """What connects to the host of a URL."""
        host = uri.host.decode("ascii")
        endpoint: Any = _ByAddress(self.reach, host, uri.port)
        if uri.scheme == b"https":
            endpoint = wrapClientTLS(optionsForClientTLS(host), endpoint)
        found: IStreamClientEndpoint = endpoint
        return found


@implementer(IStreamClientEndpoint)
@define(eq=False)
class _ByAddress:
    reach: Reach
    host: str
    port: int
    tried: list[str] = field(factory=list)

    def connect(self, factory: Any) -> Deferred[IProtocol]:
        return Deferred.fromCoroutine(self._connect(factory))

    async def _connect(self, factory: Any) -> IProtocol:
        found = await self.reach.addresses(self.host.strip("[]"))
        for number, address in enumerate(found, 1):
            endpoint = HostnameEndpoint(
                self.reach.reactor, address, self.port, timeout=self.reach.patience
            )
            try:
                connected: IProtocol = await endpoint.connect(factory)
            except Exception:
                if number == len(found):
                    raise
            else:
                return connected
        raise NotFetched(self.host, "there is no such host")


def _is_address(text: str) -> bool:
    try:
        ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True
