"""Packets of clients in captures, from whatever link they were taken."""

from __future__ import annotations

import io
import struct

import dpkt
import pytest

from provd.cli._capture import NoCapture, clients_in
from provd.wire.dhcp import Packet, encode, reply
from provd.wire.inet import udp_datagram

MAC = bytes.fromhex("00005e005301")
DISCOVER = Packet(op=1, xid=7, chaddr=MAC, options={53: b"\1"})
NOBODY, EVERYBODY = bytes(4), b"\xff" * 4


def packet(port: int = 67, payload: bytes | None = None) -> bytes:
    """An IPv4 packet of a client."""
    return udp_datagram(NOBODY, 68, EVERYBODY, port, payload or encode(DISCOVER))


ETHERNET = b"\xff" * 6 + MAC
FRAMES = {
    1: ETHERNET + b"\x08\x00" + packet(),
    101: packet(),
    113: bytes(14) + b"\x08\x00" + packet(),
    276: b"\x08\x00" + bytes(18) + packet(),
}


def capture(link: int, *frames: bytes, kind: type = dpkt.pcap.Writer) -> io.BytesIO:
    """A file with these frames, a second apart."""
    file = io.BytesIO()
    writer = kind(file, linktype=link)
    for at, frame in enumerate(frames):
        writer.writepkt(frame, ts=1000.0 + at)
    return io.BytesIO(file.getvalue())


@pytest.mark.parametrize("link", FRAMES)
def test_links(link: int) -> None:
    """Ethernet, bare IP, and what `-i any` makes of them."""
    (found,) = clients_in(capture(link, FRAMES[link]))
    assert (found.at, found.packet, found.port) == (1000.0, DISCOVER, 67)
    assert found.payload == encode(DISCOVER)


def test_a_vlan_inside_another() -> None:
    """Tags are passed over."""
    frame = ETHERNET + b"\x88\xa8\0\1\x81\0\0\2\x08\0" + packet(4011)
    (found,) = clients_in(capture(1, frame))
    assert found.port == 4011


def test_the_newer_format() -> None:
    """As Wireshark writes it."""
    file = io.BytesIO()
    writer = dpkt.pcapng.Writer(file)
    writer.writepkt(FRAMES[1], ts=5.0)
    (found,) = clients_in(io.BytesIO(file.getvalue()))
    assert found.packet == DISCOVER


def test_everything_else_is_passed_over() -> None:
    """Answers, other ports and protocols, broken packets."""
    answer = udp_datagram(NOBODY, 67, EVERYBODY, 67, encode(reply(DISCOVER, {53: b"\2"})))
    arp = ETHERNET + b"\x08\x06" + bytes(28)
    frames = [
        ETHERNET + b"\x08\x00" + answer,
        ETHERNET + b"\x08\x00" + packet(68),
        ETHERNET + b"\x08\x00" + packet(payload=b"hello"),
        ETHERNET + b"\x08\x00" + packet()[:30],
        ETHERNET[:9],
        arp,
        FRAMES[1],
    ]
    assert [each.at for each in clients_in(capture(1, *frames))] == [1006.0]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a capture at all",
        struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + b"x",
    ],
    ids=["empty", "a text", "cut off"],
)
def test_no_capture(content: bytes) -> None:
    """What is none is told, with how to take one."""
    with pytest.raises(NoCapture, match="tcpdump"):
        list(clients_in(io.BytesIO(content)))
