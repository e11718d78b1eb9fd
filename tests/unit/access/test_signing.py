"""Signed texts: only ours, only as we signed them; keys that nobody else reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.access import NotAuthenticated, SigningKeys, UnsafeKeyFile
from provd.access.signing import ROTATION
from provd.testing.access import keys

PAYLOAD = {"jti": "t", "sub": "ann", "aud": "door", "iat": 1, "nbf": 1, "exp": 2}
SECRET = b"\1" * 64
DAY = 86400.0


def forged(
    payload: dict[str, Any], key: Any = SECRET, algorithm: str = "HS256", **head: Any
) -> str:
    """A text signed by somebody else."""
    return jwt.encode(payload, key, algorithm, headers={"kid": "k1", **head})


def test_what_was_signed_is_verified() -> None:
    """Both ways."""
    assert keys().verify(keys().sign(PAYLOAD), "door") == PAYLOAD


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.b.c",
        "....",
        forged(PAYLOAD, b"\2" * 32),
        forged(PAYLOAD, kid="k2"),
        forged(PAYLOAD, algorithm="HS512"),
        jwt.encode(PAYLOAD, None, "none", headers={"kid": "k1"}),
        jwt.encode(PAYLOAD, SECRET, "HS256"),
        forged(PAYLOAD | {"aud": "other"}),
        forged({key: PAYLOAD[key] for key in PAYLOAD if key != "jti"}),
        forged({key: PAYLOAD[key] for key in PAYLOAD if key != "aud"}),
        forged({key: PAYLOAD[key] for key in PAYLOAD if key != "exp"}),
    ],
)
def test_forgeries(text: str) -> None:
    """Other keys, other algorithms, none at all, another door, missing parts: all told alike."""
    with pytest.raises(NotAuthenticated, match="not one of this server"):
        keys().verify(text, "door")


@given(st.data())
def test_a_text_changed_anywhere_is_refused(data: Any) -> None:
    """Every character counts, but for the unused bits of the last one of a part."""
    text = keys().sign(PAYLOAD)
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda each: each != text[at]))
    changed = text[:at] + other + text[at + 1 :]
    try:
        assert keys().verify(changed, "door") == PAYLOAD
    except NotAuthenticated:
        return
    # Base64 without padding leaves bits of the last character of a part unused.
    assert at + 1 == len(text) or text[at + 1] == "."


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    """Whatever comes, it is verified or refused."""
    with pytest.raises(NotAuthenticated):
        keys().verify(text, "door")


def test_keys_are_made_once_and_for_us_alone(tmp_path: Path) -> None:
    """Mode 0600 from the first byte; the next start has the same key."""
    path = tmp_path / "access-keys.json"
    made = SigningKeys.open(path, 0.0, DAY)
    assert path.stat().st_mode & 0o777 == 0o600
    again = SigningKeys.open(path, DAY, DAY)
    assert again.current == made.current
    assert again.verify(made.sign(PAYLOAD), "door") == PAYLOAD
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_an_old_key_verifies_and_signs_no_more(tmp_path: Path) -> None:
    """As long as something that it signed may live; then it goes."""
    path = tmp_path / "access-keys.json"
    first = SigningKeys.open(path, 0.0, DAY)
    second = SigningKeys.open(path, ROTATION + 1, DAY)
    assert second.current != first.current
    assert second.verify(first.sign(PAYLOAD), "door") == PAYLOAD
    third = SigningKeys.open(path, ROTATION + DAY + 1, DAY)
    assert third.current == second.current
    with pytest.raises(NotAuthenticated):
        third.verify(first.sign(PAYLOAD), "door")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o666])
def test_keys_that_others_can_read_are_refused(mode: int, tmp_path: Path) -> None:
    """Whoever has read them may be anybody."""
    path = tmp_path / "access-keys.json"
    SigningKeys.open(path, 0.0, DAY)
    path.chmod(mode)
    with pytest.raises(UnsafeKeyFile, match="mode"):
        SigningKeys.open(path, 0.0, DAY)


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "[]",
        "{}",
        '{"keys": 1}',
        '{"keys": {"a": {}}}',
        '{"keys": {"a": {"made": 1, "secret": "x"}}}',
    ],
)
def test_a_file_that_holds_no_keys_is_refused(kept: str, tmp_path: Path) -> None:
    """It is never taken for an empty one, and never overwritten."""
    path = tmp_path / "access-keys.json"
    path.write_text(kept)
    path.chmod(0o600)
    with pytest.raises(UnsafeKeyFile):
        SigningKeys.open(path, 0.0, DAY)
    assert path.read_text() == kept


def test_a_short_key_and_a_link_are_refused(tmp_path: Path) -> None:
    """One that can be guessed, and one that is not where we put it."""
    path = tmp_path / "access-keys.json"
    path.write_text(json.dumps({"keys": {"a": {"made": 1, "secret": "00"}}}))
    path.chmod(0o600)
    with pytest.raises(UnsafeKeyFile, match="short"):
        SigningKeys.open(path, 0.0, DAY)
    link = tmp_path / "link.json"
    link.symlink_to(path)
    with pytest.raises(UnsafeKeyFile):
        SigningKeys.open(link, 0.0, DAY)
