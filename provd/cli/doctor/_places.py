"""The data directory: who may do what there, and whether what is in it is whole."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from provd.cli.doctor._finding import Finding, fail, ok, warn

DIRECTORY = "directory"
STORE = "store"

_SQLITE = b"SQLite format 3\0"


def check_directory(directory: Path) -> Finding:
    """Is it there, ours, and nobody else's?"""
    if not directory.exists():
        parent = next(each for each in directory.parents if each.exists())
        if os.access(parent, os.W_OK | os.X_OK):
            return ok(DIRECTORY, f"{directory}: will be made at the first start")
        step = f"make it, and give it to the user that provd runs as: install -d {directory}"
        return fail(DIRECTORY, f"{directory}: missing, and this user may not make it", step)
    if not directory.is_dir():
        return fail(DIRECTORY, f"{directory}: not a directory", "set data.directory")
    if not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        step = "run doctor as the user that provd runs as, or give the directory to this one"
        return fail(DIRECTORY, f"{directory}: this user may not write there", step)
    mode = directory.stat().st_mode & 0o777
    if mode & 0o007:
        step = f"chmod o= {directory}"
        return warn(DIRECTORY, f"{directory}: open to every user (mode {mode:o})", step)
    return ok(DIRECTORY, f"{directory}: mode {mode:o}")


def stores_in(directory: Path) -> Iterator[Path]:
    """The SQLite databases right in a directory, whatever their names are."""
    try:
        files = sorted(path for path in directory.iterdir() if path.is_file())
    except OSError:
        return
    for path in files:
        try:
            with path.open("rb") as file:
                if file.read(len(_SQLITE)) == _SQLITE:
                    yield path
        except OSError:
            continue


def check_stores(directory: Path) -> list[Finding]:
    """SQLite's own check of every store there is; a running server is not disturbed."""
    found = [_check_store(path) for path in stores_in(directory)]
    return found or [ok(STORE, "nothing is kept yet")]


def _check_store(path: Path) -> Finding:
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5)
        try:
            rows = connection.execute("PRAGMA quick_check(10)").fetchall()
        finally:
            connection.close()
    except sqlite3.Error as error:
        return fail(STORE, f"{path}: {error}", "restore the copy that was made before the upgrade")
    said = [str(row[0]) for row in rows]
    if said != ["ok"]:
        step = "stop provd, keep a copy of the file, and restore a backup"
        return fail(STORE, f"{path}: {'; '.join(said)[:500]}", step)
    return ok(STORE, f"{path}: whole, {path.stat().st_size >> 10} KiB")
