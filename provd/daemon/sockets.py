"""Binding: every port is bound before privileges are dropped and before anything else can fail."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable

from attrs import define, frozen

from provd.daemon.settings import Settings
from provd.servers.dhcp import DHCPSockets
from provd.servers.dhcp import bind_sockets as bind_dhcp
from provd.servers.tftp import PortUnavailable, bind_sockets
from provd.values import ProvdError

HTTP, HTTPS = "devices over HTTP", "devices over HTTPS"
TFTP, API = "devices over TFTP", "the API"
_SECTIONS = {HTTP: "listen", HTTPS: "https", TFTP: "tftp", API: "api"}
_BACKLOG = 1024
_ELSEWHERE = "192.0.2.1"
_DISCARD = 9


@define
class PortNotBound(ProvdError):
    """A port could not be bound; the server does not start."""

    purpose: str
    address: str
    port: int
    reason: str

    def __str__(self) -> str:
        return (
            f"cannot listen for {self.purpose} on {self.address or 'every address'} port {self.port}:"
            f" {self.reason}"
        )


@frozen
class Sockets:
    """The bound sockets of a server."""

    http: tuple[socket.socket, ...]
    tftp: tuple[socket.socket, ...]
    api: tuple[socket.socket, ...]
    dhcp: DHCPSockets | None = None
    """None where DHCP is not served."""
    https: tuple[socket.socket, ...] = ()
    """Empty where devices are not served over HTTPS."""

    def close(self) -> None:
        """Give them all back. Idempotent."""
        for bound in (*self.http, *self.https, *self.tftp, *self.api):
            bound.close()
        if self.dhcp is not None:
            self.dhcp.close()


def bind(settings: Settings) -> Sockets:
    """Bind every port that the settings name.

    @raise PortNotBound: one is taken, or may not be bound.
    @raise CannotServeDHCP: the same for what DHCP needs.
    """
    made: list[socket.socket] = []
    try:
        http = _bind(HTTP, settings.listen.interface, settings.listen.port, made)
        secure = settings.https
        https = _bind(HTTPS, secure.interface, secure.port, made) if secure.serve else ()
        tftp = _bind_tftp(settings)
        made.extend(tftp)
        api = _bind(API, settings.api.interface, settings.api.port, made)
        dhcp = bind_dhcp(settings.dhcp) if settings.dhcp.wanted else None
    except ProvdError:
        for bound in made:
            bound.close()
        raise
    return Sockets(http, tftp, api, dhcp, https)


def _bind_tftp(settings: Settings) -> tuple[socket.socket, ...]:
    try:
        return tuple(bind_sockets(settings.tftp))
    except PortUnavailable as error:
        if not isinstance(error.__cause__, OSError):
            raise
        reason = _hint(error.__cause__, TFTP)
        raise PortNotBound(TFTP, error.address, error.port, reason) from error


def address_towards(peer: str) -> str:
    """The address of ours that a device at `peer` reaches, as the kernel's routes have it.

    Without a peer, the one that most of the world reaches.  Nothing is sent; loopback where there is no
    route.
    """
    family = socket.AF_INET6 if ":" in peer else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as asking:
            asking.connect((peer or _ELSEWHERE, _DISCARD))
            return str(asking.getsockname()[0])
    except OSError:
        return "127.0.0.1"


def _bind(
    purpose: str, interface: str, port: int, made: list[socket.socket]
) -> tuple[socket.socket, ...]:
    bound: list[socket.socket] = []
    for family, address in _addresses(interface):
        try:
            one = socket.socket(
                family, socket.SOCK_STREAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
            )
            made.append(one)
            _bind_one(one, family, address, bound[0].getsockname()[1] if bound else port)
        except OSError as error:
            if bound and error.errno in {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL}:
                continue  # a host without IPv6
            raise PortNotBound(purpose, address, port, _hint(error, purpose)) from error
        bound.append(one)
    return tuple(bound)


def _bind_one(one: socket.socket, family: int, address: str, port: int) -> None:
    if family == socket.AF_INET6:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind((address, port))
    one.listen(_BACKLOG)


def _addresses(interface: str) -> Iterable[tuple[socket.AddressFamily, str]]:
    if not interface:
        return ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::"))  # noqa: S104 - every address is what was asked for
    if ":" in interface:
        return ((socket.AF_INET6, interface),)
    return ((socket.AF_INET, interface),)


def _hint(error: OSError, purpose: str) -> str:
    setting = f"`port` of [{_SECTIONS[purpose]}]"
    if error.errno == errno.EADDRINUSE:
        return (
            f"another program has it; stop that one (`ss -lnptu` names it) or set another {setting}"
        )
    if error.errno == errno.EACCES:
        return (
            "ports below 1024 need root or CAP_NET_BIND_SERVICE; start as root or set another"
            f" {setting}"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return "this host has no such address; `ip address` lists those it has"
    return error.strerror or str(error)
