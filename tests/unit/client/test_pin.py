"""Pins: what a server is known by whose certificate nobody signed."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from provd.application.certificate import Certificate, Place, obtain, own_files
from provd.client import Api, ServerUnreachable
from provd.client.pin import is_pin, pin_of


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate."""
    directory: Path = tmp_path_factory.mktemp("tls")
    return obtain(Place(*own_files(directory), own=True, names=("localhost",)), 1_800_000_000)


def test_both_sides_agree(made: Certificate) -> None:
    """The client reads with the standard library what the server tells with another."""
    assert pin_of(made.chain[0].public_bytes(Encoding.DER)) == made.pin
    assert is_pin(made.pin)


def test_certificates_that_are_cut(made: Certificate) -> None:
    """Are none, wherever they are cut."""
    der = made.chain[0].public_bytes(Encoding.DER)
    for length in range(len(der)):
        with pytest.raises(ValueError, match="certificate"):
            pin_of(der[:length])


@given(st.binary(max_size=200), st.binary(max_size=8), st.integers(0, 600))
def test_no_bytes_crash_the_reader(made: Certificate, junk: bytes, patch: bytes, at: int) -> None:
    """Whatever a server shows, it is a certificate's key or ValueError."""
    der = made.chain[0].public_bytes(Encoding.DER)
    for shown in (junk, b"\x30" + junk, der[:at] + patch + der[at + len(patch) :]):
        with contextlib.suppress(ValueError):
            assert is_pin(pin_of(shown))


@pytest.mark.parametrize(
    "text", ["", "sha256//", "sha256//AAAA", "sha256//" + "!" * 44, "sha1//" + "A" * 43 + "="]
)
def test_what_is_no_pin(text: str) -> None:
    """Thirty-two bytes in base64, and the word for how they came about."""
    assert not is_pin(text)


def test_a_pin_that_is_none_is_told() -> None:
    """Before anything is sent."""
    with pytest.raises(ServerUnreachable, match="is no pin"):
        Api("https://127.0.0.1:1", ca="sha256//AAAA")


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    """Before anything is sent."""
    with pytest.raises(ServerUnreachable, match=r"nobody\.pem"):
        Api("https://127.0.0.1:1", ca=str(tmp_path / "nobody.pem"))
