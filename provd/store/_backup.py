"""A copy of a database that is being written to: whole, as of one moment, and knowing that it is one.

SQLite's own backup reads one snapshot through a connection of its own: the writer goes on, and what
it writes meanwhile is not in the copy.  All of it blocks, so it runs in a thread.
"""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path

KEPT = 7
"""Copies that are kept; the oldest go when there is a new one."""

_OURS = re.compile(r"provd-[0-9]{8}T[0-9]{6}Z-[0-9a-z-]{1,32}\.db")


def back_up(source: Path, directory: Path, name: str) -> int:
    """Copy the database at `source` to `name` in `directory`; answers the bytes of the copy.

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
        size = unfinished.stat().st_size
        unfinished.replace(directory / name)
    finally:
        unfinished.unlink(missing_ok=True)
    _sync(directory)
    _let_go(directory)
    return size


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
