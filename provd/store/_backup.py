"""A copy of a database that is being written to: whole, as of one moment, and knowing that it is one.

SQLite's own backup reads one snapshot through a connection of its own: the writer goes on, and what
it writes meanwhile is not in the copy.  All of it blocks, so it runs in a thread.
"""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import file_digest
from pathlib import Path

from msgspec import Struct

from provd.values import NoSuchDocument

KEPT = 7
"""Copies that are kept; the oldest go when there is a new one."""

_OURS = re.compile(r"provd-[0-9]{8}T[0-9]{6}Z-[0-9a-z-]{1,32}\.db")


class Copy(Struct, frozen=True):
    """One copy, as it lies on the disk."""

    name: str
    made: float
    """When, in seconds since the epoch."""
    bytes: int
    sha256: str


def copies_in(directory: Path) -> list[Copy]:
    """Every copy in a directory, the newest first. Reads all of them: slow."""
    paths = sorted(directory.glob("provd-*.db"), reverse=True)
    return [_described(path) for path in paths if is_name_of_copy(path.name)]


def is_name_of_copy(name: str) -> bool:
    """Whether a copy may be called that: when it was made, to the second, and whose work it was."""
    if not _OURS.fullmatch(name):
        return False
    try:
        _made(name)
    except ValueError:
        return False
    return True


def put_in_place(unfinished: Path, path: Path) -> Copy:
    """Give a complete copy its name, which only complete ones have; durable then."""
    _sync(unfinished)
    unfinished.replace(path)
    _sync(path.parent)
    return _described(path)


def copy_called(directory: Path, name: str) -> Path:
    """Where a copy is. @raise NoSuchDocument: there is none of that name."""
    path = directory / name
    if not is_name_of_copy(name) or not path.is_file():
        raise NoSuchDocument("backups", name)
    return path


def _described(path: Path) -> Copy:
    found = path.stat()
    sha256 = _sha256(path, found.st_mtime_ns, found.st_size)
    return Copy(path.name, _made(path.name), found.st_size, sha256)


def _made(name: str) -> float:
    made = datetime.strptime(name.split("-")[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return made.timestamp()


@lru_cache(maxsize=4 * KEPT)
def _sha256(path: Path, _changed: int, _size: int) -> str:
    """Computed once for each copy: they are not changed, and reading them takes a while."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def back_up(source: Path, directory: Path, name: str) -> Copy:
    """Copy the database at `source` to `name` in `directory`; answers the copy.

    Only a complete copy ever has that name; only the owner may read it.

    @raise ValueError: `name` is not one of a copy.
    @raise OSError, sqlite3.Error: there is no room, or the database cannot be read.
    """
    if not _OURS.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a copy")
    directory.mkdir(mode=0o700, exist_ok=True)
    unfinished = directory / f"{name}.unfinished"
    os.close(os.open(unfinished, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
    try:
        _copy(source, unfinished)
        made = put_in_place(unfinished, directory / name)
    finally:
        unfinished.unlink(missing_ok=True)
    _let_go(directory)
    return made


def _copy(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as original,
        closing(sqlite3.connect(target)) as copy,
    ):
        # All at once: a copy in steps would begin anew with each commit in between.
        original.backup(copy)
        with copy:
            copy.execute("REPLACE INTO notes VALUES ('copy', 'yes')")
        copy.execute("PRAGMA journal_mode = DELETE")
    _sync(target)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _let_go(directory: Path) -> None:
    copies = sorted(path for path in directory.iterdir() if _OURS.fullmatch(path.name))
    for path in copies[:-KEPT]:
        path.unlink(missing_ok=True)
