"""The header of the PROXY protocol."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.testing.proxy import SIGNATURE, secured, v1, v2, value
from provd.values import MalformedPacket
from provd.wire.proxy import LONGEST_HEADER, ProxyHeader, Secured, crc32c, read_header

NAMED = ProxyHeader(
    source="192.0.2.7", source_port=40000, destination="192.0.2.1", destination_port=80
)
WIDE = ProxyHeader(
    source="2001:db8::7", source_port=40000, destination="2001:db8::1", destination_port=443
)
VECTORS = [
    (b"PROXY TCP4 192.0.2.7 192.0.2.1 40000 80\r\n", NAMED),
    (b"PROXY TCP6 2001:db8:0::7 2001:DB8::1 40000 443\r\n", WIDE),
    (b"PROXY TCP6 ::ffff:192.0.2.7 ::1 1 0\r\n", None),
    (b"PROXY UNKNOWN\r\n", ProxyHeader()),
    (b"PROXY UNKNOWN ffff::1 any thing 1 2\r\n", ProxyHeader()),
    (
        SIGNATURE + bytes.fromhex("21 11 000c c0000207 c0000201 9c40 0050"),
        NAMED,
    ),
    (v2("2001:db8::7", to="2001:db8::1", at=443), WIDE),
    (v2(checksum=True), NAMED),
    (v2(values=[value(0x04, bytes(9)), value(0xEE, b"ours")]), NAMED),
    (SIGNATURE + bytes.fromhex("20 00 0000"), ProxyHeader()),
    (SIGNATURE + bytes.fromhex("20 11 000c c0000207 c0000201 9c40 0050"), ProxyHeader()),
    (SIGNATURE + bytes.fromhex("21 00 0003 ffffff"), ProxyHeader()),
    (SIGNATURE + bytes.fromhex("21 31 00d8") + bytes(216), ProxyHeader()),
]
"""Bytes, and what they say; of None only that it is something."""

HOSTILE = [
    b"GET / HTTP/1.1\r\n",
    b"PROXYTCP4 192.0.2.7 192.0.2.1 1 2\r\n",
    b"PROXY TCP4 192.0.2.7 192.0.2.1 40000\r\n",
    b"PROXY TCP4 192.0.2.7 192.0.2.1 40000 80 \r\n",
    b"PROXY  TCP4 192.0.2.7 192.0.2.1 40000 80\r\n",
    b"PROXY TCP4 2001:db8::7 2001:db8::1 40000 80\r\n",
    b"PROXY TCP6 192.0.2.7 192.0.2.1 40000 80\r\n",
    b"PROXY TCP6 fe80::1%eth0 ::1 40000 80\r\n",
    b"PROXY TCP4 192.0.2.007 192.0.2.1 40000 80\r\n",
    b"PROXY TCP4 192.0.2.7 192.0.2.1 040 80\r\n",
    b"PROXY TCP4 192.0.2.7 192.0.2.1 65536 80\r\n",
    b"PROXY TCP4 192.0.2.7 192.0.2.1 +1 80\r\n",
    b"PROXY TCP4 192.0.2.7 192.0.2.1 1 \xb2\r\n",
    b"PROXY TCP4 192.0.2.7\n192.0.2.1 1 2\r\n",
    b"proxy TCP4 192.0.2.7 192.0.2.1 1 2\r\n",
    b"PROXY " + b"x" * 120,
    b"PROXY UNKNOWN " + b"x" * 120 + b"\r\n",
    b"\r\n\r\n\x00\r\nQUIX\n",
    SIGNATURE + bytes.fromhex("11 11 000c c0000207 c0000201 9c40 0050"),
    SIGNATURE + bytes.fromhex("22 11 000c c0000207 c0000201 9c40 0050"),
    SIGNATURE + bytes.fromhex("21 41 000c c0000207 c0000201 9c40 0050"),
    SIGNATURE + bytes.fromhex("21 11 000b c0000207 c0000201 9c40 00"),
    SIGNATURE + bytes.fromhex("21 31 0002 0000"),
    SIGNATURE + bytes.fromhex("21 11 ffff"),
    v2(values=[b"\x01\x00"]),
    v2(values=[b"\x01\x00\x09short"]),
    v2(values=[value(0x03, b"\0\0\0\1")]),
    v2(values=[value(0x03, b"\0\0\0")]),
    v2(values=[value(0x05, bytes(129))]),
    v2(values=[value(0x04, b"")] * 65),
    v2(values=[value(0x20, b"\1\0\0\0")]),
    v2(values=[secured(b"\x22\xff\xff")]),
]


@pytest.mark.parametrize(("data", "said"), VECTORS, ids=lambda each: repr(each)[:40])
def test_vectors(data: bytes, said: ProxyHeader | None) -> None:
    """Known bytes say known things, and what comes after them is not looked at."""
    read = read_header(data + b"GET / HTTP/1.1\r\n")
    assert read is not None
    assert read.size == len(data)
    if said is not None:
        assert (read.header.source, read.header.destination) == (said.source, said.destination)
        assert (read.header.source_port, read.header.destination_port) == (
            said.source_port,
            said.destination_port,
        )


@pytest.mark.parametrize(("data", "_said"), VECTORS, ids=lambda each: repr(each)[:40])
def test_every_truncation_waits(data: bytes, _said: object) -> None:
    """A header that is not here as a whole is awaited: proxies may send it in pieces."""
    for length in range(len(data)):
        assert read_header(data[:length]) is None


@pytest.mark.parametrize("data", HOSTILE, ids=repr)
def test_hostile(data: bytes) -> None:
    """What is no header ends the connection, whoever sends it."""
    with pytest.raises(MalformedPacket):
        read_header(data)


@given(st.binary(max_size=300))
def test_no_bytes_crash_it(data: bytes) -> None:
    """Whatever arrives, it is a header, the beginning of one, or refused."""
    for begin in (b"", b"PROXY ", SIGNATURE, SIGNATURE + b"\x21\x11"):
        whole = begin + data
        try:
            read = read_header(whole)
        except MalformedPacket:
            continue
        assert read is None or 0 < read.size <= min(len(whole), LONGEST_HEADER)


@given(st.ip_addresses(v=4), st.ip_addresses(v=6), st.integers(0, 65535))
def test_both_versions_say_the_same(narrow: object, wide: object, port: int) -> None:
    """Of IPv4 and of IPv6."""
    for source, to in ((str(narrow), "192.0.2.1"), (str(wide), "2001:db8::1")):
        first, second = read_header(v1(source, port, to)), read_header(v2(source, port, to))
        assert first is not None
        assert second is not None
        assert first.header == second.header


def test_what_is_said_of_tls() -> None:
    """The version, the name, whether the proxy found the certificate good, and the certificate itself."""
    values = (value(0x21, b"TLSv1.3"), value(0x22, b"0004f2123456"), value(0x28, b"DER"))
    read = read_header(v2(values=[secured(*values)]))
    assert read is not None
    assert read.header.values.secured == Secured(
        tls=True,
        shown=True,
        verified=True,
        version="TLSv1.3",
        common_name="0004f2123456",
        certificate=b"DER",
    )


def test_what_was_not_shown_is_not_believed() -> None:
    """A certificate beside the word that none was shown is nothing; nor is a verdict that it was good."""
    read = read_header(v2(values=[secured(value(0x28, b"DER"), client=0x01)]))
    assert read is not None
    assert read.header.values.secured == Secured(tls=True)
    read = read_header(v2(values=[secured(client=0x05, verify=19)]))
    assert read is not None
    assert not read.header.values.secured.verified


def test_the_first_value_of_a_type_counts() -> None:
    """A value that is appended changes nothing."""
    read = read_header(v2(values=[value(0x02, b"a.example"), value(0x02, b"b.example")]))
    assert read is not None
    assert read.header.values.authority == "a.example"


def test_crc32c() -> None:
    """The vectors of RFC 3720 appendix B.4."""
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert crc32c(b"\xff" * 32) == 0x62A8AB43
    assert crc32c(bytes(range(32))) == 0x46DD794E
