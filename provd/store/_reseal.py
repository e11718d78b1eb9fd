"""Sealing documents with another key while the store is used: in slices, between two commits each.

From its beginning on, what is written is sealed with the new key; the former ones open what is not yet.
It can stop after any slice, and go on at any later time: what is left is whatever begins otherwise.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from twisted.internet.defer import Deferred

from provd.store._database import Database, checksum
from provd.store._seal import Seal, SealBroken
from provd.store._sealing import is_done, note_begun, note_done, require_keys_in_use
from provd.store._writer import Writer

SLICE = 200
"""Documents that are sealed anew in one transaction: some milliseconds, which a commit may have to wait."""

T = TypeVar("T")


class Resealing:
    """One pass over the file with new keys. Everything is done in the writer's thread."""

    def __init__(self, database: Database, writer: Writer, seal: Seal) -> None:
        """Nothing happens before `begin`."""
        self._database = database
        self._writer = writer
        self._seal = seal
        self._secret = [kind.name for kind in database.kinds.values() if kind.secret]
        self._after = 0
        self.broken = 0
        """Documents that were passed over: their seal is broken, and the next start sets them aside."""

    def begin(self) -> Deferred[int]:
        """Use the new keys from now on; fires with how many documents are sealed otherwise.

        Fails with `SealUnknown`, and everything stays as it was: a key that is in use is missing.
        """
        return self._in_writer(self._begin)

    def step(self) -> Deferred[int]:
        """Seal some more; fires with how many it were, 0 at the end."""
        return self._in_writer(self._step)

    def end(self) -> Deferred[None]:
        """Have nothing left of how texts were kept before; then the former keys are needed no more.

        Rewrites the file, and commits wait meanwhile. Fails with `sqlite3.Error`: there is no room.
        """
        return self._in_writer(self._end)

    def _begin(self) -> int:
        require_keys_in_use(self._database, self._seal)
        self._database.seal = self._seal
        [left] = self._otherwise("count(*)").fetchone()
        if left or not is_done(self._database):
            note_begun(self._database)
        return int(left)

    def _step(self) -> int:
        columns = "rowid, collection, id, schema, CAST(body AS BLOB), checksum"
        rows = self._otherwise(columns, f"ORDER BY rowid LIMIT {SLICE}").fetchall()
        sealed = []
        for number, collection, document_id, schema, body, found in rows:
            name = f"{collection}/{document_id}".encode()
            try:
                text = self._seal.open(name, schema, body)
            except SealBroken:
                text = b""
            if not text or found not in {None, checksum(schema, body)}:
                self.broken += 1
                continue
            sealed.append((number, schema, self._seal.close(name, schema, text)))
        if rows:
            self._after = rows[-1][0]
            self._database.rewrite(sealed)
        return len(rows)

    def _end(self) -> None:
        if not is_done(self._database):
            note_done(self._database)

    def _otherwise(self, wanted: str, rest: str = "") -> sqlite3.Cursor:
        """What is asked of the rows ahead whose text begins otherwise.

        In order of their numbers: the plus keeps SQLite from going through the index of collections, and
        sorting all rows for each slice.
        """
        marks = ", ".join("?" * len(self._secret))
        query = (
            f"SELECT {wanted} FROM documents WHERE rowid > ? AND +collection IN ({marks})"  # noqa: S608 - all ours
            f" AND body IS NOT NULL AND substr(body, 1, ?) <> ? {rest}"
        )
        begins = self._seal.begins
        given = (self._after, *self._secret, len(begins), begins)
        return self._database.connection.execute(query, given)

    def _in_writer(self, work: Callable[[], T]) -> Deferred[T]:
        done: Deferred[T] = Deferred()
        found: list[T] = []

        def told(error: Exception | None) -> None:
            if error is not None:
                done.errback(error)
            else:
                done.callback(found[0])

        self._writer.submit(lambda: found.append(work()), told)
        return done
