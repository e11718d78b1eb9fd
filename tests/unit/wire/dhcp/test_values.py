"""Option values: bytes, types and text, in the examples of the RFCs and in what is ill-formed."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.wire.dhcp import (
    OPTIONS,
    ClientFqdn,
    ClientId,
    MalformedOption,
    Route,
    Unencodable,
    encapsulate,
    parse_option,
    read_option,
    show_option,
    suboptions,
)


def h(digits: str) -> bytes:
    """Bytes from digits, as RFCs print them."""
    return bytes.fromhex(digits)


NAMES = b"\3eng\5apple\3com\0\x09marketing\xc0\x04"
"""RFC 3397 section 2: eng.apple.com and marketing.apple.com, in one option."""
SIP = b"\0\7example\3com\0\7example\3net\0"
"""RFC 3361 section 3.1."""
PLACE = (
    9 << 122 | 1 << 88 | 12 << 82 | 2 << 48 | 1 << 44 | 3 << 38 | 4 << 8 | 1 << 6 | 2 << 3 | 5
).to_bytes(16, "big")
"""RFC 6225 section 2.2.2, each field with a number of its own."""
VENDOR = h("00000de9 09 0206") + b"001122" + b"\xff"

VECTORS: list[tuple[int, bytes, object, str]] = [
    (1, h("ffffff00"), "255.255.255.0", "255.255.255.0"),
    (2, h("fffff1f0"), -3600, "-3600"),
    (3, h("c0000201 c0000202"), ("192.0.2.1", "192.0.2.2"), "192.0.2.1, 192.0.2.2"),
    (12, b"desk", "desk", '"desk"'),
    (13, h("0100"), 256, "256"),
    (19, h("01"), True, "true"),
    (20, h("00"), False, "false"),
    (21, h("c0000200 ffffff00"), (("192.0.2.0", "255.255.255.0"),), "192.0.2.0 255.255.255.0"),
    (25, h("0044 05dc"), (68, 1500), "68, 1500"),
    (43, h("010108 ff"), h("010108 ff"), "pxe {1 mtftp-address: hex 08} end"),
    (43, h("060108 ff"), h("060108 ff"), "pxe {6 discovery-control: 8} end"),
    (43, b"http://192.0.2.1/", b"http://192.0.2.1/", '"http://192.0.2.1/"'),
    (43, h("8401 03"), h("8401 03"), "{132: hex 03}"),
    (46, h("08"), 8, "h-node"),
    (46, h("03"), 3, "3"),
    (51, h("ffffffff"), 4294967295, "4294967295"),
    (53, h("05"), 5, "ack"),
    (55, h("01 03 06"), (1, 3, 6), "1, 3, 6"),
    (60, b"CP-7941G\0", "CP-7941G", '"CP-7941G\\x00"'),
    (61, h("01 00005e005301"), ClientId(1, h("00005e005301")), "1 00:00:5e:00:53:01"),
    (61, h("ff 00000001 0003"), ClientId(255, h("00000001 0003")), "255 hex 000000010003"),
    (61, b"phone", ClientId(112, b"hone"), '"phone"'),
    (77, b"iPXE", (b"iPXE",), '"iPXE"'),
    (77, b"\3one\3two", (b"one", b"two"), '["one", "two"]'),
    (78, h("01 c0000201"), (True, ("192.0.2.1",)), "mandatory 192.0.2.1"),
    (79, h("00") + b"scope", (False, "scope"), 'optional "scope"'),
    (80, b"", True, "present"),
    (81, h("00 0000") + b"desk", ClientFqdn(0, (0, 0), "desk"), 'flags 0 results 0 0 "desk"'),
    (
        81,
        h("05 ffff") + b"\4desk\7example\3org\0",
        ClientFqdn(5, (255, 255), "desk.example.org"),
        "flags 5 results 255 255 name desk.example.org",
    ),
    (
        81,
        h("04 0000") + b"\4desk",
        ClientFqdn(4, (0, 0), "desk"),
        "flags 4 results 0 0 hex 046465736b",
    ),
    (
        81,
        h("04 0000 0161 00 00"),
        ClientFqdn(4, (0, 0), "a"),
        "flags 4 results 0 0 hex 01610000",
    ),
    (
        82,
        h("0104") + b"eth0" + h("0504 c0000200 9703 00") + b"vp" + h("1300"),
        {1: b"eth0", 5: h("c0000200"), 151: b"\0vp", 19: b""},
        (
            '{1 circuit-id: "eth0"; 5 link-selection: 192.0.2.0; 151 virtual-subnet: 0 "vp";'
            " 19 relay-source-port: present}"
        ),
    ),
    (
        82,
        h("0908 00000009 03 0101") + b"x",
        {9: h("00000009 03 0101") + b"x"},
        '{9 vendor-specific: 9 {1: "x"}}',
    ),
    (
        83,
        h("0003 0001 0000 00000001 c0000201"),
        {"functions": 3, "access": 1, "administration": 0, "security": 1, "rest": ("192.0.2.1",)},
        "functions 3 access 1 administration 0 security 1 192.0.2.1",
    ),
    (
        90,
        h("01 01 00 0000000000000007 00ff"),
        {"protocol": 1, "algorithm": 1, "detection": 0, "replay": 7, "rest": h("00ff")},
        "protocol 1 algorithm 1 detection 0 replay 7 hex 00ff",
    ),
    (99, b"\1US\1\2CA", (1, "US", {1: b"CA"}), '1 "US" {1: "CA"}'),
    (109, h("20010db8") + bytes(11) + b"\1", "2001:db8::1", "2001:db8::1"),
    (
        144,
        PLACE,
        {
            "latitude-uncertainty": 9,
            "latitude": 1,
            "longitude-uncertainty": 12,
            "longitude": 2,
            "altitude-type": 1,
            "altitude-uncertainty": 3,
            "altitude": 4,
            "version": 1,
            "resolution": 2,
            "datum": 5,
        },
        (
            "latitude-uncertainty 9 latitude 1 longitude-uncertainty 12 longitude 2"
            " altitude-type 1 altitude-uncertainty 3 altitude 4 version 1 resolution 2 datum 5"
        ),
    ),
    (
        159,
        h("06 08 3400"),
        {"offset": 6, "length": 8, "set": 13312},
        "offset 6 length 8 set 13312",
    ),
    (
        162,
        h("0020 0001 11") + b"\3dns\7example\3org\0" + h("04 c0000201 0001 0003 02 6832"),
        ((1, "dns.example.org", ("192.0.2.1",), h("0001 0003 02 6832")),),
        "1 dns.example.org [192.0.2.1] hex 00010003026832",
    ),
    (
        162,
        h("0014 0002 11") + b"\3dns\7example\3org\0",
        ((2, "dns.example.org", (), b""),),
        "2 dns.example.org",
    ),
    (220, h("02 0103 010203"), {"flags": 2, "rest": {1: h("010203")}}, "flags 2 {1: hex 010203}"),
    (
        123,
        bytes(15) + b"\1",
        {
            "latitude-bits": 0,
            "latitude": 0,
            "longitude-bits": 0,
            "longitude": 0,
            "altitude-type": 0,
            "altitude-bits": 0,
            "altitude": 0,
            "datum": 1,
        },
        (
            "latitude-bits 0 latitude 0 longitude-bits 0 longitude 0 altitude-type 0 altitude-bits 0"
            " altitude 0 datum 1"
        ),
    ),
    (93, h("0007 0009"), (7, 9), "7, 9"),
    (94, h("01 0310"), (1, 3, 16), "1 3.16"),
    (
        97,
        h("00 00112233445566778899aabbccddeeff"),
        "00112233-4455-6677-8899-aabbccddeeff",
        "00112233-4455-6677-8899-aabbccddeeff",
    ),
    (117, h("0006 0029"), (6, 41), "6, 41"),
    (119, NAMES, ("eng.apple.com", "marketing.apple.com"), "eng.apple.com, marketing.apple.com"),
    (119, b"\1a\1b\0\1c\1b\0", ("a.b", "c.b"), "uncompressed a.b, c.b"),
    (119, b"\0", (".",), "."),
    (119, b"\3a.\\\2\x00 \0", ("a\\.\\\\.\\000\\032",), "a\\.\\\\.\\000\\032"),
    (120, SIP, ("example.com", "example.net"), "names example.com, example.net"),
    (120, h("01 c0000201"), ("192.0.2.1",), "addresses 192.0.2.1"),
    (
        121,
        # RFC 3442 has these destinations as its examples.
        h("180a1b81c0000201 190ae50080c0000201 00c0000202"),
        (
            Route("10.27.129.0/24", "192.0.2.1"),
            Route("10.229.0.128/25", "192.0.2.1"),
            Route("0.0.0.0/0", "192.0.2.2"),
        ),
        ("10.27.129.0/24 via 192.0.2.1, 10.229.0.128/25 via 192.0.2.1, 0.0.0.0/0 via 192.0.2.2"),
    ),
    (124, h("00000009 04 0161 0162"), ((9, (b"a", b"b")),), '9 ["a", "b"]'),
    (125, VENDOR, ((3561, {2: b"001122"}),), '3561 {2: "001122"} end'),
    (143, h("0003") + b"a:b" + h("0001") + b"c", ("a:b", "c"), '"a:b", "c"'),
    (145, h("01"), (1,), "1"),
    (
        146,
        h("01 c0000201 c0000202") + b"\7example\3org\0",
        (1, "192.0.2.1", "192.0.2.2", ("example.org",)),
        "preference 1 192.0.2.1 192.0.2.2 for example.org",
    ),
    (150, h("c0000201"), ("192.0.2.1",), "192.0.2.1"),
    (151, h("02") + b"gone", (2, b"gone"), '2 "gone"'),
    (151, h("00"), (0, b""), "0"),
    (
        158,
        h("08 c0000201 c0000202 04 c0000203"),
        (("192.0.2.1", "192.0.2.2"), ("192.0.2.3",)),
        "[192.0.2.1, 192.0.2.2], [192.0.2.3]",
    ),
    (
        175,
        h("130101 b10501 80861533 eb03010000"),
        {19: h("01"), 177: h("0180861533"), 235: h("010000")},
        "{19 feature-http: 1; 177 bus-id: hex 0180861533; 235 version: hex 010000}",
    ),
    (
        212,
        h("08 20 20010db8 000000000000000000000000 c0000201"),
        (8, "2001:db8::/32", ("192.0.2.1",)),
        "8 2001:db8::/32 via 192.0.2.1",
    ),
    (225, b"site", b"site", '"site"'),
    (225, h("00ff"), h("00ff"), "hex 00ff"),
    (225, b"", b"", "hex"),
]


@pytest.mark.parametrize(("code", "value", "typed", "text"), VECTORS)
def test_vectors(code: int, value: bytes, typed: object, text: str) -> None:
    """Each value has its type and its text, and the text is the value again."""
    assert read_option(code, value) == typed
    assert show_option(code, value) == text
    assert parse_option(code, text) == value


ILL_FORMED = [
    (1, h("ffffff"), "3 bytes, expected 4"),
    (3, b"", "0 bytes, expected a multiple of 4"),
    (3, h("c00002"), "3 bytes, expected a multiple of 4"),
    (12, h("ff"), "not UTF-8"),
    (19, h("02"), "neither 00 nor 01"),
    (25, h("01"), "1 bytes, expected a multiple of 2"),
    (61, h("01"), "shorter than two bytes"),
    (78, h("02 c0000201"), "neither 00 nor 01"),
    (80, h("00"), "1 bytes, expected 0"),
    (81, h("00 00"), "shorter than three bytes"),
    (81, h("04 0000 c000"), "earlier place"),
    (82, h("0105 00"), "sub-option 1 goes on"),
    (82, h("010100 010100"), "stands in it twice"),
    (83, h("0003"), "2 bytes, expected 10"),
    (90, h("01"), "1 bytes, expected 11"),
    (94, h("01"), "1 bytes, expected 3"),
    (99, b"\1U", "shorter than three bytes"),
    (99, b"\1\xff\xff\1\1a", "not UTF-8"),
    (109, b"\1", "1 bytes, expected 16"),
    (159, bytes(5), "5 bytes, expected 4"),
    (162, b"", "no instances"),
    (162, h("0005 0001"), "an instance goes on"),
    (162, h("0003 0001 05"), "an instance goes on"),
    (162, h("0005 0001 02 00 00"), "something behind the name"),
    (162, h("0006 0001 01 00 04 c0"), "addresses go on"),
    (97, h("00"), "1 bytes, expected 17"),
    (97, h("01") + bytes(16), "type 1, expected 0"),
    (119, h("03 6162"), "beyond the end"),
    (119, h("40") + bytes(64), "beyond the end"),
    (119, h("c000"), "earlier place"),
    (119, h("0161 c002"), "earlier place"),
    (119, h("0161 c000"), "earlier place"),
    (119, h("0161 c0"), "a pointer goes on beyond the end"),
    (119, h("00") * 257, "more than 256 names"),
    (119, (b"\x3f" + b"a" * 63) * 4 + b"\0", "its name is too long"),
    (119, b"\0" + b"".join([bytes((0xC0, max(0, at))) for at in range(-1, 255, 2)]), "many others"),
    (120, h("02"), "neither 00 nor 01"),
    (121, b"", "no routes"),
    (121, h("21") + bytes(9), "width above 32"),
    (121, h("18 0a1b81 c00002"), "beyond the end"),
    (124, b"", "no enterprise"),
    (124, h("00000009 02 0561"), "a class goes on"),
    (124, h("00000009 00"), "no classes"),
    (125, h("00000009 05 01"), "an enterprise's part goes on"),
    (125, h("00000009"), "an enterprise's part goes on"),
    (125, h("00000009 02 0105"), "sub-option 1 goes on"),
    (143, h("0005 61"), "a URI goes on"),
    (143, h("00"), "a URI goes on"),
    (143, b"", "no URIs"),
    (146, h("01"), "shorter than ten bytes"),
    (151, b"", "no bytes"),
    (158, h("05 c0000201"), "a list goes on"),
    (158, b"", "no lists"),
    (212, h("08 20 2001"), "2 bytes, expected 16"),
]


@pytest.mark.parametrize(("code", "value", "detail"), ILL_FORMED)
def test_ill_formed_values_are_named(code: int, value: bytes, detail: str) -> None:
    """Reading one says which option it is and what is wrong; showing it is still exact."""
    with pytest.raises(MalformedOption) as caught:
        read_option(code, value)
    assert caught.value.code == code
    assert f"option {code}: " in str(caught.value)
    assert detail in caught.value.detail
    assert parse_option(code, show_option(code, value)) == value


@pytest.mark.parametrize("code", OPTIONS)
def test_every_kind_reads_shows_and_scans(code: int) -> None:
    """No kind is a name without a thing, and none lets anything but named errors out."""
    for value in (b"", b"\0", b"\1\0\0\1", bytes(range(40)), b"\xff" * 9):
        with suppress(MalformedOption):
            read_option(code, value)
        assert parse_option(code, show_option(code, value)) == value


@given(st.integers(1, 254), st.binary(max_size=64))
def test_showing_is_exact(code: int, value: bytes) -> None:
    """Whatever bytes an option has, its text says exactly these, in printable ASCII."""
    text = show_option(code, value)
    assert text.isascii()
    assert text.isprintable()
    assert parse_option(code, text) == value


@given(st.sampled_from(sorted(OPTIONS)), st.binary(max_size=64))
def test_reading_raises_nothing_else(code: int, value: bytes) -> None:
    """A typed value or MalformedOption."""
    with suppress(MalformedOption):
        read_option(code, value)


def test_encapsulation() -> None:
    """Sub-options go in and come out; pads and the end mark of PXE are understood."""
    assert encapsulate({6: b"\x08"}, end=True) == h("060108 ff")
    assert suboptions(43, h("00 060108 00 ff 99")) == {6: b"\x08"}
    with pytest.raises(Unencodable):
        encapsulate({6: bytes(256)})
    with pytest.raises(Unencodable):
        encapsulate({256: b""})


def test_the_table_is_one() -> None:
    """Names and codes are unique, codes ascend, and each kind is known."""
    names = [option.name for option in OPTIONS.values()]
    assert len(set(names)) == len(names)
    assert list(OPTIONS) == sorted(OPTIONS)
    assert {0, 255}.isdisjoint(OPTIONS)
