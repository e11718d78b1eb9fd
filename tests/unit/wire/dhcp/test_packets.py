"""The DHCP codec: vectors both ways, every truncation, arbitrary bytes, and what all of it costs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.values import MalformedPacket
from provd.wire.dhcp import (
    BROADCAST,
    GREATEST_PACKET,
    REPLY,
    REQUEST,
    DoesNotFit,
    MessageType,
    Packet,
    Unencodable,
    decode,
    encode,
    parse_address,
)

MAC = bytes.fromhex("00005e005301")
COOKIE = bytes.fromhex("63825363")
DISCOVER = bytes((53, 1, 1))
END = b"\xff"


def datagram(
    options: bytes = DISCOVER + END,
    *,
    op: int = REQUEST,
    hlen: int = 6,
    sname: bytes = b"",
    file: bytes = b"",
    cookie: bytes = COOKIE,
) -> bytes:
    """A packet written by hand, so that one test can spoil one field."""
    return b"".join(
        (
            bytes((op, 1, hlen, 0)),
            bytes.fromhex("3903f326 0000 0000"),
            bytes(16),
            MAC.ljust(16, b"\0"),
            sname.ljust(64, b"\0"),
            file.ljust(128, b"\0"),
            cookie,
            options,
        )
    )


def plain(options: dict[int, bytes], **more: Any) -> Packet:
    """The packet that `datagram` spells."""
    return Packet(REQUEST, 0x3903F326, MAC, options, **more)


# RFC 2131 figure 1 and table 1, written out field by field.
WHOLE = (
    bytes((2, 1, 6, 1))
    + bytes.fromhex("01020304 0005 8000 c0000201 c0000202 c0000203 c0000204")
    + MAC.ljust(16, b"\0")
    + b"boot.example.org".ljust(64, b"\0")
    + b"pxelinux.0".ljust(128, b"\0")
    + COOKIE
    + bytes((53, 1, 5, 54, 4, 192, 0, 2, 3, 51, 4, 0, 0, 14, 16, 255))
).ljust(300, b"\0")
WHOLE_PACKET = Packet(
    REPLY,
    0x01020304,
    MAC,
    {53: b"\5", 54: bytes((192, 0, 2, 3)), 51: (3600).to_bytes(4, "big")},
    hops=1,
    secs=5,
    flags=BROADCAST,
    ciaddr=parse_address("192.0.2.1"),
    yiaddr=parse_address("192.0.2.2"),
    siaddr=parse_address("192.0.2.3"),
    giaddr=parse_address("192.0.2.4"),
    sname=b"boot.example.org",
    file=b"pxelinux.0",
)

VECTORS = [
    (WHOLE, WHOLE_PACKET),
    (datagram().ljust(300, b"\0"), plain({53: b"\1"})),
    # BOOTP with the vendor area of RFC 1497, and with none that is understood (RFC 951).
    (datagram(bytes((12, 3)) + b"abc" + END).ljust(300, b"\0"), plain({12: b"abc"})),
    (datagram(bytes(60), cookie=bytes(4)), plain({}, cookie=False)),
    # An empty value; a value of the greatest length of one part.
    (datagram(DISCOVER + bytes((80, 0)) + END).ljust(300, b"\0"), plain({53: b"\1", 80: b""})),
    (
        datagram(DISCOVER + bytes((43, 255)) + bytes(255) + END),
        plain({53: b"\1", 43: bytes(255)}),
    ),
    # RFC 3396: 300 bytes are two parts.
    (
        datagram(DISCOVER + bytes((43, 255)) + b"a" * 255 + bytes((43, 45)) + b"a" * 45 + END),
        plain({53: b"\1", 43: b"a" * 300}),
    ),
]


@pytest.mark.parametrize(("raw", "packet"), VECTORS)
def test_vectors_both_ways(raw: bytes, packet: Packet) -> None:
    """Known bytes decode to known packets, which encode to the same bytes."""
    assert decode(raw) == packet
    assert encode(packet, limit=GREATEST_PACKET) == raw


LENIENCIES = [
    # No end mark, at a boundary of options.
    (datagram(DISCOVER), {53: b"\1"}),
    # Nothing behind the cookie at all.
    (datagram(b""), {}),
    # Pads between options, and anything behind the end.
    (datagram(b"\0\0" + DISCOVER + b"\0" + END + b"rubbish"), {53: b"\1"}),
    # Parts that another option separates.
    (datagram(bytes((77, 1)) + b"a" + DISCOVER + bytes((77, 1)) + b"b"), {77: b"ab", 53: b"\1"}),
    # An option without a value where one is due.
    (datagram(DISCOVER + bytes((12, 0)) + END), {53: b"\1", 12: b""}),
]


@pytest.mark.parametrize(("raw", "options"), LENIENCIES)
def test_what_senders_do_although_they_should_not(raw: bytes, options: dict[int, bytes]) -> None:
    """Each of the leniencies of the manual is a packet, not an error."""
    assert decode(raw) == plain(options)


def test_garbage_behind_strings_and_addresses() -> None:
    """`sname` and `file` end at their first NUL, or with their field; chaddr after hlen bytes."""
    packet = decode(datagram(sname=b"a\0rubbish", file=b"f" * 128, hlen=2))
    assert (packet.sname, packet.file, packet.chaddr) == (b"a", b"f" * 128, MAC[:2])


def test_long_and_no_hardware_address() -> None:
    """Sixteen bytes (InfiniBand's GUID forms) and none (RFC 4390) are both allowed."""
    assert decode(datagram(hlen=16)).chaddr == MAC.ljust(16, b"\0")
    assert decode(datagram(hlen=0)).chaddr == b""


OVERLOADED = [
    (1, b"", bytes((12, 1)) + b"f" + END, {53: b"\1", 12: b"f"}),
    (2, bytes((12, 1)) + b"s" + END, b"", {53: b"\1", 12: b"s"}),
    (3, bytes((12, 1)) + b"s" + END, bytes((12, 1)) + b"f" + END, {53: b"\1", 12: b"fs"}),
    # Fields that are full to their last byte need no end mark.
    (2, bytes((12, 62)) + b"s" * 62, b"", {53: b"\1", 12: b"s" * 62}),
]


@pytest.mark.parametrize(("bits", "sname", "file", "options"), OVERLOADED)
def test_overload_is_read(bits: int, sname: bytes, file: bytes, options: dict[int, bytes]) -> None:
    """Option 52 says which fields hold options; `file` comes before `sname` (RFC 3396)."""
    raw = datagram(DISCOVER + bytes((52, 1, bits)) + END, sname=sname, file=file)
    assert decode(raw) == plain(options)


def test_parts_in_three_fields() -> None:
    """One value may stand in all of them: options, then `file`, then `sname` (RFC 3396 section 5)."""
    part = bytes((12, 1))
    raw = datagram(
        part + b"o" + bytes((52, 1, 3)) + END, sname=part + b"s" + END, file=part + b"f" + END
    )
    assert decode(raw).options == {12: b"ofs"}


def test_overload_leaves_the_other_field() -> None:
    """A field that holds no options keeps its text."""
    packet = decode(datagram(bytes((52, 1, 1)) + END, sname=b"tftp", file=END))
    assert (packet.sname, packet.file, packet.options) == (b"tftp", b"", {})


MALFORMED = [
    (b"", "0 bytes"),
    (datagram(b"")[:-1], "239 bytes"),
    (datagram(bytes(GREATEST_PACKET)), "bytes, expected 240 to 65507"),
    (datagram(op=3), "op 3"),
    (datagram(op=0), "op 0"),
    (datagram(hlen=17), "hardware address of 17"),
    (datagram(bytes((12,))), "option 12 in options goes on"),
    (datagram(bytes((12, 5)) + b"abc"), "option 12 in options goes on"),
    (datagram(DISCOVER + bytes((53, 0))), "option 53 stands in it twice"),
    (datagram(DISCOVER + DISCOVER), "option 53 stands in it twice"),
    (datagram(bytes((50, 2, 1, 2, 50, 2, 3, 4))), "option 50 stands in it twice"),
    (datagram(bytes((53, 0))), "option 53 has 0 bytes"),
    (datagram(bytes((53, 2, 1, 1))), "option 53 has 2 bytes"),
    (datagram(bytes((50, 3, 1, 1, 1))), "option 50 has 3 bytes"),
    (datagram(bytes((51, 0))), "option 51 has 0 bytes"),
    (datagram(bytes((54, 5)) + bytes(5)), "option 54 has 5 bytes"),
    (datagram(bytes((57, 1, 1))), "option 57 has 1 bytes"),
    (datagram(bytes((118, 1, 1))), "option 118 has 1 bytes"),
    (datagram(bytes((53, 1, 0))), "message type 0"),
    (datagram(bytes((53, 1, 19))), "message type 19"),
    (datagram(DISCOVER, op=2), "op 2 contradicts DISCOVER"),
    (datagram(bytes((53, 1, 2))), "op 1 contradicts OFFER"),
    (datagram(bytes((52, 0))), "option 52 is "),
    (datagram(bytes((52, 1, 0))), "option 52 is 00"),
    (datagram(bytes((52, 1, 4))), "option 52 is 04"),
    (datagram(bytes((52, 1, 1, 52, 1, 1))), "option 52 stands in it twice"),
    (datagram(bytes((52, 1, 1)), file=bytes((52, 1, 1))), "field that it is about"),
    (datagram(bytes((52, 1, 2)), sname=bytes((52, 1, 3))), "field that it is about"),
    (datagram(bytes((52, 1, 1)), file=b"\x0c\xff"), "option 12 in file goes on"),
    (datagram(bytes((52, 1, 2)), sname=bytes((12, 63))), "option 12 in sname goes on"),
]


@pytest.mark.parametrize(("raw", "reason"), MALFORMED)
def test_malformed_packets_are_named(raw: bytes, reason: str) -> None:
    """Truncated, oversized, looping, repeated and contradictory packets each say what they are."""
    with pytest.raises(MalformedPacket) as caught:
        decode(raw)
    assert reason in caught.value.detail
    assert caught.value.protocol == "DHCP"


@pytest.mark.parametrize("raw", [raw for raw, _packet in VECTORS])
def test_every_truncation_is_named(raw: bytes) -> None:
    """A packet cut anywhere is malformed or a shorter one, never a crash."""
    for length in range(len(raw)):
        _packet_or_named_error(raw[:length])


@given(st.binary(max_size=80), st.binary(max_size=64), st.binary(max_size=128), st.integers(0, 4))
def test_no_bytes_crash_the_decoder(
    options: bytes, sname: bytes, file: bytes, overload: int
) -> None:
    """Whatever stands in the options and in overloaded fields, the outcome is named."""
    _packet_or_named_error(datagram(bytes((52, 1, overload)) + options, sname=sname, file=file))
    _packet_or_named_error(datagram(options, sname=sname, file=file))


@given(st.binary(max_size=400))
def test_no_datagram_crashes_the_decoder(raw: bytes) -> None:
    """The same for bytes that are no packet at all."""
    _packet_or_named_error(raw)


def _packet_or_named_error(raw: bytes) -> None:
    try:
        packet = decode(raw)
    except MalformedPacket:
        return
    assert decode(encode(packet, limit=GREATEST_PACKET)) == packet


def packets() -> st.SearchStrategy[Packet]:
    """Packets that anybody may send: options of any content but for those with a fixed meaning."""
    codes = st.integers(1, 254).filter(lambda code: code not in {50, 51, 52, 53, 54, 57, 118})
    numbers = st.integers(0, 0xFFFFFFFF)
    text = st.binary(max_size=20).map(lambda value: value.replace(b"\0", b"."))
    small = st.integers(0, 255)
    return st.builds(
        Packet,
        st.sampled_from((REQUEST, REPLY)),
        numbers,
        st.binary(max_size=16),
        st.dictionaries(codes, st.binary(max_size=300), max_size=8),
        small,
        small,
        st.integers(0, 0xFFFF),
        st.integers(0, 0xFFFF),
        numbers,
        numbers,
        numbers,
        numbers,
        text,
        text,
    )


@given(packets())
def test_round_trip(packet: Packet) -> None:
    """What is encoded with room enough decodes to the same packet, options in the same order."""
    again = decode(encode(packet, limit=GREATEST_PACKET))
    assert again == packet
    assert list(again.options) == list(packet.options)


@given(packets(), st.integers(240, 1500))
def test_round_trip_within_a_limit(packet: Packet, limit: int) -> None:
    """With little room a packet is overloaded or refused; never cut, never longer than asked."""
    try:
        raw = encode(packet, limit=limit)
    except DoesNotFit:
        return
    assert len(raw) <= max(limit, 300)
    assert decode(raw) == packet


def test_overload_is_written_when_needed() -> None:
    """Options that do not fit go into `file`, then `sname`, in whole parts; 82 stays with the options."""
    options = {53: b"\5"} | {code: bytes(60) for code in range(128, 134)} | {82: b"\1\1a"}
    packet = Packet(REPLY, 1, MAC, options)
    assert encode(packet, limit=1000)[240:242] == bytes((53, 1))
    raw = encode(packet, limit=548)
    assert raw[240:243] == bytes((52, 1, 1))
    assert decode(raw) == packet
    tight = encode(packet, limit=470)
    assert tight[240:243] == bytes((52, 1, 3))
    assert tight.rstrip(b"\0").endswith(bytes((82, 3, 1, 1)) + b"a" + END)
    assert decode(tight) == packet


def test_fields_in_use_are_not_overloaded() -> None:
    """A boot file keeps its place, and what then does not fit is refused with both sizes."""
    options = {53: b"\5"} | {code: bytes(60) for code in range(128, 134)}
    with pytest.raises(DoesNotFit, match="of 616 bytes is wanted, and its client takes 500"):
        encode(Packet(REPLY, 1, MAC, options, file=b"pxelinux.0"), limit=500)


def test_a_relay_agent_option_longer_than_the_options() -> None:
    """It cannot go anywhere else, so the packet is refused."""
    with pytest.raises(DoesNotFit):
        encode(Packet(REPLY, 1, MAC, {53: b"\5", 82: bytes(250)}), limit=400)


def test_bootp_is_not_overloaded() -> None:
    """Option 52 is DHCP's; a BOOTP client would take it for nothing and find nothing."""
    with pytest.raises(DoesNotFit):
        encode(Packet(REPLY, 1, MAC, {12: b"a" * 60}), limit=300)


@pytest.mark.parametrize(
    "packet",
    [
        Packet(REQUEST, 1, bytes(17)),
        Packet(REQUEST, 1, MAC, sname=bytes(65)),
        Packet(REQUEST, 1, MAC, file=bytes(129)),
        Packet(REQUEST, 1 << 32, MAC),
        Packet(REQUEST, 1, MAC, hops=256),
        Packet(REQUEST, -1, MAC),
        Packet(REQUEST, 1, MAC, {0: b"a"}),
        Packet(REQUEST, 1, MAC, {52: b"\1"}),
        Packet(REQUEST, 1, MAC, {255: b""}),
        Packet(REQUEST, 1, MAC, {256: b""}),
        Packet(REQUEST, 1, MAC, {-1: b""}),
        Packet(REQUEST, 1, MAC, {300: bytes(256)}),
    ],
)
def test_what_cannot_be_written_is_named(packet: Packet) -> None:
    """A field too long, a number out of range and a code that is none are refused by name."""
    with pytest.raises(Unencodable):
        encode(packet)


def test_message_type() -> None:
    """A packet knows its message type; BOOTP has none."""
    assert decode(datagram()).message_type == MessageType.DISCOVER
    assert decode(datagram(END)).message_type == 0
