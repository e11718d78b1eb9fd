"""Answers: what of a request comes back, and what is left out where there is no room."""

from __future__ import annotations

import pytest

from provd.wire.dhcp import (
    BROADCAST,
    REPLY,
    REQUEST,
    DoesNotFit,
    Packet,
    decode,
    encode,
    encode_fitting,
    parse_address,
    reply,
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
