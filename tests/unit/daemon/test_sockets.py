"""Binding, told in sentences: no socket here is ever connected."""

from __future__ import annotations

import errno
import socket
from typing import Any

import pytest
from msgspec.structs import replace

from provd.daemon.settings import ApiSettings, HTTPListen, HTTPSListen, Settings
from provd.daemon.sockets import PortNotBound, address_towards, bind
from provd.servers.tftp import TFTPSettings

ANY = Settings(
    listen=HTTPListen(port=0, interface="127.0.0.1"),
    tftp=TFTPSettings(port=0, interface="127.0.0.1"),
    api=ApiSettings(port=0),
)


class Refusing:
    """A socket module whose sockets cannot be bound."""

    def __init__(self, number: int, when: socket.SocketKind) -> None:
        self.number, self.when = number, when
        self.made: list[socket.socket] = []

    def __call__(self, family: int, kind: int, *more: Any) -> socket.socket:
        """What `socket.socket` would make; of the kind that is refused, one that refuses."""
        refused = kind & 0xF == self.when
        number = self.number

        class Maybe(_SOCKET):
            def bind(self, address: Any) -> None:
                if refused:
                    raise OSError(number, "no")
                super().bind(address)

        made = Maybe(family, kind, *more)
        self.made.append(made)
        return made


_SOCKET = socket.socket


def test_everything_is_bound() -> None:
    """One socket for each purpose; closing gives them back, twice too."""
    bound = bind(ANY)
    every = [*bound.http, *bound.tftp, *bound.api]
    assert [each.type for each in every] == [
        socket.SOCK_STREAM,
        socket.SOCK_DGRAM,
        socket.SOCK_STREAM,
    ]
    assert all(each.getsockname()[1] for each in every)
    bound.close()
    bound.close()
    assert all(each.fileno() == -1 for each in every)


def test_https_is_bound_where_it_is_wanted() -> None:
    """And given back with the others."""
    wanted = HTTPSListen(serve=True, interface="127.0.0.1", port=0)
    bound = bind(replace(ANY, https=wanted))
    assert [each.getsockname()[0] for each in bound.https] == ["127.0.0.1"]
    bound.close()
    assert bound.https[0].fileno() == -1


def test_no_interface_is_every_address() -> None:
    """IPv4, and IPv6 on the same port where the host has it."""
    bound = bind(replace(ANY, listen=HTTPListen(port=0)))
    assert bound.http[0].getsockname()[0] == "0.0.0.0"
    assert len({each.getsockname()[1] for each in bound.http}) == 1
    bound.close()


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.EADDRINUSE, "another program has it"),
        (errno.EACCES, "need root or CAP_NET_BIND_SERVICE"),
        (errno.EADDRNOTAVAIL, "this host has no such address"),
        (errno.EIO, "no"),
    ],
)
@pytest.mark.parametrize(
    ("kind", "purpose"),
    [(socket.SOCK_STREAM, "devices over HTTP"), (socket.SOCK_DGRAM, "devices over TFTP")],
)
def test_a_refusal_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, number: int, hint: str, kind: socket.SocketKind, purpose: str
) -> None:
    """The purpose, the address, the port and the next step; nothing stays bound."""
    refusing = Refusing(number, kind)
    monkeypatch.setattr(socket, "socket", refusing)
    with pytest.raises(PortNotBound, match=f"{purpose} on 127.0.0.1 port 0: .*{hint}"):
        bind(ANY)
    assert all(each.fileno() == -1 for each in refusing.made)


def test_the_address_towards_a_device() -> None:
    """The kernel's routes tell it; without a route there is loopback."""
    assert address_towards("127.0.0.9") == "127.0.0.1"
    assert address_towards("no address") == "127.0.0.1"
    assert address_towards("")
