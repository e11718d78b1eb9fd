"""Sealing a database as a whole, at start: which keys it knows, and what else is to be sealed anew.

Two kinds of notes stand in the file.  `key NAME` is the mark of a key that something is sealed with:
another key under the same name would make every document look damaged.  `sealed` is the name of the
key with which all is sealed, written last: a start that was cut short is done again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from twisted.logger import Logger

from provd.store._database import Database
from provd.store._errors import StoreNotOpened
from provd.store._seal import Seal, SealUnknown

log = Logger("provd.store")

_KEY, _SEALED = "key ", "sealed"


def require_known_keys(database: Database) -> None:
    """@raise StoreNotOpened: a key is not the one that sealed under its name."""
    notes = database.notes()
    for name, mark in database.seal.marks.items():
        if notes.get(_KEY + name) not in {None, "", mark}:
            detail = (
                f"seal_keys of [store] has another key under the name {name!r} than the one that"
                " documents are sealed with; give that one back, and the new one a name of its own"
            )
            raise StoreNotOpened(str(database.path), detail)


def seal_anew(database: Database, rows: Sequence[tuple[int, int, bytes]]) -> str:
    """Keep rows as they are sealed now: (number, schema, body); have nothing left of how they were.

    Cut short, it is done again at the next start.  Answers why something may be left; else nothing.
    """
    current = database.seal.current
    if not current:
        _note_in_clear(database)
        return ""
    if not rows and is_done(database):
        return ""
    note_begun(database)
    if rows:
        log.info("sealing {count} documents with key {key}", count=len(rows), key=current)
        database.rewrite(rows)
    try:
        note_done(database)
    except sqlite3.Error as error:
        return (
            f"what was kept in clear, or sealed with another key, may still be in unused parts of"
            f" {database.path}: {error}; the next start tries again"
        )
    return ""


def note_begun(database: Database) -> None:
    """From now on texts are sealed with the current key, and not all are."""
    current = database.seal.current
    database.note(**{_SEALED: "", _KEY + current: database.seal.marks[current]})


def note_done(database: Database) -> None:
    """All are: nothing is left of how they were, and no other key is needed any more.

    @raise sqlite3.Error: something may be left.
    """
    database.forget_freed()
    current = database.seal.current
    former = (name for name in database.notes() if name.startswith(_KEY))
    database.note(**{name: "" for name in former if name != _KEY + current}, **{_SEALED: current})


def is_done(database: Database) -> bool:
    """Whether everything was sealed with the current key."""
    return database.notes().get(_SEALED) == database.seal.current


def require_keys_in_use(database: Database, seal: Seal) -> None:
    """@raise SealUnknown: documents may be sealed with a key that `seal` has not got."""
    for note, mark in database.notes().items():
        name = note.removeprefix(_KEY)
        if name != note and mark and seal.marks.get(name) != mark:
            raise SealUnknown(name)


def _note_in_clear(database: Database) -> None:
    """What is written from now on is in clear, and will have to be sealed if there is a key again."""
    if database.notes().get(_SEALED):
        database.note(**{_SEALED: ""})
