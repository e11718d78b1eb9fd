"""Through an HTTP proxy: absolute URLs for HTTP (RFC 9112 section 3.2.2), a tunnel for HTTPS (RFC 9110 section 9.3.6).

The proxy resolves names, so what they stand for is its business; addresses that a URL spells out are looked at
here all the same.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from attrs import define
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.interfaces import IProtocol, IStreamClientEndpoint
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.ssl import optionsForClientTLS
from twisted.python.failure import Failure
from twisted.web.client import URI, Agent, ProxyAgent
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer

from provd.files._errors import AddressDenied, NotFetched
from provd.files._line import Line, Noted, Noting
from provd.files._reach import Guarded, Reach, may_be_asked

LONGEST_ANSWER = 16 << 10
"""Bytes of a proxy's answer to CONNECT."""


def agent_for(url: str, proxy: str, reach: Reach, line: Line) -> Any:
    """What asks for a URL, through a proxy (`http://192.0.2.1:3128`) where there is one.

    @raise AddressDenied: the proxy is to be asked for an address that nothing may be fetched from.
    """
    wanted = urlsplit(url)
    if not proxy:
        return Agent.usingEndpointFactory(reach.reactor, Noting(Guarded(reach), line))
    check_spelled(wanted.hostname or "", reach)
    parts = urlsplit(proxy)
    endpoint = HostnameEndpoint(
        reach.reactor, parts.hostname or "", parts.port or 3128, timeout=reach.patience
    )
    if wanted.scheme == "http":
        return ProxyAgent(Noted(endpoint, line), reach.reactor)
    return Agent.usingEndpointFactory(reach.reactor, Noting(_Tunnels(endpoint), line))


def check_spelled(host: str, reach: Reach) -> None:
    """@raise AddressDenied: a URL spells out an address that nothing may be fetched from."""
    try:
        ip_address(host)
    except ValueError:
        return
    if not may_be_asked(host, reach.allowed):
        raise AddressDenied(host, host)


@implementer(IAgentEndpointFactory)
@define(eq=False)
class _Tunnels:
    proxy: IStreamClientEndpoint

    def endpointForURI(self, uri: URI) -> IStreamClientEndpoint:
        """TLS to the host of a URL, inside a tunnel."""
        host = uri.host.decode("ascii")
        found: IStreamClientEndpoint = wrapClientTLS(
            optionsForClientTLS(host), _Tunnel(self.proxy, host, uri.port)
        )
        return found


@implementer(IStreamClientEndpoint)
@define(eq=False)
class _Tunnel:
    proxy: IStreamClientEndpoint
    host: str
    port: int

    def connect(self, factory: Any) -> Deferred[IProtocol]:
        return Deferred.fromCoroutine(self._connect(factory))

    async def _connect(self, factory: Any) -> IProtocol:
        host = f"[{self.host}]" if ":" in self.host else self.host
        asking = _Asking(f"{host}:{self.port}")
        await self.proxy.connect(Factory.forProtocol(lambda: asking))
        rest = await asking.opened
        protocol = factory.buildProtocol(asking.transport.getPeer())
        asking.transport.protocol = protocol
        protocol.makeConnection(asking.transport)
        if rest:
            protocol.dataReceived(rest)
        found: IProtocol = protocol
        return found


class _Asking(Protocol):
    """Asks a proxy for a tunnel, and is done once there is one."""

    transport: Any

    def __init__(self, place: str) -> None:
        self._place = place
        self._received = b""
        self.opened: Deferred[bytes] = Deferred(lambda _opened: self.transport.abortConnection())
        """Fires with what the other end said already."""

    def connectionMade(self) -> None:
        request = f"CONNECT {self._place} HTTP/1.1\r\nHost: {self._place}\r\n\r\n"
        self.transport.write(request.encode("ascii"))

    def dataReceived(self, data: bytes) -> None:
        self._received += data
        head, end, rest = self._received.partition(b"\r\n\r\n")
        if not end and len(self._received) < LONGEST_ANSWER:
            return
        status = head.split(b" ", 2)[1:2]
        if end and status and status[0].startswith(b"2"):
            opened, self.opened = self.opened, Deferred()
            opened.callback(rest)
        else:
            self._failed(f"the proxy answered {head[:60]!r}")

    def connectionLost(self, reason: Failure = Failure(NotFetched("", ""))) -> None:  # noqa: B008 - as in Protocol
        self._failed("the proxy broke off")

    def _failed(self, why: str) -> None:
        if not self.opened.called:
            self.opened.errback(NotFetched(self._place, why))
            self.transport.abortConnection()
