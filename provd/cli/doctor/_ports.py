"""Are the ports free, or ours?"""

from __future__ import annotations

import errno
import socket
from typing import NamedTuple

from provd.cli.doctor._finding import Finding, fail, ok, warn

CHECK = "ports"


class Port(NamedTuple):
    """Where the server is to listen."""

    name: str
    kind: socket.SocketKind
    interface: str
    number: int

    def __str__(self) -> str:
        protocol = "tcp" if self.kind is socket.SOCK_STREAM else "udp"
        return f"{self.name} {self.interface or 'any address'} port {self.number}/{protocol}"


def check_port(port: Port, *, running: bool, certain: bool = True) -> Finding:
    """Try to bind a port.

    `running` tells whether our server answers on its API, `certain` whether these are its settings.
    """
    if not port.number:
        return ok(CHECK, f"{port.name}: any free port")
    try:
        _bind(port)
    except OSError as error:
        return _not_bound(port, error, running=running)
    if running:
        tell = fail if certain else warn
        step = "name the settings it was started with: --config"
        return tell(CHECK, f"{port}: provd runs and does not listen there", step)
    return ok(CHECK, f"{port}: free")


def _bind(port: Port) -> None:
    family = socket.AF_INET6 if ":" in port.interface else socket.AF_INET
    with socket.socket(family, port.kind) as probe:
        if port.kind is socket.SOCK_STREAM:
            # Connections that just ended are no listener.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((port.interface, port.number))


def _not_bound(port: Port, error: OSError, *, running: bool) -> Finding:
    if error.errno == errno.EADDRINUSE:
        if running:
            return ok(CHECK, f"{port}: ours")
        step = f"find it with `ss -lntup 'sport = :{port.number}'` and stop it, or set another port"
        return fail(CHECK, f"{port}: somebody else listens there", step)
    if error.errno in {errno.EACCES, errno.EPERM}:
        step = "start provd as root (it drops privileges), or give it CAP_NET_BIND_SERVICE"
        return warn(CHECK, f"{port}: this user may not bind it", step)
    if error.errno == errno.EADDRNOTAVAIL:
        return fail(CHECK, f"{port}: this host has no such address", "set an address of this host")
    return fail(CHECK, f"{port}: {error.strerror}", "set another interface or port")
