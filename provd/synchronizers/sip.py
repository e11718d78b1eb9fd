"""The driver that sends SIP NOTIFY itself: over UDP, TCP or TLS, to the device or through its proxy."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from attrs import field, frozen
from msgspec import Struct
from twisted.internet.defer import Deferred, succeed
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from zope.interface import implementer

from provd.contracts import ISynchronizer
from provd.synchronizers._sip_exchange import Exchange, Parts
from provd.synchronizers._sip_links import Connections, Counters, DatagramLink, Datagrams
from provd.synchronizers._tls import creator_for
from provd.synchronizers.settings import SipSettings
from provd.values import UNPROVED, Account, Errand, Notify, NotTold
from provd.wire.sip import Credentials, Notification, Timers, UnsendableMessage, sip_uri

CONNECT = 10.0
"""Seconds that a connection may take to be made."""

DEFAULT_PORT, TLS_PORT = 5060, 5061


@frozen
class Surroundings:
    """What the driver is given to speak with."""

    reactor: Any
    local_of: Callable[[str], str]
    """The address of ours that a peer at an address reaches."""
    new_token: Callable[[], str]
    """A text of letters and digits that nobody can guess."""
    timers: Timers = field(factory=Timers)


class _Target(Struct, frozen=True):
    """Where a NOTIFY goes, and what it says of that."""

    host: str
    port: int
    transport: str
    uri: str
    route: str


@implementer(ISynchronizer)
class SipDriver:
    """Notifies devices."""

    name = "sip"

    def __init__(self, settings: SipSettings, around: Surroundings) -> None:
        self._settings = settings
        self._around = around
        self.counted = Counters()
        self._parts = Parts(around.reactor, around.new_token, {}, around.timers)
        self._ports: dict[bool, Any] = {}
        self._connections = Connections(self._parts.open, self.counted, around.reactor)

    @property
    def by_address(self) -> bool:
        return self._settings.route != "account"

    def adopt(self, settings: SipSettings) -> None:
        """Send otherwise from the next device on."""
        self._settings = settings

    def why_not(self, errand: Errand) -> str:
        """Without whom to speak to, or where the account is another device's as well."""
        account, route = errand.account, self._settings.route
        if not isinstance(errand.way, Notify):
            return "it understands no NOTIFY"
        if route == "direct":
            return ""
        if not account.proxy:
            return "its config names no proxy"
        if route == "account" and not account.username:
            return "nobody knows which account it runs"
        if route == "account" and account.shared_by:
            return f"{account.shared_by} runs the account {account.username!r} as well"
        return ""

    def tell(self, errand: Errand) -> Deferred[str]:
        """Notify it; fires with `200 OK` or the like."""
        return Deferred.fromCoroutine(self._tell(errand))

    def close(self) -> Deferred[None]:
        """Give up whatever is open, and close the sockets."""
        return Deferred.fromCoroutine(self._close())

    async def _close(self) -> None:
        for exchange in list(self._parts.open.values()):
            exchange.fail(NotTold("provd stops", again=True))
        self._connections.close()
        ports, self._ports = self._ports, {}
        for port in ports.values():
            await _stopped(port)

    async def _tell(self, errand: Errand) -> str:
        try:
            target = self._target(errand)
            account = errand.account
            to = sip_uri(account.username, account.host or errand.address or target.host)
            credentials = _credentials(account) if self._may_prove(errand) else None
            if target.transport == "udp":
                return await self._over_udp(errand, target, to, credentials)
            return await self._over_stream(errand, target, to, credentials)
        except UnsendableMessage as error:
            raise NotTold(str(error)) from error

    def _may_prove(self, errand: Errand) -> bool:
        """Whether a challenge may be answered: that of a proxy, or of a device that is known to be where it is told."""
        return errand.proved or self._settings.route != "direct"

    def _lacking(self, errand: Errand) -> str:
        """Why a challenge is not answered where it is not."""
        if self._may_prove(errand):
            return "its config names no user and password"
        return UNPROVED.format(address=errand.address)

    async def _over_udp(
        self, errand: Errand, target: _Target, to: str, credentials: Credentials | None
    ) -> str:
        address = await self._resolved(target.host)
        port = self._port(is_ipv6=":" in address)
        local = self._settings.interface or self._around.local_of(address)
        wish = self._notification(errand, target, to, local, port.getHost().port)
        link = DatagramLink(port, (address, target.port))
        return await Exchange(self._parts, link, wish, credentials, self._lacking(errand)).begin()

    async def _over_stream(
        self, errand: Errand, target: _Target, to: str, credentials: Credentials | None
    ) -> str:
        key = (target.transport, target.host, target.port, self._settings)
        connection = await self._connections.to(key, lambda: self._endpoint(target))
        ours: Any = connection.transport.getHost() if connection.transport is not None else None
        if ours is None:
            raise NotTold("the connection was lost", again=True)
        wish = self._notification(errand, target, to, ours.host, ours.port)
        exchange = Exchange(self._parts, connection, wish, credentials, self._lacking(errand))
        connection.carry(exchange)
        return await exchange.begin()

    def _target(self, errand: Errand) -> _Target:
        way, account, settings = errand.way, errand.account, self._settings
        assert isinstance(way, Notify)  # noqa: S101 - `why_not` said so
        transport = account.transport if settings.transport == "config" else settings.transport
        usual = TLS_PORT if transport == "tls" else DEFAULT_PORT
        listens = usual if transport == "tls" and way.port == DEFAULT_PORT else way.port
        host, port = account.proxy, account.proxy_port or usual
        if settings.route == "account":
            uri = sip_uri(account.username, account.host or host)
            return _Target(host, port, transport, uri, "")
        contact = sip_uri(account.username, errand.address, listens, transport)
        if settings.route == "direct":
            return _Target(errand.address, listens, transport, contact, "")
        route = sip_uri("", host, account.proxy_port, transport)
        return _Target(host, port, transport, contact, route)

    def _notification(
        self, errand: Errand, target: _Target, to: str, local: str, port: int
    ) -> Notification:
        way, token = errand.way, self._around.new_token
        assert isinstance(way, Notify)  # noqa: S101 - `why_not` said so
        host = f"[{local}]" if ":" in local else local
        return Notification(
            event=way.reboot if errand.reboot else way.event,
            uri=target.uri,
            to=to,
            transport=target.transport,
            sent_by=f"{host}:{port}",
            call_id=f"{token()}@{host}",
            tag=token(),
            branch=token(),
            route=target.route,
            content_type=way.content_type,
            body=way.body.encode("utf-8"),
        )

    def _port(self, *, is_ipv6: bool) -> Any:
        """The socket of a family, made when it is needed first. @raise NotTold: it cannot be."""
        if is_ipv6 not in self._ports:
            interface = self._settings.interface or ("::" if is_ipv6 else "")
            protocol = Datagrams(self._parts.open, self.counted)
            try:
                self._ports[is_ipv6] = self._around.reactor.listenUDP(
                    self._settings.port, protocol, interface=interface
                )
            except Exception as error:
                raise NotTold(f"no socket to send from: {error}", again=True) from error
        return self._ports[is_ipv6]

    async def _resolved(self, host: str) -> str:
        try:
            ip_address(host)
        except ValueError:
            try:
                found: str = await self._around.reactor.resolve(host)
            except Exception as error:
                raise NotTold(f"{host} has no address: {error}", again=True) from error
            return found
        return host

    def _endpoint(self, target: _Target) -> Any:
        endpoint = HostnameEndpoint(self._around.reactor, target.host, target.port, timeout=CONNECT)
        if target.transport != "tls":
            return endpoint
        settings = self._settings
        creator = creator_for(target.host, settings.tls_ca, verify=settings.tls_verify)
        return wrapClientTLS(creator, endpoint)


def _credentials(account: Account) -> Credentials | None:
    username = account.auth_username or account.username
    return Credentials(username, account.password) if username and account.password else None


def _stopped(port: Any) -> Deferred[None]:
    stopping = port.stopListening()
    return stopping if isinstance(stopping, Deferred) else succeed(None)
