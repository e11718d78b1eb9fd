"""At which of our addresses, and on which interface, a datagram came in.

A listening socket that is bound to no address hears it from the kernel beside each datagram
(IP_PKTINFO, IPV6_RECVPKTINFO); the answer must leave from the same address, or the client and
every firewall in between take it for a stranger's.
"""

from __future__ import annotations

import socket
import struct
from typing import Any

from msgspec import Struct

__all__ = [
    "Address",
    "Ancillary",
    "Local",
    "bound_to",
    "canonical",
    "hear_local_address",
    "told_by",
]

Address = tuple[Any, ...]
"""(host, port), for IPv6 (host, port, flow, scope): as the socket module gives and takes it."""
Ancillary = list[tuple[int, int, bytes]]

# The socket module of Python 3.11 does not name the first two (linux/in.h).
_IP_PKTINFO = 8
_IPV4_INFO = struct.Struct("@i4s4s")
_IPV6_INFO = struct.Struct("@16si")


class Local(Struct, frozen=True):
    """One of our addresses. `text` is canonical, and empty where the kernel did not say."""

    text: str
    interface: str
    family: int
    bind: Address
    """What to bind a transfer's socket to: this address, any port."""
    sender: Ancillary
    """What makes a socket bound to no address send from this one."""


def hear_local_address(sock: socket.socket) -> None:
    """Ask the kernel to say where each datagram came in."""
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)


def bound_to(sock: socket.socket) -> Local:
    """The local address as the socket itself knows it; `text` is empty if it is bound to none."""
    name = sock.getsockname()
    unspecified = name[0] in {"0.0.0.0", "::"}  # noqa: S104 - compared with, not bound to
    text = "" if unspecified else str(name[0]).partition("%")[0]
    return Local(text, "", int(sock.family), (name[0], 0, *name[2:]), [])


def told_by(family: int, info: bytes) -> Local | None:
    """The local address in the payload of a PKTINFO message; None for anything else."""
    if family == socket.AF_INET6 and len(info) == _IPV6_INFO.size:
        return _ipv6(info)
    return _ipv4(info) if len(info) == _IPV4_INFO.size else None


def _ipv4(info: bytes) -> Local:
    # ipi_spec_dst is an address of ours even where the datagram went to a broadcast address.
    index, ours, _destination = _IPV4_INFO.unpack(info)
    text = socket.inet_ntop(socket.AF_INET, ours)
    sender = (socket.IPPROTO_IP, _IP_PKTINFO, _IPV4_INFO.pack(0, ours, b"\0\0\0\0"))
    return Local(text, _interface(index), int(socket.AF_INET), (text, 0), [sender])


def _ipv6(info: bytes) -> Local:
    ours, index = _IPV6_INFO.unpack(info)
    text = socket.inet_ntop(socket.AF_INET6, ours)
    scope = index if text.startswith("fe80:") else 0
    sender = (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, _IPV6_INFO.pack(ours, scope))
    family = int(socket.AF_INET6)
    return Local(canonical(text), _interface(index), family, (text, 0, 0, scope), [sender])


def canonical(host: str) -> str:
    """An address as an Inquiry spells it: without scope, and IPv4 as IPv4 if it came over IPv6."""
    if ":" not in host:
        return host
    host = host.partition("%")[0]
    return host.removeprefix("::ffff:") if "." in host else host


def _interface(index: int) -> str:
    try:
        return socket.if_indextoname(index)
    except OSError:  # it went away meanwhile, or there never was one
        return ""
