"""Packets as text: every packet and its text say the same, and mistakes are named by line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.values import MalformedPacket
from provd.wire.dhcp import (
    BROADCAST,
    GREATEST_PACKET,
    OPTIONS,
    REPLY,
    REQUEST,
    MalformedText,
    Packet,
    decode,
    encode,
    format_packet,
    parse_address,
    parse_packet,
    show_option,
)

MAC = bytes.fromhex("00005e005301")
FIELDS = """\
reply
xid: 0x01020304
chaddr: 00:00:5e:00:53:01
htype: 6
hops: 1
secs: 5
flags: broadcast
ciaddr: 192.0.2.1
yiaddr: 192.0.2.2
siaddr: 192.0.2.3
giaddr: 192.0.2.4
sname: "boot.example.org"
file: "pxelinux.0"
option 53 message-type: ack
"""


def test_each_field_has_a_line() -> None:
    """A packet that says everything reads like this, and is read again from it."""
    packet = Packet(
        REPLY,
        0x01020304,
        MAC,
        {53: b"\5"},
        htype=6,
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
    assert format_packet(packet) == FIELDS
    assert parse_packet(FIELDS) == packet


def test_what_says_nothing_is_left_out() -> None:
    """A packet of defaults is two lines; a typist may leave out the second as well."""
    assert format_packet(Packet(REQUEST, 0, b"")) == "request\nxid: 0x00000000\n"
    assert parse_packet("request") == Packet(REQUEST, 0, b"")
    assert parse_packet("reply without options") == Packet(REPLY, 0, b"", cookie=False)


def test_what_typists_may_do() -> None:
    """Comments, blank lines, other orders, codes or names alone, bare texts and spare blanks."""
    typed = """
        # a phone
        request
          option message-type : discover

          option 60: Cisco Systems, Inc. IP Phone CP-7941G
          option   12  host-name:   "desk"
          file: undionly.kpxe
          xid: 7
          flags: 0x8000
          chaddr: 00:00:5E:00:53:01
    """
    assert parse_packet(typed.replace("\n", "\r\n")) == Packet(
        REQUEST,
        7,
        MAC,
        {53: b"\1", 60: b"Cisco Systems, Inc. IP Phone CP-7941G", 12: b"desk"},
        flags=BROADCAST,
        file=b"undionly.kpxe",
    )


MISTAKES = [
    ("", 1, "", "one of request, reply"),
    ("offer", 1, "offer", "one of request, reply"),
    ("\n\nrequest\nfoo", 4, "foo", "`field: value`"),
    ("request\nfoo: 1", 2, "foo", "one of xid"),
    ("request\nxid: q", 2, "q", "a number from 0 to 4294967295"),
    ("request\nxid: 0x1FFFFFFFF", 2, "0x1FFFFFFFF", "a number"),
    ("request\nhops: 256", 2, "256", "a number from 0 to 255"),
    ("request\nhops: 1 2", 2, "2", "the end of the line"),
    ("request\nciaddr: 192.0.2.01", 2, "192.0.2.01", "an IPv4 address"),
    ("request\nchaddr: 00:5e:", 2, "00:5e:", "a hardware address"),
    ("request\nchaddr: " + ":".join(["00"] * 17), 2, "00:00", "a hardware address"),
    ("request\nsname: " + "a" * 65, 2, "aaa", "at most 64 bytes"),
    ('request\nfile: "a\\x00b"', 2, '"a', "at most 128 bytes, and no NUL"),
    ("request\nxid: 1\nxid: 1", 3, "xid: 1", "something not said in line 2"),
    ("request\noption 12: a\noption host-name: b", 3, "option host-name", "not said in line 2"),
    ("request\noption 0: a", 2, "0", "a code from 1 to 254 but 52"),
    ("request\noption 52: hex 01", 2, "52", "a code from 1 to 254 but 52"),
    ("request\noption 255: a", 2, "255", "a code from 1 to 254 but 52"),
    ("request\noption 1234: a", 2, "1234", "a code from 1 to 254 but 52"),
    ("request\noption nonsense: a", 2, "nonsense", "or an option's name"),
    ("request\noption : a", 2, "", "or an option's name"),
    ("request\noption 3 host-name: a", 2, "3 host-name", "option 3 to be called router"),
    ("request\noption 3 the router: 192.0.2.1", 2, "3 the router", "or an option's name"),
    ("request\noption 128 host-name: a", 2, "128 host-name", "to be called pxe-128"),
    ("request\noption 225 host-name: a", 2, "225 host-name", "to be called nothing"),
    ("request\noption 53: dscover", 2, "dscover", "one of discover, offer"),
    ("request\noption 53: hex 0101", 2, "hex 0101", "1 bytes"),
    ("request\nxid: 1\noption 53: offer", 3, "request", "op 1 contradicts OFFER"),
    ("reply\noption 53: 77", 2, "reply", "message type 77"),
    ("request without options\noption 12: a", 2, "option 12", "no option in a packet without"),
]


@pytest.mark.parametrize(("text", "line", "found", "expected"), MISTAKES)
def test_mistakes_are_named(text: str, line: int, found: str, expected: str) -> None:
    """Each names its line, what stands there, and what should."""
    with pytest.raises(MalformedText) as caught:
        parse_packet(text)
    assert caught.value.line == line
    assert caught.value.found.startswith(found)
    assert expected in caught.value.expected
    assert f"line {line}" in str(caught.value)


CODES = st.integers(1, 254).filter(lambda code: code != 52)


@given(st.dictionaries(CODES, st.binary(max_size=40), max_size=6), st.binary(max_size=20))
def test_every_decodable_packet_round_trips(options: dict[int, bytes], name: bytes) -> None:
    """Whatever can be decoded has a text, which is printable and gives the same packet."""
    packet = Packet(REQUEST, 1, MAC, options, sname=name.replace(b"\0", b""))
    try:
        packet = decode(encode(packet, limit=GREATEST_PACKET))
    except MalformedPacket:
        return
    text = format_packet(packet)
    assert text.replace("\n", "").isascii()
    assert text.replace("\n", "").isprintable()
    again = parse_packet(text)
    assert again == packet
    assert list(again.options) == list(packet.options)


@given(st.integers(0, 255), st.binary(max_size=16), *[st.integers(0, 0xFFFF)] * 2)
def test_fields_round_trip(small: int, chaddr: bytes, secs: int, flags: int) -> None:
    """Every value of every field has a text."""
    packet = Packet(REQUEST, 1, chaddr, {}, small, small, secs, flags, secs, flags, secs, flags)
    assert parse_packet(format_packet(packet)) == packet


@given(st.text(max_size=200))
def test_no_text_crashes_the_parser(text: str) -> None:
    """Whatever is typed, the outcome is a packet or MalformedText."""
    for header in ("", "request\n", "request\noption ", "request\noption 61:"):
        try:
            packet = parse_packet(header + text)
        except MalformedText:
            continue
        assert parse_packet(format_packet(packet)) == packet


@given(st.sampled_from(sorted(OPTIONS)), st.text(alphabet='09afhex ":;,{}[]./\\-pxe', max_size=40))
def test_no_value_crashes_the_parser(code: int, text: str) -> None:
    """The same for what stands where a value should, of each registered option."""
    if code == 52:
        return
    try:
        packet = parse_packet(f"request\noption {code}: {text}")
    except MalformedText:
        return
    assert parse_packet(format_packet(packet)) == packet


def test_long_values_are_hexadecimal() -> None:
    """A value that would be dear to show is not looked into."""
    assert show_option(43, b"\1\0" * 300) == "hex " + "0100" * 300
