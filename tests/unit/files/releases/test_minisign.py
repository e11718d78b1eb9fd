"""Signatures: those of minisign's are taken, ours are theirs, and nothing that was changed is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.files.releases import NotSigned, SecretKey, UnusableKey, read_public_key, verify

KEY = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"
SIGNATURE = b"""untrusted comment: signature from minisign secret key
RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOocrCo8KLzZwo=
trusted comment: timestamp:1633700835\tfile:test\tprehashed
wLMDjy9FLAuxZ3q4NlEvkgtyhrr0gtTu6KC4KBJdITbbOeAi1zBIYo0v4iTgt8jJpIidRJnp94ABQkJAgAooBQ==
"""
"""Made by minisign 0.10 for the text `test`."""
OURS = SecretKey(b"12345678", bytes(range(32)))
SIGNED = OURS.sign(b"text", "what is said of it")


def test_what_minisign_signed() -> None:
    """A key and a signature that minisign made."""
    signed = verify("test", b"test", SIGNATURE, [read_public_key(KEY)])
    assert signed.key == "E7620F1842B4E81F"
    assert signed.comment.startswith("timestamp:1633700835")


def test_the_file_that_minisign_keeps_it_in() -> None:
    """The comment above it is passed over."""
    assert read_public_key(f"untrusted comment: minisign public key\n{KEY}\n").text == KEY


def test_ours() -> None:
    """What is signed here is verified, by the key whose text is read again."""
    key = read_public_key(SecretKey.read(OURS.text).public.text)
    assert verify("text", b"text", SIGNED, [key]).comment == "what is said of it"


def test_two_keys() -> None:
    """An old and a new one hold side by side."""
    keys = [SecretKey.new().public, OURS.public]
    assert verify("text", b"text", SIGNED, keys).key == OURS.public.name


@pytest.mark.parametrize(
    ("message", "signature", "why"),
    [
        (b"texT", SIGNED, "not what key"),
        (b"text", SIGNED.replace(b"what", b"this"), "not what key"),
        (b"text", SecretKey.new().sign(b"text", ""), "not among those"),
        (b"text", SecretKey(b"12345678", bytes(32)).sign(b"text", ""), "not what key"),
        (b"text", b"", "none of minisign's"),
        (b"text", SIGNED.splitlines()[1], "none of minisign's"),
        (b"text", SIGNED.replace(b"trusted comment: what", b"what"), "not the form"),
        (b"text", SIGNED.replace(b"RUQ", b"RVQ"), "not the form"),
    ],
)
def test_what_is_refused(message: bytes, signature: bytes, why: str) -> None:
    """Another text, another comment, another key, and what is no signature."""
    with pytest.raises(NotSigned, match=why):
        verify("text", message, signature, [OURS.public])


@given(st.binary(max_size=400), st.integers(0, 400))
def test_no_bytes_are_a_signature(noise: bytes, at: int) -> None:
    """Whatever stands in its place, or in its middle, it is taken or refused by name."""
    for signature in (noise, SIGNED[:at] + noise + SIGNED[at + len(noise) :], SIGNED[:at]):
        try:
            verify("text", b"other", signature, [OURS.public])
        except NotSigned:
            continue
        raise AssertionError(signature)


@pytest.mark.parametrize("text", ["", "RW", KEY[:-4], KEY + KEY, "ÄÖÜ", OURS.text, "RX" + KEY[2:]])
def test_what_is_no_public_key(text: str) -> None:
    """It is told so."""
    with pytest.raises(UnusableKey):
        read_public_key(text)


@pytest.mark.parametrize("change", [(b"RWQAAEIy", b"RWRTY0Iy"), (b"MTIz", b"MTIy")])
def test_what_is_no_secret_key(change: tuple[bytes, bytes]) -> None:
    """One that a password guards, and one that was changed."""
    text = OURS.text.encode().replace(*change).decode()
    assert text != OURS.text
    with pytest.raises(UnusableKey):
        SecretKey.read(text)
