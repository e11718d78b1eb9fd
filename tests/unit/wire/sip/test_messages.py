"""SIP messages: bytes to values and back, whole, cut off, and from whoever means harm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.values import MalformedPacket
from provd.wire.sip import (
    SipMessage,
    SipRequest,
    SipResponse,
    SipStream,
    UnsendableMessage,
    encode,
    parse_datagram,
    sequence,
    sip_uri,
    vias,
)
from provd.wire.sip.messages import GREATEST, LONGEST_HEAD, MOST_HEADERS

HEADERS = (
    ("via", "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport"),
    ("from", "<sip:provd@192.0.2.1>;tag=1"),
    ("to", "<sip:u1@192.0.2.60>"),
    ("call-id", "c1"),
    ("cseq", "1 NOTIFY"),
)
REQUEST = SipRequest(method="NOTIFY", uri="sip:u1@192.0.2.9", headers=HEADERS, body=b"")
RESPONSE = SipResponse(status=200, reason="OK", headers=HEADERS)


def spoiled(old: bytes, new: bytes, message: SipMessage = RESPONSE) -> bytes:
    """The bytes of a message with one thing in them replaced."""
    encoded = encode(message)
    assert old in encoded
    return encoded.replace(old, new, 1)


@pytest.mark.parametrize("message", [REQUEST, RESPONSE])
def test_there_and_back(message: SipMessage) -> None:
    """What is encoded is what is read."""
    assert parse_datagram(encode(message)) == message


def test_names_are_spelled_as_usual() -> None:
    """For peers that do not know that they may be spelled in any way."""
    assert b"\r\nCall-ID: c1\r\nCSeq: 1 NOTIFY\r\nContent-Length: 0\r\n\r\n" in encode(REQUEST)


def test_short_names_folds_and_spaces() -> None:
    """Each spelling that section 7.3 allows says the same."""
    short = (
        b"\r\nSIP/2.0 200 OK\r\nv : SIP / 2.0 / UDP 192.0.2.1;branch=z9hG4bK1\r\n"
        b"f: <sip:a@b>\r\nT: \t<sip:c@d>\r\n ;tag=2\r\ni: x\r\ncSEQ:  7   NOTIFY  \r\nl: 0\r\n\r\n"
    )
    read = parse_datagram(short)
    assert read.first("to") == "<sip:c@d> ;tag=2"
    assert sequence(read) == (7, "NOTIFY")
    assert [via.branch for via in vias(read)] == ["z9hG4bK1"]


def test_a_datagram_may_be_longer_than_its_message() -> None:
    """What is after its Content-Length is passed over (section 18.3); without one all is body."""
    assert parse_datagram(encode(RESPONSE) + b"more") == RESPONSE
    read = parse_datagram(spoiled(b"Content-Length: 0\r\n", b"") + b"more")
    assert read.body == b"more"


def test_many_vias() -> None:
    """In one line or several, each with its parameters, quoted or not."""
    more = 'SIP/2.0/TLS [2001:db8::1]:5061;branch=z9hG4bK2;x="a,;b", SIP/2.0/TCP c.example'
    message = SipResponse(status=200, headers=(*HEADERS, ("via", more)))
    found = list(vias(message))
    assert [via.transport for via in found] == ["udp", "tls", "tcp"]
    assert found[1].sent_by == "[2001:db8::1]:5061"
    assert found[1].parameters["x"] == "a,;b"
    assert found[2].branch == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"SIP/2.0 200 OK", b"SIP/2.0 099 Low"),
        (b"SIP/2.0 200 OK", b"SIP/3.0 200 OK"),
        (b"SIP/2.0 200 OK", b"SIP/2.0 200"),
        (b"SIP/2.0 200 OK", b"NOTI FY sip:a@b SIP/2.0"),
        (b"SIP/2.0 200 OK", b"BYE sip:a@b SIP/2.0"),
        (b"CSeq: 1 NOTIFY", b"CSeq: 2147483648 NOTIFY"),
        (b"CSeq: 1 NOTIFY", b"CSeq: NOTIFY"),
        (b"Call-ID: c1", b"Call-ID:"),
        (b"Call-ID: c1", b"Call ID: c1"),
        (b"Call-ID: c1", b"Call-ID: c\0001"),
        (b"Call-ID: c1", b"Call-ID: c\n1"),
        (b"Content-Length: 0", b"Content-Length: 1"),
        (b"Content-Length: 0", b"Content-Length: -1"),
        (b"Content-Length: 0", b"Content-Length: 0\r\nl: 1"),
        (b"Content-Length: 0", b"X: 1\r\n" * MOST_HEADERS + b"Content-Length: 0"),
        (b"Call-ID: c1", b"Call-ID: " + b"c" * LONGEST_HEAD),
        (b"\r\n\r\n", b"\r\n"),
    ],
)
def test_malformed(old: bytes, new: bytes) -> None:
    """One thing is wrong with each, and that is said."""
    with pytest.raises(MalformedPacket):
        parse_datagram(spoiled(old, new))


@pytest.mark.parametrize(
    "via", ["SIP/2.0/UDP", "SIP/2.0 a", 'SIP/2.0/UDP a;x="', "SIP/2.0/UDP a;;"]
)
def test_malformed_vias(via: str) -> None:
    """Read when they are asked for, and refused then."""
    message = SipResponse(status=200, headers=(("via", via), *HEADERS[1:]))
    with pytest.raises(MalformedPacket):
        list(vias(parse_datagram(encode(message))))


@pytest.mark.parametrize(
    "message",
    [
        SipRequest(method="NOTIFY", uri="sip:a b", headers=HEADERS),
        SipRequest(method="NOTIFY", uri="sip:a\r\nX: 1", headers=HEADERS),
        SipRequest(method="NOTIFY", uri="sip:a", headers=(("event", "a\r\nX: 1"),)),
        SipRequest(method="NOTIFY", uri="sip:a", headers=HEADERS, body=bytes(GREATEST)),
    ],
)
def test_nothing_adds_a_line(message: SipRequest) -> None:
    """A value of a document never becomes a header of its own."""
    with pytest.raises(UnsendableMessage):
        encode(message)


def test_uris() -> None:
    """A user is escaped, an IPv6 address is in brackets, and what is no host is refused."""
    assert sip_uri('a b"<é', "192.0.2.9", 5060) == "sip:a%20b%22%3C%C3%A9@192.0.2.9:5060"
    assert sip_uri("u", "2001:db8::1", 0, "tls") == "sip:u@[2001:db8::1];transport=tls"
    assert sip_uri("", "pbx.example") == "sip:pbx.example"
    with pytest.raises(UnsendableMessage):
        sip_uri("u", "a>b")


values = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x24F, exclude_characters="\x7f\x80\x85"),
    max_size=30,
).map(str.strip)
names = st.from_regex(r"[a-z][a-z-]{1,12}", fullmatch=True).filter(
    lambda name: name != "content-length"
)
extra = st.lists(st.tuples(names, values), max_size=5)


@given(extra, st.binary(max_size=200), st.integers(100, 699), values)
def test_whatever_is_said(
    more: list[tuple[str, str]], body: bytes, status: int, reason: str
) -> None:
    """Every response goes there and back."""
    told = SipResponse(status=status, reason=reason, headers=(*HEADERS, *more), body=body)
    read = parse_datagram(encode(told))
    assert isinstance(read, SipResponse)
    assert (read.status, read.body) == (status, body)
    assert [value.split() for _name, value in read.headers] == [
        value.split() for _name, value in told.headers
    ]


@given(
    st.lists(st.tuples(st.sampled_from([REQUEST, RESPONSE]), st.binary(max_size=40)), max_size=4),
    st.data(),
)
def test_a_stream_in_any_pieces(sent: list[tuple[SipMessage, bytes]], data: st.DataObject) -> None:
    """A byte at a time, or however it comes: the same messages; empty lines between them are nothing."""
    messages = [
        type(each)(**{**{n: getattr(each, n) for n in each.__struct_fields__}, "body": body})
        for each, body in sent
    ]
    whole = b"".join(b"\r\n\r\n" + encode(each) for each in messages)
    stream, read, at = SipStream(), [], 0
    while at < len(whole):
        size = data.draw(st.integers(1, 400))
        read += list(stream.feed(whole[at : at + size]))
        at += size
    assert read == messages


def test_a_byte_at_a_time() -> None:
    """A message is there with its last byte, and not before."""
    stream = SipStream()
    encoded = encode(SipResponse(status=200, headers=HEADERS, body=b"abc"))
    found = [len(list(stream.feed(bytes([each])))) for each in encoded]
    assert found == [0] * (len(encoded) - 1) + [1]


@pytest.mark.parametrize(
    "sent",
    [
        spoiled(b"Content-Length: 0\r\n", b""),
        spoiled(b"Content-Length: 0", b"Content-Length: 99999"),
        b"A" * (LONGEST_HEAD + 1),
        b"GET / HTTP/1.1\r\n\r\n",
    ],
)
def test_streams_that_cannot_go_on(sent: bytes) -> None:
    """Where nobody knows what the next byte belongs to, that is said (section 18.3)."""
    with pytest.raises(MalformedPacket):
        list(SipStream().feed(sent))


def _read(data: bytes) -> None:
    try:
        message = parse_datagram(data)
        list(vias(message))
    except MalformedPacket:
        return
    encode(message)


@given(st.binary(max_size=300))
def test_noise(data: bytes) -> None:
    """Whatever bytes there are raise only what is named, as a datagram and as a stream."""
    _read(data)
    try:
        list(SipStream().feed(data))
    except MalformedPacket:
        return


def test_a_uri_is_ascii() -> None:
    """A request for anything else is none (section 25.1)."""
    with pytest.raises(MalformedPacket):
        parse_datagram(encode(REQUEST).replace(b"NOTIFY sip:", b"NOTIFY \xc6ip:", 1))


@given(st.data())
def test_spoiled_at_random(data: st.DataObject) -> None:
    """So do messages in which some bytes are others, and those that are cut off."""
    encoded = bytearray(encode(data.draw(st.sampled_from([REQUEST, RESPONSE]))))
    for _change in range(data.draw(st.integers(0, 4))):
        encoded[data.draw(st.integers(0, len(encoded) - 1))] = data.draw(st.integers(0, 255))
    _read(bytes(encoded[: data.draw(st.integers(0, len(encoded)))]))


@pytest.mark.parametrize("message", [REQUEST, RESPONSE])
def test_every_truncation(message: SipMessage) -> None:
    """A message that is cut off is none, wherever it is cut."""
    encoded = encode(message)
    for size in range(len(encoded)):
        with pytest.raises(MalformedPacket):
            parse_datagram(encoded[:size])
