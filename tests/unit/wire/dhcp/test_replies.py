"""Answers: what of a request comes back, and that a stamped one is an encoded one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.wire.dhcp import (
    BROADCAST,
    REPLY,
    REQUEST,
    DoesNotFit,
    Packet,
    Unencodable,
    decode,
    encode,
    encode_fitting,
    encode_options,
    parse_address,
    reply,
    template,
)

MAC = bytes.fromhex("00005e005301")
RELAY = b"\1\4eth0"
REQUESTED = Packet(
    REQUEST,
    7,
    MAC,
    {53: b"\1", 82: RELAY},
    hops=3,
    secs=9,
    flags=BROADCAST,
    ciaddr=parse_address("192.0.2.9"),
    giaddr=parse_address("192.0.2.254"),
)


def test_what_comes_back() -> None:
    """RFC 2131 table 3: xid, flags, giaddr and hardware address do; hops and secs are 0."""
    answer = reply(
        REQUESTED,
        {53: b"\2", 51: bytes(4)},
        yiaddr=5,
        siaddr=6,
        ciaddr=4,
        sname=b"s",
        file=b"f",
    )
    assert answer == Packet(
        REPLY,
        7,
        MAC,
        {53: b"\2", 51: bytes(4), 82: RELAY},
        flags=BROADCAST,
        ciaddr=4,
        yiaddr=5,
        siaddr=6,
        giaddr=parse_address("192.0.2.254"),
        sname=b"s",
        file=b"f",
    )


def test_the_relay_agent_option_is_last() -> None:
    """RFC 3046 section 2.2: it comes back as it came, behind all others, whatever was given."""
    given_options = {82: b"forged", 53: b"\2"}
    answer = reply(REQUESTED, given_options)
    assert list(answer.options.items()) == [(53, b"\2"), (82, RELAY)]
    assert given_options == {82: b"forged", 53: b"\2"}


def test_an_answer_without_relay_keeps_its_options() -> None:
    """Nothing is copied where nothing has to be added; BOOTP without cookie stays without."""
    options = {53: b"\2"}
    answer = reply(Packet(REQUEST, 7, MAC, cookie=False), options)
    assert answer.options is options
    assert not answer.cookie


def test_the_least_wanted_options_are_left_out() -> None:
    """Where there is no room the last options go, one by one, and never what the answer is."""
    options = {53: b"\2", 66: b"a" * 100, 67: b"b" * 100, 54: bytes(4), 43: b"c" * 100}
    answer = reply(REQUESTED, options, sname=b"s", file=b"f")
    whole, nothing = encode_fitting(answer, limit=1000)
    assert (whole, nothing) == (encode(answer, limit=1000), ())
    datagram, left_out = encode_fitting(answer, limit=400)
    assert left_out == (43, 67)
    assert list(decode(datagram).options) == [53, 66, 54, 82]
    with pytest.raises(DoesNotFit, match="its client takes 250"):
        encode_fitting(answer, limit=250)


@given(
    st.booleans(),
    st.integers(0, 0xFFFFFFFF),
    st.dictionaries(st.integers(128, 250), st.binary(max_size=300), max_size=4),
    st.binary(max_size=64),
)
def test_a_stamp_is_an_encoded_reply(
    relayed: bool,  # noqa: FBT001 -- drawn
    yiaddr: int,
    options: dict[int, bytes],
    sname: bytes,
) -> None:
    """A template gives the datagram that encoding the whole packet would give."""
    sname = sname.replace(b"\0", b"")
    request = REQUESTED if relayed else Packet(REQUEST, 8, MAC)
    first, last = {53: b"\2", 54: bytes(4)}, {12: b"desk"}
    stamped = template(options, siaddr=6, sname=sname, file=b"f").stamp(
        request, encode_options(first), yiaddr=yiaddr, ciaddr=4, last=encode_options(last)
    )
    whole = reply(
        request, first | options | last, yiaddr=yiaddr, ciaddr=4, siaddr=6, sname=sname, file=b"f"
    )
    assert stamped == encode(whole, limit=65507)
    assert decode(stamped) == whole


def test_templates_refuse_what_cannot_be_written() -> None:
    """At once, not at the first client."""
    with pytest.raises(Unencodable):
        template({}, file=bytes(129))
    with pytest.raises(Unencodable):
        template({}, sname=bytes(65))
    with pytest.raises(Unencodable):
        template({255: b""})
