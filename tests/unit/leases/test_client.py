"""By what clients are known."""

from __future__ import annotations

import pytest

from provd.leases._client import keys_of, mac_of
from provd.testing.leases import mac
from provd.wire.dhcp import NO_RELAY, Packet, RelayAgent

AGENT = RelayAgent(circuit_id=b"port7", remote_id=b"\1\2")
UUID = bytes(range(16))
SAID = {61: b"\0phone", 97: b"\0" + UUID}


@pytest.mark.parametrize(
    ("strategy", "key"),
    [
        ("mac", "mac=00:00:5e:00:53:01"),
        ("client-id", "client-id=0070686f6e65"),
        ("circuit-id", "circuit-id=706f727437"),
        ("remote-id", "remote-id=0102"),
        ("uuid", f"uuid={UUID.hex()}"),
        ("circuit-id+remote-id", "circuit-id+remote-id=706f727437+0102"),
        ("remote-id+mac", "remote-id+mac=0102+00:00:5e:00:53:01"),
    ],
)
def test_each_strategy(strategy: str, key: str) -> None:
    """Its token is in the spelling that reservations have."""
    assert keys_of((strategy,), Packet(1, 1, mac(1), SAID), AGENT) == (key,)


@pytest.mark.parametrize(
    "packet",
    [
        Packet(1, 1, b""),
        Packet(1, 1, bytes(6), {61: b"", 97: b""}),
        Packet(1, 1, bytes(16), {61: bytes(256), 97: b"\1" + UUID}),
    ],
)
def test_what_says_nothing(packet: Packet) -> None:
    """Absent, empty, all zero, too long, or of an unknown type: it names nobody."""
    strategies = ("uuid", "client-id", "circuit-id+remote-id", "mac+client-id", "mac")
    assert keys_of(strategies, packet, NO_RELAY) == ()


def test_the_first_that_a_packet_has() -> None:
    """Those that it lacks are passed over; the order is that of the strategies."""
    keys = keys_of(("uuid", "circuit-id", "client-id", "mac"), Packet(1, 1, mac(1), SAID), NO_RELAY)
    assert [key.partition("=")[0] for key in keys] == ["uuid", "client-id", "mac"]


def test_other_hardware() -> None:
    """Hardware addresses of other lengths are spelled the same way."""
    assert mac_of(Packet(1, 1, bytes(range(1, 9)))) == "01:02:03:04:05:06:07:08"
