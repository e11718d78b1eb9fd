"""Where a datagram came in, as the kernel tells it, and how an Inquiry spells addresses."""

from __future__ import annotations

import socket
import struct

import pytest

from provd.servers.tftp.local import canonical, told_by


def test_ipv4() -> None:
    """The address of ours (not the broadcast address that was written to), and how to send from it."""
    info = struct.pack("@i4s4s", 0, socket.inet_aton("192.0.2.1"), b"\xff" * 4)
    local = told_by(socket.AF_INET, info)
    assert local is not None
    assert (local.text, local.bind) == ("192.0.2.1", ("192.0.2.1", 0))
    [(level, kind, sender)] = local.sender
    assert (level, kind) == (socket.IPPROTO_IP, 8)
    assert sender == struct.pack("@i4s4s", 0, socket.inet_aton("192.0.2.1"), bytes(4))


@pytest.mark.parametrize(
    ("address", "text", "scope"),
    [
        ("2001:db8::1", "2001:db8::1", 0),
        ("fe80::1", "fe80::1", 7),
        ("::ffff:192.0.2.1", "192.0.2.1", 0),
    ],
)
def test_ipv6(address: str, text: str, scope: int) -> None:
    """A link-local address is nothing without its interface; a mapped one is told as IPv4."""
    info = struct.pack("@16si", socket.inet_pton(socket.AF_INET6, address), 7)
    local = told_by(socket.AF_INET6, info)
    assert local is not None
    assert local.text == text
    assert local.bind == (address, 0, 0, scope)


@pytest.mark.parametrize("info", [b"", b"x" * 11, b"x" * 21])
def test_anything_else_tells_nothing(info: bytes) -> None:
    """The socket's own address is then all that is known."""
    assert told_by(socket.AF_INET, info) is None
    assert told_by(socket.AF_INET6, info) is None


@pytest.mark.parametrize(
    ("host", "spelled"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
    ],
)
def test_addresses_are_spelled_as_everywhere(host: str, spelled: str) -> None:
    """Without scope, and IPv4 as IPv4."""
    assert canonical(host) == spelled
