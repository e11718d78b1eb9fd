"""The TFTP codec: vectors both ways, every truncation, arbitrary bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.values import MalformedPacket
from provd.wire.tftp import (
    Acknowledgement,
    Data,
    Error,
    OptionAcknowledgement,
    Packet,
    ReadRequest,
    WriteRequest,
    parse,
    serialize,
)

VECTORS: list[tuple[bytes, Packet]] = [
    (b"\0\1a.cfg\0octet\0", ReadRequest(b"a.cfg")),
    (b"\0\1a\0netascii\0", ReadRequest(b"a", "netascii")),
    (
        b"\0\1SEP00005E005301.cnf.xml\0octet\0tsize\x000\0blksize\x001468\0",
        ReadRequest(b"SEP00005E005301.cnf.xml", "octet", {b"tsize": b"0", b"blksize": b"1468"}),
    ),
    (b"\0\1\xe9t\xe9\0octet\0", ReadRequest(b"\xe9t\xe9")),
    (b"\0\2a\0octet\0", WriteRequest(b"a")),
    (b"\0\3\0\1", Data(1, b"")),
    (b"\0\3\xff\xffabc", Data(65535, b"abc")),
    (b"\0\4\0\0", Acknowledgement(0)),
    (b"\0\4\x12\x34", Acknowledgement(0x1234)),
    (b"\0\5\0\1File not found\0", Error(1, "File not found")),
    (b"\0\5\0\x08\0", Error(8)),
    (b"\0\6", OptionAcknowledgement({})),
    (
        b"\0\6blksize\x001428\0windowsize\x004\0",
        OptionAcknowledgement({b"blksize": b"1428", b"windowsize": b"4"}),
    ),
]


@pytest.mark.parametrize(("datagram", "packet"), VECTORS)
def test_vectors_both_ways(datagram: bytes, packet: Packet) -> None:
    """Known bytes parse to known packets, which serialize to the same bytes."""
    assert parse(datagram) == packet
    assert serialize(packet) == datagram


@pytest.mark.parametrize(
    ("datagram", "packet"),
    [
        (b"\0\1a\0OcTeT\0", ReadRequest(b"a")),
        (b"\0\1a\0octet\0BlkSize\x00512\0", ReadRequest(b"a", "octet", {b"blksize": b"512"})),
        (b"\0\1a\0octet\0tsize\0", ReadRequest(b"a")),
        (b"\0\1a\0octet\0tsize\x000", ReadRequest(b"a")),
        (b"\0\1a\0octet\0\0\0tsize\x000\0", ReadRequest(b"a", "octet", {b"tsize": b"0"})),
        (
            b"\0\1a\0octet\0blksize\x001\0BLKSIZE\x002\0",
            ReadRequest(b"a", "octet", {b"blksize": b"1"}),
        ),
        (b"\0\4\0\7padding", Acknowledgement(7)),
        (b"\0\5\0\0no final zero", Error(0, "no final zero")),
        (b"\0\5\0\0", Error(0)),
        (b"\0\5\0\0\xff\0", Error(0, "�")),
    ],
)
def test_what_clients_do_although_they_should_not(datagram: bytes, packet: Packet) -> None:
    """Odd case, options without value or end, repeated options, missing NULs: all are understood."""
    assert parse(datagram) == packet


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\0",
        b"\0\0",
        b"\0\7",
        b"\1\1a\0octet\0",
        b"\0\1",
        b"\0\1a",
        b"\0\1a\0",
        b"\0\1a\0octet",
        b"\0\1\0octet\0",
        b"\0\1a\0\0",
        b"\0\3",
        b"\0\3\0",
        b"\0\4\0",
        b"\0\5\0",
    ],
)
def test_what_is_no_packet_is_named(datagram: bytes) -> None:
    """Bytes that no client may send raise MalformedPacket, which says what is wrong."""
    with pytest.raises(MalformedPacket, match="malformed TFTP packet: "):
        parse(datagram)


@pytest.mark.parametrize("datagram", [datagram for datagram, _ in VECTORS])
def test_every_truncation_is_a_packet_or_named(datagram: bytes) -> None:
    """A datagram cut anywhere is a shorter packet or malformed, never a crash."""
    for length in range(len(datagram)):
        try:
            parse(datagram[:length])
        except MalformedPacket:
            continue


@given(st.binary(max_size=600))
def test_arbitrary_bytes_are_a_packet_or_named(datagram: bytes) -> None:
    """Whatever arrives, the outcome is a packet or MalformedPacket."""
    try:
        parse(datagram)
    except MalformedPacket:
        return


@given(st.sampled_from([1, 2, 3, 4, 5, 6]), st.binary(max_size=600))
def test_what_parses_survives_the_way_out_and_back(opcode: int, rest: bytes) -> None:
    """What was understood once is understood the same way when we write it ourselves."""
    try:
        packet = parse(bytes([0, opcode]) + rest)
    except MalformedPacket:
        return
    if not isinstance(packet, ReadRequest | WriteRequest) or packet.mode.isascii():
        assert parse(serialize(packet)) == packet


def test_an_error_message_cannot_carry_a_nul() -> None:
    """A NUL would end the message early; it is left out."""
    assert serialize(Error(0, "a\0b")) == b"\0\5\0\0ab\0"
