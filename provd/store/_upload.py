"""A copy from elsewhere, received in pieces: bounded, one at a time, and none before it was checked.

All of it blocks, so it runs in a thread.
"""

from __future__ import annotations

import os
from hashlib import file_digest
from pathlib import Path

from attrs import define

from provd.store._backup import KEPT, Copy, is_name_of_copy, put_in_place
from provd.values import Invalid, Problem, ProvdError

LARGEST = 8 << 30
"""Bytes of the largest copy that is received."""

_RECEIVED = ".received"


@define
class PieceOutOfPlace(ProvdError):
    """A piece does not follow on those that are there."""

    name: str
    received: int

    def __str__(self) -> str:
        return f"{self.received} bytes of {self.name} are there: send what follows, or begin again at 0"


def receive(directory: Path, name: str, offset: int, piece: bytes) -> int:
    """Take one piece more of a copy; answers how many bytes there are. The first lets any other go.

    @raise Invalid: it cannot be the name of a copy, or there is one, or it would be too large, or too many.
    @raise PieceOutOfPlace: it does not follow.
    @raise OSError: there is no room.
    """
    directory.mkdir(mode=0o700, exist_ok=True)
    _require_room(directory, name, offset + len(piece))
    path = directory / (name + _RECEIVED)
    if offset == 0:
        for other in directory.glob("*" + _RECEIVED):
            other.unlink(missing_ok=True)
    there = path.stat().st_size if path.exists() else 0
    if there != offset:
        raise PieceOutOfPlace(name, there)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "ab") as file:
        file.write(piece)
    return offset + len(piece)


def received(directory: Path, name: str, sha256: str) -> Path:
    """Where a copy is of which all pieces are there, to be looked at.

    @raise Invalid: it is another than was sent.
    """
    path = directory / (name + _RECEIVED)
    found = ""
    if is_name_of_copy(name) and path.is_file():
        with path.open("rb") as file:
            found = file_digest(file, "sha256").hexdigest()
    if found != sha256.lower():
        problem = Problem("sha256", f"is not that of what was received ({found or 'nothing'})")
        raise Invalid("backup", (problem,))
    return path


def accept(path: Path) -> Copy:
    """Make what was received, and found good, one of the copies."""
    return put_in_place(path, path.with_name(path.name.removesuffix(_RECEIVED)))


def _require_room(directory: Path, name: str, size: int) -> None:
    if not is_name_of_copy(name):
        expected = "what a server called it: provd-20261120T120000Z-0a1b2c3d.db"
        raise Invalid("backup", (Problem("name", f"{name[:80]!r} is no name of a copy", expected),))
    if (directory / name).exists():
        raise Invalid("backup", (Problem("name", f"there is a copy called {name}"),))
    if size > LARGEST:
        raise Invalid("backup", (Problem("body", f"is more than {LARGEST} bytes with this"),))
    copies = [path for path in directory.iterdir() if is_name_of_copy(path.name)]
    if len(copies) >= 2 * KEPT:
        why = f"there are {len(copies)} copies; the next backup lets the oldest go"
        raise Invalid("backup", (Problem("name", why),))
