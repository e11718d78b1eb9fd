"""Messages of the manager interface: lines to values and back, and from whoever means harm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.values import MalformedPacket
from provd.wire.ami import AmiMessage, UnsendableAction, banner_version, encode_action, parse_line


def test_an_action() -> None:
    """Lines, and an empty one."""
    encoded = encode_action([("Action", "Ping"), ("ActionID", "1")])
    assert encoded == b"Action: Ping\r\nActionID: 1\r\n\r\n"


@pytest.mark.parametrize(
    ("key", "value"),
    [("A b", "x"), ("", "x"), ("A", "x\r\nAction: Command"), ("A", "x\n"), ("A", "x" * 9000)],
)
def test_what_cannot_be_said(key: str, value: str) -> None:
    """Nothing becomes a line of its own."""
    with pytest.raises(UnsendableAction):
        encode_action([(key, value)])


def test_the_first_of_a_key() -> None:
    """However it is spelled."""
    message = AmiMessage((("Variable", "a"), ("VARIABLE", "b"), ("Response", "Success")))
    assert message.first("variable") == "a"
    assert message.first("none") == ""
    assert message.succeeded


def test_the_greeting() -> None:
    """Tells the version; somebody else's is none."""
    assert banner_version(b"Asterisk Call Manager/9.0.0") == "9.0.0"
    with pytest.raises(MalformedPacket):
        banner_version(b"SSH-2.0-OpenSSH_9.2")


@given(
    st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,20}", fullmatch=True),
    st.text(
        st.characters(min_codepoint=32, max_codepoint=0x24F, exclude_characters="\x7f"), max_size=40
    ).map(str.strip),
)
def test_there_and_back(key: str, value: str) -> None:
    """A line says what it was made of."""
    [line, *_rest] = encode_action([(key, value)]).split(b"\r\n")
    found_key, found = parse_line(line)
    assert found_key == key
    assert found.split() == value.split()


@given(st.binary(max_size=80))
def test_noise(data: bytes) -> None:
    """Whatever bytes there are raise only what is named."""
    for read in (parse_line, banner_version):
        try:
            read(data)
        except MalformedPacket:
            continue
