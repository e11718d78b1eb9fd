"""The SQLite file: its layout, and keeping one batch in one statement.

A commit is one `INSERT … ON CONFLICT DO UPDATE` of all its rows.  That is the fastest there is,
and not for SQLite's sake: each step of a statement releases the interpreter's lock and has to
win it back from a busy reactor thread, which takes up to 5 ms; one step, one wait.  Therefore a
deleted document is a row without a body (purged at the next start), and the feed's position
needs no row of its own: it is the highest revision.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from zlib import crc32

from msgspec import Struct

from provd.documents.base import Kind
from provd.store._errors import StoreCorrupt, StoreInUse, StoreNotOpened
from provd.store._group import Rows
from provd.store._seal import NO_SEAL, Seal

APPLICATION_ID = 0x70726F76
"""Marks the file as ours ("prov")."""

LAYOUT = 1
"""Number of the tables' layout (`PRAGMA user_version`); documents have schema numbers of their own."""

SEALED_LAYOUT = 3
"""The same tables, where bodies may be sealed: a provd that knew nothing of that would set them all aside."""

FORMER_SEALED_LAYOUT = 2
"""The same, where no seal was bound to a schema number."""

LAYOUTS = (LAYOUT, FORMER_SEALED_LAYOUT, SEALED_LAYOUT)
"""Layouts that can be read."""

MOST_ROWS = 1000
"""Rows of one statement; a larger batch takes several, in one transaction."""

TABLES = """
CREATE TABLE documents (
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    revision INTEGER NOT NULL, -- position in the feed of the change that wrote it
    schema INTEGER NOT NULL,   -- of its kind, when it was written
    body BLOB,                 -- JSON text; NULL: deleted
    checksum INTEGER,          -- of schema and body; NULL: somebody's edit by hand, not checked
    UNIQUE (collection, id)
);
CREATE TABLE quarantine (
    collection TEXT, id TEXT, revision INTEGER, schema INTEGER, body BLOB, checksum INTEGER,
    reason TEXT NOT NULL,      -- why it could not be read
    moved TEXT NOT NULL DEFAULT (datetime('now'))
);
CREATE TABLE notes (           -- owner, epoch, position, clean
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL        -- and copy, of a backup: the next start is a new epoch
);
"""


class Row(Struct, gc=False):
    """One row of `documents` as it was found; anything may be wrong with it."""

    number: int
    collection: object
    id: object
    revision: object
    schema: object
    body: object
    checksum: object


class Database:
    """One open file. Used by one thread at a time."""

    def __init__(self, path: Path, kinds: Mapping[str, Kind], seal: Seal = NO_SEAL) -> None:
        self.path = path
        self.kinds = kinds
        self.seal = seal
        self._lock = -1
        self._connection: sqlite3.Connection | None = None

    def open(self) -> None:
        """Open the file, making it where there is none; nobody else may have it open.

        @raise StoreNotOpened: and its subclasses.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(self.path)
            _create(self.path)
        except OSError as error:
            raise StoreNotOpened(str(self.path), str(error)) from error
        with self.trusted():
            self._prepare(self._connect())

    def open_to_read(self) -> sqlite3.Connection:
        """Open a file that is only read, with nobody kept from it, and nothing written beside it.

        @raise StoreNotOpened: it is none of ours.
        @raise sqlite3.Error: as SQLite says.
        """
        place = f"{self.path.resolve().as_uri()}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(
            place, uri=True, isolation_level=None, check_same_thread=False
        )
        self._require_ours(self._connection)
        return self._connection

    @property
    def connection(self) -> sqlite3.Connection:
        """What speaks to the file; another one after a failure."""
        return self._connect()

    def trusted(self) -> _Trusted:
        """A block in which SQLite's complaints become errors that name the file."""
        return _Trusted(self)

    def close(self) -> None:
        """Close the file. Idempotent."""
        self._disconnect()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def rows(self) -> Iterator[Row]:
        """Every row, as bytes and numbers: nothing of it is taken for granted."""
        cursor = self._connect().cursor()
        cursor.row_factory = None
        query = "SELECT rowid, collection, id, revision, schema, body, checksum FROM documents"
        connection = self._connect()
        connection.text_factory = bytes
        try:
            for row in cursor.execute(query):
                yield Row(*row)
        finally:
            connection.text_factory = str

    def notes(self) -> dict[str, str]:
        """Owner, epoch, position, clean."""
        return dict(self._connect().execute("SELECT name, value FROM notes"))

    def note(self, **notes: str) -> None:
        """Keep some notes."""
        self._connect().executemany("REPLACE INTO notes VALUES (?, ?)", list(notes.items()))

    def set_aside(self, rows: Iterable[tuple[Row, str]]) -> None:
        """Move rows that cannot be read to the quarantine, each with the reason."""
        found = [(row.number, reason) for row, reason in rows]
        connection = self._connect()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO quarantine (collection, id, revision, schema, body, checksum, reason)"
            " SELECT collection, id, revision, schema, body, checksum, ?2"
            " FROM documents WHERE rowid = ?1",
            found,
        )
        numbers = [(number,) for number, _reason in found]
        connection.executemany("DELETE FROM documents WHERE rowid = ?", numbers)
        connection.execute("COMMIT")

    def quarantined(self, most: int) -> list[tuple[bytes, bytes, bytes]]:
        """(collection, id, reason) of what is set aside, the newest first."""
        connection = self._connect()
        connection.text_factory = bytes
        try:
            return connection.execute(
                "SELECT CAST(coalesce(collection, '') AS TEXT), CAST(coalesce(id, '') AS TEXT),"
                " reason FROM quarantine ORDER BY rowid DESC LIMIT ?",
                (most,),
            ).fetchall()
        finally:
            connection.text_factory = str

    def rewrite(self, rows: Sequence[tuple[int, int, bytes]]) -> None:
        """Replace schema and body of rows: (number, schema, body)."""
        connection = self._connect()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "UPDATE documents SET schema = ?2, body = ?3, checksum = ?4 WHERE rowid = ?1",
            [(number, schema, body, checksum(schema, body)) for number, schema, body in rows],
        )
        connection.execute("COMMIT")

    def forget_freed(self) -> None:
        """Have nothing of what rows held before left in the file, nor in the journal beside it.

        @raise sqlite3.Error: there is no room for it, or somebody is reading the old state.
        """
        connection = self._connect()
        connection.execute("VACUUM")
        [busy, *_pages] = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise sqlite3.OperationalError("another program reads the database")

    def purge(self, position: int) -> None:
        """Forget the rows of deleted documents, once their revision is noted."""
        connection = self._connect()
        connection.execute("BEGIN IMMEDIATE")
        self.note(position=str(position))
        connection.execute("DELETE FROM documents WHERE body IS NULL")
        connection.execute("COMMIT")

    def back_up(self, target: Path) -> None:
        """Write a copy of the whole database, complete or not at all, which knows that it is one."""
        unfinished = target.with_name(target.name + ".unfinished")
        os.close(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600))
        copy = sqlite3.connect(unfinished)
        try:
            self._connect().backup(copy)
            with copy:
                copy.execute("REPLACE INTO notes VALUES ('copy', 'yes')")
        finally:
            copy.close()
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.replace(target)

    def keep(self, rows: Rows) -> None:
        """Make a batch durable, whole or not at all.

        @raise sqlite3.Error: it is not kept; the next call starts from a fresh connection.
        """
        kept = [self._row(key, rows[key].n, rows[key].after) for key in rows]
        try:
            self._upsert(self._connect(), kept)
        except sqlite3.Error:
            self._disconnect()
            raise

    def _row(self, key: tuple[str, str], n: int, document: object) -> tuple[object, ...]:
        kind = self.kinds[key[0]]
        if document is None:
            return (*key, n, kind.schema, None, None)
        body = kind.encode(document)  # type: ignore[arg-type] # a Change holds any document
        if kind.secret:
            name = b"%s/%s" % (key[0].encode(), key[1].encode())
            body = self.seal.close(name, kind.schema, body)
        return (*key, n, kind.schema, body, checksum(kind.schema, body))

    def _upsert(self, connection: sqlite3.Connection, rows: Sequence[tuple[object, ...]]) -> None:
        if len(rows) <= MOST_ROWS:
            connection.execute(_upsert_of(len(rows)), _flat(rows))
            return
        connection.execute("BEGIN IMMEDIATE")
        for start in range(0, len(rows), MOST_ROWS):
            some = rows[start : start + MOST_ROWS]
            connection.execute(_upsert_of(len(some)), _flat(some))
        connection.execute("COMMIT")

    def _connect(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = sqlite3.connect(
                self.path, timeout=5.0, isolation_level=None, check_same_thread=False
            )
            self._connection = connection
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):  # what it could not write is told by who wrote it
                connection.close()

    def _require_ours(self, connection: sqlite3.Connection) -> None:
        [application] = connection.execute("PRAGMA application_id").fetchone()
        [layout] = connection.execute("PRAGMA user_version").fetchone()
        if application != APPLICATION_ID:
            raise StoreNotOpened(str(self.path), "it is a database of another program")
        if layout not in LAYOUTS:
            known = ", ".join(map(str, LAYOUTS))
            raise StoreNotOpened(
                str(self.path), f"its layout is {layout}, this provd knows {known}"
            )

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Make the tables in a new file; refuse one that is not ours."""
        [application] = connection.execute("PRAGMA application_id").fetchone()
        [layout] = connection.execute("PRAGMA user_version").fetchone()
        [tables] = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if not application and not tables:
            connection.executescript(
                f"BEGIN IMMEDIATE; {TABLES} PRAGMA application_id = {APPLICATION_ID};"
                f" PRAGMA user_version = {LAYOUT}; COMMIT"
            )
        else:
            self._require_ours(connection)
        if self.seal.current and layout != SEALED_LAYOUT:
            connection.execute(f"PRAGMA user_version = {SEALED_LAYOUT}")


class _Trusted:
    """Says what SQLite found wrong, and which file to blame."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> None:
        pass

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        if error is None:
            return
        path = self._database.path
        self._database.close()
        if isinstance(error, sqlite3.DatabaseError) and _is_damage(error):
            raise StoreCorrupt(str(path), str(error), newest_backup(path)) from error
        if isinstance(error, sqlite3.Error | OSError):
            raise StoreNotOpened(str(path), str(error)) from error


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def newest_backup(path: Path) -> str:
    """The newest backup beside a database; empty when there is none."""
    backups = [
        each for each in path.parent.glob(f"{path.name}.backup-*") if each.suffix != ".unfinished"
    ]
    return str(max(backups, key=lambda each: each.stat().st_mtime_ns)) if backups else ""


def checksum(schema: int, body: bytes) -> int:
    """CRC-32 of a row: finds the flipped bit that leaves the JSON readable."""
    return crc32(body, schema)


@cache
def _upsert_of(count: int) -> str:
    rows = ", ".join(["(?, ?, ?, ?, ?, ?)"] * count)
    return (
        f"INSERT INTO documents VALUES {rows} ON CONFLICT (collection, id) DO UPDATE SET"  # noqa: S608
        " revision = excluded.revision, schema = excluded.schema,"
        " body = excluded.body, checksum = excluded.checksum"
    )


def _flat(rows: Iterable[tuple[object, ...]]) -> list[object]:
    return [value for row in rows for value in row]


def _locked(path: Path) -> int:
    """Hold the file beside the database that says it is in use; the kernel lets go when we die."""
    lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(lock, 20, 0).decode("ascii", "replace").strip()
        os.close(lock)
        raise StoreInUse(str(path), f"process {holder}" if holder else "process unknown") from error
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def _create(path: Path) -> None:
    """Make an empty file, readable by nobody else, that is still there after a power cut."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        return
    directory = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
