"""Reading a copy of a database: checked as a whole; neither it nor anything beside it is written.

It may be anything: a copy that this server made, one from another server, one whose disk is failing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from attrs import define

from provd.documents.base import Document, Kind
from provd.store._database import Database
from provd.store._errors import StoreNotOpened
from provd.store._loading import Loading
from provd.store._seal import NO_SEAL, Seal
from provd.store._sealing import require_known_keys
from provd.values import ProvdError

Contents = Mapping[str, Mapping[str, Document]]
"""Documents by collection and id."""

MOST_TOLD = 5
"""Broken rows that are named; of more, only the number is told."""


COLUMNS = {
    "documents": ("collection", "id", "revision", "schema", "body", "checksum"),
    "notes": ("name", "value"),
}
"""What is read of a file that may be anything."""

LONGEST_VALUE = 5 << 20
"""Bytes of its longest value: a document is shorter."""


@define
class CopyUnusable(ProvdError):
    """A copy cannot take the place of what there is; nothing was changed."""

    name: str
    reasons: Sequence[str]

    def __str__(self) -> str:
        return f"the copy {self.name} cannot be restored: {'; '.join(self.reasons)}"


def read_copy(path: Path, kinds: Iterable[Kind], seal: Seal = NO_SEAL) -> Contents:
    """Every document of a copy, upgraded to the present schemas. Blocks.

    @raise CopyUnusable: it is damaged, of a newer provd, or sealed with a key that is not here; one
        document that cannot be read is enough.
    """
    known = {kind.name: kind for kind in kinds}
    database = Database(path, known, seal)
    try:
        _examine(database)
        require_known_keys(database)
        loading = Loading(database, known)
        loading.read()
    except StoreNotOpened as error:
        raise CopyUnusable(path.name, (error.detail,)) from error
    except (sqlite3.Error, OSError, UnicodeError) as error:
        raise CopyUnusable(path.name, (str(error),)) from error
    finally:
        database.close()
    reasons = [*_few(loading.broken()), *(f"it holds {name}" for name in loading.unknown)]
    if reasons:
        raise CopyUnusable(path.name, reasons)
    return {
        name: {each.id: each for each in documents} for name, documents in loading.documents.items()
    }


def _examine(database: Database) -> None:
    """Open a file that may be anything. @raise StoreNotOpened: it is damaged, or none of ours."""
    connection = database.open_to_read()
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    connection.execute("PRAGMA trusted_schema = OFF")
    [result] = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if result != "ok":
        raise StoreNotOpened(str(database.path), f"it is damaged: {result}")
    for table, columns in COLUMNS.items():
        if not _is_plain(connection, table, columns):
            raise StoreNotOpened(str(database.path), f"its table {table} is none of ours")


def _is_plain(connection: sqlite3.Connection, table: str, columns: Sequence[str]) -> bool:
    """Whether nothing of a table computes: a view or a virtual table may take for ever."""
    found = [row[1:] for row in connection.execute(f"PRAGMA table_xinfo({table})")]
    kept = connection.execute(
        "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ? AND rootpage > 0", (table,)
    ).fetchone()
    hidden = [(name, hidden) for name, *_rest, hidden in found]
    return bool(kept) and hidden == [(name, 0) for name in columns]


def _few(reasons: Sequence[str]) -> Sequence[str]:
    more = len(reasons) - MOST_TOLD
    return reasons if more <= 0 else (*reasons[:MOST_TOLD], f"{more} more documents are broken")
