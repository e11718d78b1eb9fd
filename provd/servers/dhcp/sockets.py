"""The sockets of DHCP, made before privileges are dropped: afterwards none of them could be."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import socket
import struct
from collections.abc import Iterator

from attrs import define, frozen

from provd.servers.dhcp.settings import DHCPSettings
from provd.values import ProvdError

__all__ = ["CannotServeDHCP", "DHCPSockets", "bind_sockets"]

# Python 3.11's socket module does not name them (linux/in.h, linux/filter.h, linux/if_ether.h, asm/socket.h).
IP_PKTINFO = 8
_SO_ATTACH_FILTER = 26
_SO_RCVBUFFORCE = 33
ETH_P_IP, ETH_P_ARP = 0x0800, 0x0806

_INSTRUCTION = struct.Struct("@HBBI")
_PROGRAM = struct.Struct("@HP")


@define
class CannotServeDHCP(ProvdError):
    """A socket that DHCP needs could not be had; the server does not start."""

    what: str
    reason: str

    def __str__(self) -> str:
        return f"DHCP cannot be served: {self.what}: {self.reason}"


@frozen
class DHCPSockets:
    """All of them. Those beside `served` tell apart what a UDP socket cannot."""

    served: tuple[socket.socket, ...]
    """UDP at the server's port and at the ProxyDHCP port; only what is free where we serve `beside` another."""
    watched: socket.socket | None
    """Every UDP datagram to the others, as the interfaces have it; where we serve `beside` another."""
    frames: socket.socket
    """Sends IPv4 packets to hardware addresses."""
    routed: socket.socket
    """Sends IPv4 packets that are made here, from the server's port although it is another's."""
    arp: socket.socket
    echo: socket.socket

    def all(self) -> Iterator[socket.socket]:
        """Each of them."""
        yield from self.served
        if self.watched is not None:
            yield self.watched
        yield from (self.frames, self.routed, self.arp, self.echo)

    def close(self) -> None:
        """Give them all back. Idempotent."""
        for one in self.all():
            one.close()


def bind_sockets(settings: DHCPSettings) -> DHCPSockets:
    """Every socket that DHCP needs.

    @raise CannotServeDHCP: a port is taken, or we may not.
    """
    made: list[socket.socket] = []

    def keep(one: socket.socket) -> socket.socket:
        one.setblocking(False)
        made.append(one)
        return one

    try:
        served = tuple(keep(one) for one in _served(settings))
        bound = {int(one.getsockname()[1]) for one in served}
        others = [port for port in _ports(settings) if port not in bound]
        return DHCPSockets(
            served,
            keep(_watching(others, settings)) if others else None,
            keep(_privileged(socket.AF_PACKET, socket.SOCK_DGRAM, 0)),
            keep(_privileged(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)),
            keep(_privileged(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ARP))),
            keep(_privileged(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)),
        )
    except ProvdError:
        for one in made:
            one.close()
        raise


def _ports(settings: DHCPSettings) -> list[int]:
    """Where clients ask."""
    return list(dict.fromkeys(filter(None, (settings.port, settings.binl_port))))


def _served(settings: DHCPSettings) -> Iterator[socket.socket]:
    """Those of our ports that are bound.

    Beside another server that is the ProxyDHCP port, if it is free: where nobody has it the kernel tells
    boot ROMs that ask there that nobody does, and they believe it before they have their answer.
    """
    if not settings.beside:
        for port in _ports(settings):
            yield _serving(port, settings)
    elif settings.binl_port and settings.binl_port != settings.port:
        with contextlib.suppress(CannotServeDHCP):
            yield _serving(settings.binl_port, settings)


def _serving(port: int, settings: DHCPSettings) -> socket.socket:
    """One port, for us alone: SO_REUSEADDR would share it with every other server that has it."""
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    one.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
    _make_room(one, settings.receive_buffer)
    try:
        one.bind(("", port))
    except OSError as error:
        one.close()
        raise CannotServeDHCP(f"port {port}", _hint(error)) from error
    return one


def _watching(ports: list[int], settings: DHCPSettings) -> socket.socket:
    """Read at the interfaces: a port that is another program's is not ours to bind."""
    one = _privileged(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
    _make_room(one, settings.receive_buffer)
    program = _datagrams_to(ports[0], ports[-1])
    one.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program.attached())
    with contextlib.suppress(BlockingIOError):  # what came before there was a filter
        while True:
            one.recv(1, socket.MSG_DONTWAIT)
    return one


def _privileged(family: int, kind: int, protocol: int) -> socket.socket:
    try:
        return socket.socket(family, kind | socket.SOCK_CLOEXEC, protocol)
    except OSError as error:
        raise CannotServeDHCP("clients without an address", _hint(error)) from error


def _make_room(one: socket.socket, size: int) -> None:
    """Have the kernel keep what comes while we are busy: what finds no room is lost without a trace."""
    try:
        one.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, size)
    except PermissionError:  # without CAP_NET_ADMIN net.core.rmem_max is the most
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)


def _hint(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            "another DHCP server has it; stop that one (`ss -lnpu` names it), or serve beside it with"
            " `beside = true` of [dhcp]"
        )
    if error.errno in {errno.EACCES, errno.EPERM}:
        return (
            "it needs CAP_NET_BIND_SERVICE and CAP_NET_RAW; start as root, give them to the service, or"
            " serve no DHCP with `interfaces = []` of [dhcp]"
        )
    return error.strerror or str(error)


class _Filter:
    """A program of the kernel's packet filter; its memory stays as long as this does."""

    def __init__(self, *instructions: tuple[int, int, int, int]) -> None:
        text = b"".join(_INSTRUCTION.pack(*each) for each in instructions)
        self._buffer = ctypes.create_string_buffer(text, len(text))
        self._count = len(instructions)
        self._at = ctypes.addressof(self._buffer)

    def attached(self) -> bytes:
        """What SO_ATTACH_FILTER takes (struct sock_fprog)."""
        return _PROGRAM.pack(self._count, self._at)


def _datagrams_to(first: int, second: int) -> _Filter:
    """UDP to one of two ports, no later fragments; what is filtered begins with its IPv4 header (bpf(4))."""
    load_byte, load_half, load_length, load_indexed = 0x30, 0x28, 0xB1, 0x48
    equal, any_of, give = 0x15, 0x45, 0x06
    return _Filter(
        (load_byte, 0, 0, 9),
        (equal, 0, 6, 17),
        (load_half, 0, 0, 6),
        (any_of, 4, 0, 0x1FFF),
        (load_length, 0, 0, 0),
        (load_indexed, 0, 0, 2),
        (equal, 2, 0, first),
        (equal, 1, 0, second),
        (give, 0, 0, 0),
        (give, 0, 0, 0xFFFF),
    )
