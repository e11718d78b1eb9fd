"""The strict reader: what it reads, what it leaves, and that it agrees with twisted.web."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.servers.http._head import HeadReader
from provd.testing.http import edge
from provd.values import Inquiry

PLAIN = (
    b"GET /Aastra/6730i.st?mac=00-08-5D HTTP/1.1\r\nHost: provd\r\n"
    b"User-Agent: Aastra6730i MAC:00-08-5D-23-74-29 V:2.6.0.2019-SIP \r\naccept:*/*\r\nEmpty:\r\n\r\n"
)


def read(data: bytes) -> tuple[str, str, str, dict[str, str]] | None:
    """What a fresh reader makes of `data`."""
    return HeadReader(4096, 20).read(data)


def test_a_plain_request_is_read() -> None:
    """Method, path, query, and headers with lower-case names and stripped values."""
    assert read(PLAIN) == (
        "GET",
        "/Aastra/6730i.st",
        "mac=00-08-5D",
        {
            "host": "provd",
            "user-agent": "Aastra6730i MAC:00-08-5D-23-74-29 V:2.6.0.2019-SIP",
            "accept": "*/*",
            "empty": "",
        },
    )


def test_bytes_of_a_value_are_characters() -> None:
    """An Avaya phone's 0xff in User-Agent survives as one character (ISO 8859-1)."""
    head = read(b"GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: AVAYA/SIP12x0\xff/04\r\n\r\n")
    assert head is not None
    assert head[3]["user-agent"] == "AVAYA/SIP12x0\xff/04"


@pytest.mark.parametrize("length", range(len(PLAIN)))
def test_a_part_of_a_request_is_left(length: int) -> None:
    """Cut anywhere, a request is the general parser's, which waits for the rest."""
    assert read(PLAIN[:length]) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"GET ", b"POST "),
        (b"GET ", b"get "),
        (b"GET ", b" GET "),
        (b"HTTP/1.1", b"HTTP/1.0"),
        (b"HTTP/1.1", b"HTTP/2.0"),
        (b" HTTP/1.1", b""),
        (b" /Aas", b"  /Aas"),
        (b"/Aastra", b"Aastra"),
        (b"/Aastra", b"http://provd/Aastra"),
        (b"/Aastra", b"//Aastra"),
        (b"/Aastra", b"/../Aastra"),
        (b"/Aastra", b"/%41astra"),
        (b"/Aastra", b"/\\Aastra"),
        (b"/Aastra", b"/A\xc3\xa9stra"),
        (b"Host: provd\r\n", b""),
        (b"Host: provd", b"Host : provd"),
        (b"Host: provd", b"Host: provd\r\nHost: provd"),
        (b"Host: provd", b" Host: provd"),
        (b"Host: provd", b"Host: provd\r\n folded"),
        (b"Host: provd", b"Host: provd\r\nnonsense"),
        (b"Host: provd", b"Host: provd\r\n: nameless"),
        (b"Host: provd", b"Host: provd\n"),
        (b"Host: provd", b"Host: provd\nX: y"),
        (b"Host: provd", b"Host: provd\rX: y"),
        (b"Host: provd", b"Host: pro\0vd"),
        (b"Host: provd", b"Host: pro\x7fvd"),
        (b"Host: provd", b"Host: provd\r\nContent-Length: 0"),
        (b"Host: provd", b"Host: provd\r\nContent-Length: 5"),
        (b"Host: provd", b"Host: provd\r\ntransfer-ENCODING: chunked"),
        (b"Host: provd", b"Host: provd\r\nExpect: 100-continue"),
        (b"Host: provd", b"Host: provd\r\nUpgrade: h2c"),
        (b"\r\n\r\n", b"\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n"),
        (b"\r\n\r\n", b"\r\n\r\nx"),
        (b"GET", b"\r\nGET"),
    ],
)
def test_what_is_not_plain_is_left(old: bytes, new: bytes) -> None:
    """One thing out of the ordinary, and the general parser decides."""
    assert old in PLAIN
    assert read(PLAIN.replace(old, new, 1)) is None


def test_the_limits_are_the_general_parsers() -> None:
    """What is too long or has too many headers is left, to be refused there."""
    line = b"GET / HTTP/1.1\r\nHost: a\r\nX: %b\r\n\r\n"
    fits = 4096 - len(line % b"")
    assert read(line % (b"x" * fits)) is not None
    assert read(line % (b"x" * (fits + 1))) is None
    lines = b"".join(b"X%d: y\r\n" % number for number in range(20))
    assert read(b"GET / HTTP/1.1\r\nHost: a\r\n" + lines + b"\r\n") is None


def test_the_names_it_remembers_are_bounded() -> None:
    """Invented header names are read, and not remembered for ever."""
    reader = HeadReader(4096, 20)
    for number in range(2000):
        assert reader.read(b"GET / HTTP/1.1\r\nHost: a\r\nX-%d: y\r\n\r\n" % number) is not None
    assert len(reader._names) <= 512


TOKENS = st.sampled_from(
    "GET|HEAD|POST| |  |/|/a.cfg|//|/..|%41|%|?|#|HTTP/1.1|HTTP/1.0|:|: |\t|\0|\xff|\n|\r|Host|X-A|x-a|\r\n|"
    "\r\n\r\n|Host: a\r\n|Content-Length: 0\r\n|Content-Length: 1\r\n|Transfer-Encoding: chunked\r\n|"
    "Connection: close\r\n".split("|")
)
NEARLY = st.one_of(
    st.binary(max_size=120),
    st.lists(TOKENS, max_size=14).map(lambda parts: "".join(parts).encode("latin-1")),
    st.lists(TOKENS, max_size=6).map(
        lambda parts: (
            b"GET /a HTTP/1.1\r\nHost: b\r\n" + "".join(parts).encode("latin-1") + b"\r\n\r\n"
        )
    ),
    st.tuples(st.integers(0, len(PLAIN)), st.integers(0, 3), st.binary(max_size=3)).map(
        lambda cut: PLAIN[: cut[0]] + cut[2] + PLAIN[cut[0] + cut[1] :]
    ),
)


def asked(data: bytes, *, strictly: bool) -> tuple[list[Inquiry], bytes]:
    """The inquiries that come of `data` on one connection, and everything that was answered."""
    server = edge()
    if not strictly:
        server.site.heads = HeadReader(0, 0)
    client = server.connect()
    client.send(data)
    return server.inquiries.asked, client.transport.value()


@given(NEARLY)
def test_both_readers_agree(data: bytes) -> None:
    """Whatever arrives: with or without the strict reader, the same is asked and the same is answered."""
    assert asked(data, strictly=True) == asked(data, strictly=False)


@given(NEARLY, st.lists(st.integers(0, 140), max_size=3))
def test_pieces_make_no_difference(data: bytes, cuts: list[int]) -> None:
    """However the network cuts a request, it asks the same and is answered the same."""
    server = edge()
    client = server.connect()
    places = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    for begin, end in pairwise(places):
        if begin < end:
            client.send(data[begin:end])
    assert (server.inquiries.asked, client.transport.value()) == asked(data, strictly=True)
