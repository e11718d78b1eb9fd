"""A copy from elsewhere, in pieces: in order, bounded, one at a time, and not one of the copies before its end."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from provd.store import PieceOutOfPlace, accept, copies_in, receive, received
from provd.store._backup import KEPT
from provd.values import Invalid

NAME = "provd-20261120T120000Z-0a1b2c3d.db"
WHOLE = b"one piece, another piece"
DIGEST = sha256(WHOLE).hexdigest()


def send(directory: Path, name: str = NAME) -> None:
    """Both pieces."""
    assert receive(directory, name, 0, WHOLE[:10]) == 10
    assert receive(directory, name, 10, WHOLE[10:]) == len(WHOLE)


def test_in_order(tmp_path: Path) -> None:
    """It is there once it was accepted, and for nobody else to read."""
    directory = tmp_path / "backups"
    send(directory)
    assert copies_in(directory) == []
    path = received(directory, NAME, DIGEST.upper())
    assert path.stat().st_mode & 0o777 == 0o600
    copy = accept(path)
    assert (copy.name, copy.bytes, copy.sha256) == (NAME, len(WHOLE), DIGEST)
    assert copies_in(directory) == [copy]
    assert [each.name for each in directory.iterdir()] == [NAME]


@pytest.mark.parametrize("offset", [1, 9, 11, 10**9])
def test_out_of_place(tmp_path: Path, offset: int) -> None:
    """Where to go on is told; sending from the beginning begins again."""
    receive(tmp_path, NAME, 0, WHOLE[:10])
    with pytest.raises(PieceOutOfPlace) as caught:
        receive(tmp_path, NAME, offset, b"x")
    assert caught.value.received == 10
    send_again = receive(tmp_path, NAME, 10, WHOLE[10:])
    assert send_again == len(WHOLE)


def test_another_one(tmp_path: Path) -> None:
    """What was received of one before is let go: nothing is left behind by those who gave up."""
    receive(tmp_path, NAME, 0, WHOLE)
    other = NAME.replace("0a1b", "ffff")
    receive(tmp_path, other, 0, b"x")
    assert [each.name for each in tmp_path.iterdir()] == [f"{other}.received"]
    with pytest.raises(PieceOutOfPlace):
        receive(tmp_path, NAME, len(WHOLE), b"x")


@pytest.mark.parametrize("digest", ["", "ab", sha256(b"other").hexdigest()])
def test_another_than_was_sent(tmp_path: Path, digest: str) -> None:
    """It is not taken; neither is what was not sent at all."""
    send(tmp_path)
    with pytest.raises(Invalid, match="sha256"):
        received(tmp_path, NAME, digest)
    with pytest.raises(Invalid, match="nothing"):
        received(tmp_path, NAME.replace("0a1b", "ffff"), DIGEST)


@pytest.mark.parametrize(
    "name", ["", "..", "../x", "provd.db", "provd-20261399T990000Z-x.db", f"{NAME}.received", "/x"]
)
def test_names(tmp_path: Path, name: str) -> None:
    """Only what a server may have called a copy; never a path."""
    with pytest.raises(Invalid):
        receive(tmp_path, name, 0, b"x")
    with pytest.raises(Invalid):
        received(tmp_path, name, DIGEST)
    assert list(tmp_path.iterdir()) == []


def test_bounds(tmp_path: Path) -> None:
    """Neither too large, nor too many, nor in the place of another."""
    with pytest.raises(Invalid, match="bytes with this"):
        receive(tmp_path, NAME, (8 << 30), b"x")
    send(tmp_path)
    accept(received(tmp_path, NAME, DIGEST))
    with pytest.raises(Invalid, match="there is a copy"):
        receive(tmp_path, NAME, 0, b"x")
    for at in range(2 * KEPT):
        (tmp_path / f"provd-20261120T120000Z-{at}.db").touch()
    with pytest.raises(Invalid, match="copies"):
        receive(tmp_path, NAME.replace("0a1b", "ffff"), 0, b"x")
