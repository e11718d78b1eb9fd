"""The text of option values: what typists and documents may say, and how mistakes are answered."""

from __future__ import annotations

import pytest

from provd.wire.dhcp import MalformedText, Unencodable, parse_option, write_option


def h(digits: str) -> bytes:
    """Bytes from digits, as RFCs print them."""
    return bytes.fromhex(digits)


MISTAKES = [
    (1, "255.255.255", "an IPv4 address"),
    (2, "4294967295", "a number from -2147483648 to 2147483647"),
    (3, "192.0.2.1,", "an IPv4 address"),
    (3, "192.0.2.1 192.0.2.2", "the end of the line"),
    (12, '"a" b', "the end of the line"),
    (12, '"\\q"', r"\", \\ or \xNN"),
    (13, "65536", "a number from 0 to 65535"),
    (19, "yes", "true or false"),
    (43, "{1}", "`:`"),
    (43, "{1: }", '"text" or hex'),
    (43, "{0: hex}", "a number from 1 to 254"),
    (43, "{1: hex 01", "`}`"),
    (43, "pxe {9: hex " + "00" * 256 + "}", "at most 255 bytes"),
    (53, "Discovery", "one of discover, offer"),
    (61, "1", '"text" or hex'),
    (61, "256 hex 01", "a number from 0 to 255"),
    (77, '["a"', "`]`"),
    (77, '["a", "' + "b" * 256 + '"]', "RFC 3004"),
    (78, "192.0.2.1", "mandatory or optional"),
    (80, "yes", "present"),
    (81, "1", "flags 5 results"),
    (81, "flags 1 name a", "results and two numbers"),
    (82, "{5 circuit-id: 192.0.2.1}", "5, which is no circuit-id"),
    (83, "functions 3 access", "a number from 0 to 65535"),
    (90, "algorithm 1", "protocol and a number"),
    (94, "1", "a version like 3.16"),
    (99, '1 "USA" {1: "CA"}', "a country of two letters"),
    (109, "2001:zz", "an IPv6 address"),
    (109, "1:2", "an IPv6 address"),
    (162, "1 a [" + ", ".join(["192.0.2.1"] * 64) + "] hex", "at most 63 addresses"),
    (162, "1 a [192.0.2.1", "`]`"),
    (162, "1 a [192.0.2.1] hex " + "00" * 65536, "at most 65535 bytes"),
    (94, "1 3.256", "1 3.16"),
    (97, "0011", "a UUID"),
    (119, "a..b", "labels of 1 to 63 bytes"),
    (119, "a" * 64, "labels of 1 to 63 bytes"),
    (119, ".".join(["a" * 60] * 5), "255 in all"),
    (119, "a\\999", "the end of the line"),
    (120, "192.0.2.1", "names sip.example.org, or addresses"),
    (121, "192.0.2.0/24", "via and a router"),
    (121, "192.0.2.0/33 via 192.0.2.1", "a number from 0 to 32"),
    (124, "9 []", '"text" or hex'),
    (124, '9 ["' + "a" * 255 + '"]', "at most 255 bytes"),
    (125, "9", "`{`"),
    (125, "9 {1: hex " + "00" * 254 + "}", "at most 255 bytes"),
    (143, '"' + "a" * 65536 + '"', "at most 65535 bytes"),
    (146, "192.0.2.1", "preference 0"),
    (146, "preference 1 192.0.2.1 192.0.2.2", "for and domain names"),
    (158, "192.0.2.1", "`[`"),
    (158, "[" + ", ".join(["192.0.2.1"] * 64) + "]", "at most 63 addresses"),
    (212, "8 via 192.0.2.1", "2001:db8::/32 via"),
    (212, "8 2001:zz::/32 via 192.0.2.1", "2001:db8::/32 via"),
    (212, "8 1:2/32 via 192.0.2.1", "8 2001:db8::/32"),
    (225, "site", '"text" or hex 0a0b'),
    (12, '"\ud800"', '"text"'),
]


@pytest.mark.parametrize(("code", "text", "expected"), MISTAKES)
def test_mistakes_are_named(code: int, text: str, expected: str) -> None:
    """Each says what is expected where it went wrong."""
    with pytest.raises(MalformedText) as caught:
        parse_option(code, text, line=7)
    assert caught.value.line == 7
    assert expected in caught.value.expected


TYPED = [
    (12, "desk", b"desk"),
    (12, '"desk"', b"desk"),
    (12, "hex 6465", b"de"),
    (12, "hexagon", b"hexagon"),
    (12, "hex marks", b"hex marks"),
    (12, "é", "é".encode()),
    (12, '"é\\xff"', "é".encode() + b"\xff"),
    (43, "hex 01:02", b"\1\2"),
    (53, "1", b"\1"),
    (51, "0x10", h("00000010")),
    (61, "1 00:00:5E:00:53:01", h("01 00005e005301")),
    (119, "example.org.", b"\7example\3org\0"),
]


@pytest.mark.parametrize(("code", "text", "value"), TYPED)
def test_what_typists_may_do(code: int, text: str, value: bytes) -> None:
    """Bare texts, numbers for names, other cases and separators."""
    assert parse_option(code, text) == value


WRITTEN: list[tuple[int, object, bytes]] = [
    (43, b"\1\2", b"\1\2"),
    (3, "192.0.2.1", h("c0000201")),
    (3, ["192.0.2.1", "192.0.2.2"], h("c0000201 c0000202")),
    (51, 3600, h("00000e10")),
    (2, -3600, h("fffff1f0")),
    (19, True, h("01")),
    (20, False, h("00")),
    (80, True, b""),
    (55, [1, 3, 6], h("010306")),
    (55, (1, 3), h("0103")),
    (77, ["one", "two"], b"\3one\3two"),
    (143, ["a", 'b"'], h("0001") + b"a" + h("0002") + b'b"'),
    (119, ["example.org"], b"\7example\3org\0"),
]


@pytest.mark.parametrize(("code", "said", "value"), WRITTEN)
def test_what_documents_may_say(code: int, said: object, value: bytes) -> None:
    """Bytes, texts, numbers, booleans and lists of these become values."""
    assert write_option(code, said) == value


def test_what_documents_may_not_say() -> None:
    """Anything else is refused by the option's name, and what it should be."""
    with pytest.raises(Unencodable, match=r"option 3 router .* expected an IPv4 address"):
        write_option(3, {"a": 1})
    with pytest.raises(Unencodable, match="option 225 of"):
        write_option(225, None)
    with pytest.raises(MalformedText):
        write_option(80, False)
    with pytest.raises(MalformedText):
        write_option(51, "soon")
