"""RFC 1413, line by line."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.values import MalformedPacket
from provd.wire.ident import IdentError, parse_reply, spell_query

RIGHT = [
    (b"6193, 23 : USERID : UNIX : stjohns", "stjohns"),
    (b"6193,23:USERID:UNIX:stjohns", "stjohns"),
    (b"  6193 , 23 : USERID : UNIX, US-ASCII :a.b-c_1", "a.b-c_1"),
    (b"6193, 23 : USERID : TENEX :a:b", "a:b"),
]
"""The RFC's own example first."""

ERRORS = [
    (b"6193, 23 : ERROR : NO-USER", "NO-USER"),
    (b"6193,23:ERROR:HIDDEN-USER", "HIDDEN-USER"),
    (b"6193, 23 : ERROR : X-OURS", "X-OURS"),
    (b"6193, 23 : USERID : OTHER : 17", "no names"),
]

WRONG = [
    b"",
    b"6193, 23",
    b"6193, 23 : USERID : UNIX : ",
    b"6193, 23 : USERID : stjohns",
    b"6193, 23 : USERID : UNIX : st johns",
    b"6193, 23 : USERID : UNIX : st\0johns",
    b"6193, 23 : USERID : UNIX : \xc3\xa9",
    b"6193, 24 : USERID : UNIX : stjohns",
    b"23, 6193 : USERID : UNIX : stjohns",
    b"6193, 23 : userid : UNIX : stjohns",
    b"x, y : USERID : UNIX : stjohns",
    b"6193, 23 : USERID : UNIX : " + b"a" * 513,
    b"6193, 23 : USERID : UNIX : a" + b" " * 1000,
]


def test_a_query() -> None:
    """Their port first."""
    assert spell_query(6193, 23) == b"6193, 23\r\n"


@pytest.mark.parametrize(("line", "user"), RIGHT)
def test_replies(line: bytes, user: str) -> None:
    """The user's name, as it is."""
    assert parse_reply(line, 6193, 23) == user


@pytest.mark.parametrize(("line", "reason"), ERRORS)
def test_errors(line: bytes, reason: str) -> None:
    """The reason is kept for the log."""
    with pytest.raises(IdentError, match=reason):
        parse_reply(line, 6193, 23)


@pytest.mark.parametrize("line", WRONG)
def test_other_lines(line: bytes) -> None:
    """What is no reply to our query names nobody."""
    with pytest.raises(MalformedPacket):
        parse_reply(line, 6193, 23)


def test_every_truncation_is_named() -> None:
    """Cut anywhere, a reply is none, or names a shorter user: that is why a line must have its end."""
    for line, user in RIGHT:
        for length in range(len(line)):
            with contextlib.suppress(MalformedPacket, IdentError):
                assert user.startswith(parse_reply(line[:length], 6193, 23))


@given(st.binary(max_size=1200))
def test_no_bytes_break_the_parser(line: bytes) -> None:
    """Whatever comes, it is a name, an error or malformed."""
    with contextlib.suppress(MalformedPacket, IdentError):
        assert parse_reply(b"6193, 23 : USERID :" + line, 6193, 23).isprintable()
    with contextlib.suppress(MalformedPacket, IdentError):
        parse_reply(line, 6193, 23)
