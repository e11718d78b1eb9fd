"""Other servers, as clients tell of them."""

from __future__ import annotations

from twisted.internet.task import Clock

from provd.servers.dhcp.foreign import ForeignServers
from provd.wire.dhcp import MessageType, Packet, parse_address

OURS, THEIRS = "192.0.2.1", "192.0.2.250"


def choice(server: str, kind: MessageType = MessageType.REQUEST) -> Packet:
    """A client's word about a server."""
    chosen = parse_address(server).to_bytes(4, "big")
    return Packet(op=1, xid=1, chaddr=bytes(6), options={53: bytes([kind]), 54: chosen})


def test_one_that_is_chosen_is_told_of() -> None:
    """With the interface, and how often; for an hour after the last time."""
    clock = Clock()
    servers = ForeignServers(clock.seconds, lambda address: address == OURS)
    servers.heard(choice(OURS), "eth0")
    servers.heard(choice(THEIRS, MessageType.DISCOVER), "eth0")
    assert servers.warnings() == ()
    servers.heard(choice(THEIRS), "eth0")
    clock.advance(1800)
    servers.heard(choice(THEIRS), "eth1")
    (found,) = servers.present()
    assert (found.address, found.interface, found.first, found.last, found.chosen) == (
        THEIRS,
        "eth1",
        0.0,
        1800.0,
        2,
    )
    assert servers.warnings() == (
        "another DHCP server, 192.0.2.250, is chosen by clients on eth1 (2 times)",
    )
    clock.advance(3601)
    assert servers.present() == ()


def test_inventors_fill_no_memory() -> None:
    """However many servers a hostile client claims to have chosen; the last ones are known."""
    servers = ForeignServers(lambda: 0.0, lambda _address: False)
    for number in range(1000):
        servers.heard(choice(f"198.51.{number >> 8}.{number & 255}"), "eth0")
    assert len(servers.present()) == 64
    assert servers.present()[-1].address == "198.51.3.231"


def test_a_request_without_a_server() -> None:
    """A renewal names none."""
    servers = ForeignServers(lambda: 0.0, lambda _address: False)
    servers.heard(Packet(op=1, xid=1, chaddr=bytes(6), options={53: b"\3"}), "eth0")
    assert servers.present() == ()
