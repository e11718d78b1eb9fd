"""IPv4 with UDP, ARP and ICMP as far as DHCP needs them: vectors, round trips, hostile bytes."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.values import MalformedPacket
from provd.wire.inet import (
    Datagram,
    arp_probe,
    arp_sender,
    echo_request,
    echo_source,
    read_datagram,
    udp_datagram,
)
from provd.wire.inet.checksum import checksum

ADDRESS, OTHER = bytes([192, 0, 2, 1]), bytes([192, 0, 2, 7])
MAC = bytes.fromhex("00005e005301")
HEADER_OF_RFC_1071 = bytes.fromhex("0001f203f4f5f6f7")
"""The example of section 3."""

addresses = st.binary(min_size=4, max_size=4)
ports = st.integers(0, 65535)


def plain_checksum(data: bytes) -> int:
    """The sum as RFC 1071 defines it, byte by byte."""
    total = 0
    for at in range(0, len(data), 2):
        total += int.from_bytes(data[at : at + 2].ljust(2, b"\0"), "big")
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def test_the_example_of_the_rfc() -> None:
    """The sum is ddf2."""
    assert checksum(HEADER_OF_RFC_1071) == ~0xDDF2 & 0xFFFF


@given(st.binary(max_size=8).map(lambda part: part * 2), st.binary(max_size=600))
def test_the_sum_of_parts(first: bytes, rest: bytes) -> None:
    """Parts are summed as if they were one."""
    assert checksum(first, rest) == plain_checksum(first + rest)


@given(addresses, ports, addresses, ports, st.binary(max_size=600))
def test_there_and_back(source: bytes, port: int, to: bytes, at: int, payload: bytes) -> None:
    """What was packed is read; both checksums come to nought where a receiver sums them."""
    packet = udp_datagram(source, port, to, at, payload)
    assert read_datagram(packet) == Datagram(source, port, to, at, payload)
    assert plain_checksum(packet[:20]) == 0
    pseudo = source + to + struct.pack("!HH", 17, len(packet) - 20)
    assert plain_checksum(pseudo + packet[20:]) == 0
    assert packet[26:28] != b"\0\0"


def test_what_does_not_fit() -> None:
    """An IPv4 packet has its greatest length."""
    assert len(udp_datagram(ADDRESS, 67, OTHER, 68, bytes(65507))) == 65535
    with pytest.raises(ValueError, match="do not fit"):
        udp_datagram(ADDRESS, 67, OTHER, 68, bytes(65508))


def test_every_truncation_is_told() -> None:
    """No prefix of a packet is taken for one."""
    packet = udp_datagram(ADDRESS, 68, OTHER, 67, b"hello")
    for end in range(len(packet)):
        with pytest.raises(MalformedPacket):
            read_datagram(packet[:end])


@pytest.mark.parametrize(
    ("at", "value"),
    [(0, 0x65), (0, 0x44), (0, 0x4F), (9, 6), (6, 0x20), (7, 1), (25, 0), (25, 255)],
    ids=["version", "header", "long header", "TCP", "more", "offset", "no length", "too long"],
)
def test_other_packets(at: int, value: int) -> None:
    """Another protocol, a fragment, lengths that contradict each other."""
    packet = bytearray(udp_datagram(ADDRESS, 68, OTHER, 67, b"hello"))
    packet[at] = value
    with pytest.raises(MalformedPacket):
        read_datagram(bytes(packet))


@given(st.binary(max_size=100))
def test_any_bytes(data: bytes) -> None:
    """Nothing but MalformedPacket comes of them."""
    with contextlib.suppress(MalformedPacket):
        read_datagram(data)
    arp_sender(data)
    echo_source(data, 7)


def test_ethernet_padding_is_no_payload() -> None:
    """A short frame is filled up; its lengths say what belongs to it."""
    packet = udp_datagram(ADDRESS, 68, OTHER, 67, b"hi")
    assert read_datagram(packet + bytes(16)).payload == b"hi"


def test_a_probe_claims_nothing() -> None:
    """RFC 5227: no sender address, so nobody learns from it, and it is no answer to another's."""
    probe = arp_probe(MAC, OTHER)
    assert probe.hex() == "000108000604000100005e00530100000000000000000000c0000207"
    assert arp_sender(probe) is None


@pytest.mark.parametrize("operation", [1, 2])
def test_who_has_an_address(operation: int) -> None:
    """Requests and replies alike say what their sender has."""
    said = struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation) + MAC + OTHER + bytes(10)
    assert arp_sender(said) == (MAC, OTHER)
    assert arp_sender(said[:-1]) is None
    assert arp_sender(b"\0\6" + said[2:]) is None


def test_an_echo() -> None:
    """The reply to our own request, and no other's."""
    request = echo_request(0x1234, 1, b"provd")
    assert plain_checksum(request) == 0
    reply = bytes([0]) + request[1:]
    packet = bytes([0x45]) + bytes(11) + OTHER + ADDRESS + reply
    assert echo_source(packet, 0x1234) == OTHER
    assert echo_source(packet, 0x4321) is None
    assert echo_source(packet[:20] + request, 0x1234) is None
    assert echo_source(packet[:26], 0x1234) is None
