"""Which way an answer goes: RFC 2131 section 4.1, row by row."""

from __future__ import annotations

import pytest

from provd.servers.dhcp.destination import Destination, Way, destination
from provd.wire.dhcp import BROADCAST, MessageType, Packet, parse_address, reply

MAC = bytes.fromhex("00005e005301")
CLIENT, RELAY, OTHER = (parse_address(each) for each in ("192.0.2.7", "198.51.100.1", "192.0.2.9"))
EVERYBODY = 0xFFFFFFFF
OWN_PORT = b"\x01\x01a\x13\x00"


def asked(kind: MessageType = MessageType.DISCOVER, **more: object) -> Packet:
    """A client's packet."""
    options = {53: bytes([kind]), **more.pop("options", {})}  # type: ignore[dict-item]  # bytes by code
    return Packet(op=1, xid=7, chaddr=MAC, options=options, **more)  # type: ignore[arg-type]  # its fields


def way(
    request: Packet,
    kind: MessageType = MessageType.OFFER,
    *,
    yiaddr: int = CLIENT,
    peer: int = 0,
    peer_port: int = 68,
) -> tuple[Way, int, int]:
    """Where the answer goes."""
    answer = reply(request, {53: bytes([kind])}, yiaddr=yiaddr)
    found: Destination = destination(
        request, answer, peer=peer, peer_port=peer_port, relays_at=67, clients_at=68
    )
    return found.way, found.address, found.port


def test_a_client_without_an_address() -> None:
    """The address it will have, at its hardware address: it answers for none yet."""
    assert way(asked()) == (Way.HARDWARE, CLIENT, 68)


def test_one_that_hears_no_unicast() -> None:
    """It says so with a flag, and everybody on its link hears the answer."""
    assert way(asked(flags=BROADCAST)) == (Way.BROADCAST, EVERYBODY, 68)


def test_a_renewal() -> None:
    """It has an address, and asked from it."""
    request = asked(MessageType.REQUEST, ciaddr=CLIENT)
    assert way(request, MessageType.ACK, peer=CLIENT) == (Way.ROUTED, CLIENT, 68)


def test_a_refusal_is_for_everybody() -> None:
    """The client may have an address that is not its own: it is not to be relied on."""
    request = asked(MessageType.REQUEST, ciaddr=CLIENT)
    assert way(request, MessageType.NAK, yiaddr=0, peer=CLIENT) == (Way.BROADCAST, EVERYBODY, 68)


@pytest.mark.parametrize("kind", [MessageType.OFFER, MessageType.ACK, MessageType.NAK])
def test_a_relay_hears_everything(kind: MessageType) -> None:
    """At the server's port, wherever it sent from."""
    request = asked(giaddr=RELAY)
    assert way(request, kind, peer=OTHER, peer_port=45000) == (Way.ROUTED, RELAY, 67)


def test_a_relay_with_a_port_of_its_own() -> None:
    """RFC 8357: it says so in its option."""
    request = asked(giaddr=RELAY, options={82: OWN_PORT})
    assert way(request, peer=OTHER, peer_port=45000) == (Way.ROUTED, RELAY, 45000)
    other = asked(giaddr=RELAY, options={82: b"\x01\x01\x13"})
    assert way(other, peer=OTHER, peer_port=45000) == (Way.ROUTED, RELAY, 67)
    cut = asked(giaddr=RELAY, options={82: b"\x01\xff\x13"})
    assert way(cut, peer=OTHER, peer_port=45000) == (Way.ROUTED, RELAY, 67)


def test_a_boot_rom_that_asks_a_proxy() -> None:
    """It has an address, and is answered where it asked from."""
    request = asked(MessageType.REQUEST, ciaddr=CLIENT)
    found = way(request, MessageType.ACK, peer=CLIENT, peer_port=4011)
    assert found == (Way.ROUTED, CLIENT, 4011)


def test_an_offer_of_nothing_but_a_file() -> None:
    """A ProxyDHCP answer has no address in it that could be sent to."""
    assert way(asked(), yiaddr=0) == (Way.BROADCAST, EVERYBODY, 68)


def test_other_hardware() -> None:
    """InfiniBand does not say in the packet where it can be reached (RFC 4390)."""
    request = Packet(op=1, xid=7, chaddr=b"", htype=32, options={53: b"\1"})
    assert way(request) == (Way.BROADCAST, EVERYBODY, 68)
