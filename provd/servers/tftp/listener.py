"""A listening socket: reads what arrives, with the local address it arrived at."""

from __future__ import annotations

import contextlib
import errno
import socket
from collections.abc import Callable

from attrs import define

from provd.servers.tftp.counters import Tally
from provd.servers.tftp.local import Local, bound_to, hear_local_address, told_by
from provd.servers.tftp.outlet import Outlet
from provd.servers.tftp.settings import TFTPSettings
from provd.servers.tftp.transfer import Arrival
from provd.values import ProvdError

__all__ = ["Listener", "PortUnavailable", "bind_sockets"]

_LONGEST = 2048
"""RFC 2347 holds a request to 512 bytes; what is longer than this is cut off and dropped."""
_ANCILLARY = 64
_BATCH = 32
_SLICE = 0.001
"""Datagrams read before others get their turn."""
_MOST_DOORS = 256
_REMEMBER = 30.0
_WITHOUT_IPV6 = {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL}


@define
class PortUnavailable(ProvdError):
    """The TFTP port cannot be listened on."""

    address: str
    port: int
    reason: str

    def __str__(self) -> str:
        return (
            f"cannot listen for TFTP on {self.address or 'any address'} port {self.port}:"
            f" {self.reason}; stop the other server, choose another port, or start as root"
        )


def bind_sockets(settings: TFTPSettings) -> list[socket.socket]:
    """The listening sockets, bound: before privileges are dropped, if the port is below 1024.

    Without an interface address there are two, for IPv4 and IPv6, the latter where the host has it.

    @raise PortUnavailable: if one cannot be bound.
    """
    if settings.interface:
        return [_bound(settings.interface, settings.port)]
    first = _bound("0.0.0.0", settings.port)  # noqa: S104 - every address is what was asked for
    sockets = [first]
    if socket.has_ipv6:
        try:
            sockets.append(_bound("::", first.getsockname()[1]))
        except PortUnavailable as error:
            if error.__cause__ is None or not _is_without_ipv6(error.__cause__):
                first.close()
                raise
    return sockets


def _is_without_ipv6(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno in _WITHOUT_IPV6


def _bound(address: str, port: int) -> socket.socket:
    try:
        family, _, _, _, name = socket.getaddrinfo(
            address, port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST
        )[0]
        sock = socket.socket(family, socket.SOCK_DGRAM)
    except OSError as error:
        raise PortUnavailable(address, port, error.strerror or str(error)) from error
    try:
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(name)
    except OSError as error:
        sock.close()
        raise PortUnavailable(address, port, error.strerror or str(error)) from error
    return sock


class Listener:
    """Reads one listening socket and passes on what arrives."""

    def __init__(
        self,
        sock: socket.socket,
        arrived: Callable[[Arrival, float], None],
        tally: Tally,
        settings: TFTPSettings,
        monotonic: Callable[[], float],
    ) -> None:
        self.sock = sock
        self._monotonic = monotonic
        self._arrived = arrived
        self._tally = tally
        self._gso = settings.gso
        sock.setblocking(False)
        with contextlib.suppress(OSError):  # the kernel holds it to its own limit
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, settings.receive_buffer)
        hear_local_address(sock)
        local = bound_to(sock)
        self._otherwise = (local, Outlet(sock, [], tally, gso=settings.gso))
        self._doors: dict[bytes, tuple[Local, Outlet]] = {}
        """By what the kernel says beside a datagram, so that each costs one look-up."""
        self._forget_at = 0.0

    def readable(self, now: float) -> None:
        """Read what there is, up to a batch, and no longer than a slice: an answer may be rendered."""
        if now > self._forget_at:  # interfaces may have been renamed since
            self._doors.clear()
            self._forget_at = now + _REMEMBER
        receive, tally = self.sock.recvmsg, self._tally
        until = now + _SLICE
        for _ in range(_BATCH):
            try:
                datagram, ancillary, flags, peer = receive(_LONGEST, _ANCILLARY)
            except OSError:  # nothing more, or an error that an earlier answer ran into
                return
            if flags & socket.MSG_TRUNC or not peer[1]:  # nobody can be answered at port 0
                tally.ignored["malformed"] += 1
                continue
            info = ancillary[0][2] if ancillary else b""
            local, outlet = self._doors.get(info) or self._door(info)
            self._arrived(Arrival(datagram, peer, local, outlet), now)
            if self._monotonic() > until:
                return

    def _door(self, info: bytes) -> tuple[Local, Outlet]:
        local = told_by(int(self.sock.family), info)
        if local is None:
            return self._otherwise
        if len(self._doors) >= _MOST_DOORS:
            self._doors.clear()
        outlet = Outlet(self.sock, local.sender, self._tally, gso=self._gso)
        self._doors[info] = local, outlet
        return local, outlet
