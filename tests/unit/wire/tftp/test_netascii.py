"""netascii: what goes out, its length, and the way back cut anywhere."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.wire.tftp import netascii

TEXT = st.lists(st.sampled_from([b"\r", b"\n", b"\0", b"a", b"bc"]), max_size=40).map(b"".join)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        (b"", b""),
        (b"a\nb", b"a\r\nb"),
        (b"a\rb", b"a\r\0b"),
        (b"a\r\nb", b"a\r\0\r\nb"),
        (b"\n\n", b"\r\n\r\n"),
        (b"\0", b"\0"),
    ],
)
def test_vectors(text: bytes, sent: bytes) -> None:
    """LF is CR LF, CR is CR NUL, anything else is itself."""
    assert netascii.encode(text) == sent
    assert netascii.encoded_size(text) == len(sent)


@given(TEXT, st.lists(st.integers(0, 60)))
def test_text_may_be_translated_in_pieces(text: bytes, cuts: list[int]) -> None:
    """The pieces' translations, end to end, are the translation of the whole."""
    at = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[start:end] for start, end in pairwise(at)]
    assert b"".join(map(netascii.encode, pieces)) == netascii.encode(text)


@given(TEXT, st.integers(1, 7))
def test_a_receiver_gets_the_text_back_wherever_packets_end(text: bytes, size: int) -> None:
    """A CR at the end of a packet waits for the first byte of the next."""
    sent = netascii.encode(text)
    decoder = netascii.Decoder()
    back = b"".join(decoder.feed(sent[at : at + size]) for at in range(0, len(sent), size))
    assert back + decoder.finish() == text


def test_a_lone_cr_at_the_very_end_is_kept() -> None:
    """A sender that ends in CR without NUL meant a CR."""
    decoder = netascii.Decoder()
    assert decoder.feed(b"a\r") + decoder.finish() == b"a\r"
    assert decoder.finish() == b""
