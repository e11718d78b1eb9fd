"""From rows to documents, at start: upgraded where they are old, set aside where they are broken.

One row that cannot be read is one document missing, and a sentence about it; never a server
that does not start.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from provd.documents.base import EMPTY_OBJECT, Document, Kind
from provd.store._database import Database, Row, checksum, newest_backup
from provd.store._errors import StoreNotOpened, StoreTooNew
from provd.store._seal import SealBroken, SealUnknown
from provd.store._sealing import seal_anew

MOST_REPORTED = 1000
"""Rows that are named one by one; of more, only the number is told."""

LAST_POSITION = 2**53
"""A position is a number that every JSON reader can hold; a larger one is damage."""


class Unreadable(Exception):
    """One row is not a document; the reason completes "set aside because …"."""


class Loading:
    """What one start finds in a database."""

    def __init__(self, database: Database, kinds: Mapping[str, Kind]) -> None:
        self._database = database
        self._kinds = {name.encode(): kind for name, kind in kinds.items()}
        self._decoders = {
            name: msgspec.json.Decoder(kind.type) for name, kind in self._kinds.items()
        }
        self.documents: dict[str, list[Document]] = {name: [] for name in kinds}
        self.newest = 0
        """The highest revision seen, deleted documents included."""
        self.deleted = False
        self.unknown: dict[str, int] = {}
        """How many rows of collections that this provd does not know; they are left alone."""
        self._broken: list[tuple[Row, str]] = []
        self._upgraded: list[tuple[int, int, bytes]] = []
        self._resealed: list[tuple[int, int, bytes]] = []
        self._climbed: dict[str, tuple[int, int]] = {}
        self.left_in_clear = ""
        """Why the file may still hold, in parts that are not used, what was kept in clear."""

    def run(self) -> None:
        """Read everything, then set aside what is broken and write back what was upgraded."""
        self.read()
        if self._broken:
            self._database.set_aside(self._broken)
        if self._upgraded:
            self._database.back_up(self._backup())
            self._database.rewrite(self._upgraded)
        self.left_in_clear = seal_anew(self._database, self._resealed)

    def read(self) -> None:
        """Read everything, and write nothing."""
        for row in self._database.rows():
            try:
                self._take(row)
            except Unreadable as error:
                self._broken.append((row, str(error)))

    def broken(self) -> list[str]:
        """One sentence for each row that was found broken."""
        return [
            f"{_shown(row.collection)}/{_shown(row.id)} is broken: {reason}"
            for row, reason in self._broken
        ]

    def reports(self) -> tuple[str, ...]:
        """One sentence for each row that is set aside, now or earlier."""
        where = self._database.path
        rows = self._database.quarantined(MOST_REPORTED)
        return (
            *(
                f"{_shown(collection)}/{_shown(document_id)} was set aside:"
                f" {_shown(reason)} (table quarantine of {where})"
                for collection, document_id, reason in rows
            ),
            *(
                f"{count} documents of {name} were left alone: this provd does not know them"
                for name, count in self.unknown.items()
            ),
            *((self.left_in_clear,) if self.left_in_clear else ()),
        )

    def _take(self, row: Row) -> None:
        kind = self._kinds.get(row.collection)  # type: ignore[call-overload] # bytes, or nonsense
        if isinstance(row.revision, int) and 0 < row.revision < LAST_POSITION:
            self.newest = max(self.newest, row.revision)
        if kind is None:
            name = _shown(row.collection)
            self.unknown[name] = self.unknown.get(name, 0) + 1
        elif row.body is None:
            self.deleted = True
        else:
            self.documents[kind.name].append(self._document(kind, row))

    def _document(self, kind: Kind, row: Row) -> Document:
        schema, body = row.schema, row.body
        if not isinstance(body, bytes) or not isinstance(schema, int):
            raise Unreadable("its columns have other types than they were given")
        if row.checksum is not None and row.checksum != checksum(schema, body):
            raise Unreadable("its checksum is wrong: bytes have changed on the disk")
        kept, body = body, self._unsealed(kind, row, schema, body)
        if schema != kind.schema:
            body = self._climb(kind, row, schema, body)
        document = self._decode(row.collection, body)
        document = self._checked(document, row)
        if kind.secret and schema == kind.schema and not self._is_current(kept):
            self._seal_anew(kind, row, body, document)
        self.newest = max(self.newest, document.revision)
        return document

    def _is_current(self, kept: bytes) -> bool:
        return kept.startswith(self._database.seal.begins)

    def _unsealed(self, kind: Kind, row: Row, schema: int, body: bytes) -> bytes:
        """The row's text."""
        if not kind.secret:
            return body
        try:
            return self._database.seal.open(_name(row), schema, body)
        except SealBroken as error:
            raise Unreadable(str(error)) from error
        except SealUnknown as error:
            raise StoreNotOpened(str(self._database.path), str(error)) from error

    @staticmethod
    def _checked(document: Document, row: Row) -> Document:
        """The document, which is what its row says that it is."""
        if document.id.encode() != row.id:
            raise Unreadable(f"the document inside calls itself {document.id!r}")
        if document.extra is not EMPTY_OBJECT and bytes(document.extra)[:1] != b"{":
            raise Unreadable("its extra keys are not a JSON object")
        if row.checksum is None and document.revision != row.revision:
            document = _at(document, row.revision)
        if not 0 < document.revision < LAST_POSITION:
            raise Unreadable(f"its revision is {document.revision}")
        return document

    def _seal_anew(self, kind: Kind, row: Row, body: bytes, document: Document) -> None:
        # Of an edit by hand, the revision may stand beside it only.
        text = body if row.checksum is not None else kind.encode(document)
        self._resealed.append((row.number, kind.schema, self._sealed(kind, row, text)))

    def _sealed(self, kind: Kind, row: Row, text: bytes) -> bytes:
        if not kind.secret:
            return text
        return self._database.seal.close(_name(row), kind.schema, text)

    def _decode(self, collection: object, body: bytes) -> Document:
        try:
            return self._decoders[collection].decode(body)  # type: ignore[index] # known by now
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Unreadable(str(error)) from error

    def _climb(self, kind: Kind, row: Row, schema: int, body: bytes) -> bytes:
        """The row as its kind's current schema has it."""
        if schema > kind.schema:
            path = self._database.path
            detail = f"{kind.name} have schema {schema}, this provd knows {kind.schema}"
            raise StoreTooNew(str(path), detail, newest_backup(path))
        try:
            found: dict[str, Any] = msgspec.json.decode(body)
            for rung in range(schema, kind.schema):
                found = kind.upgrades[rung](found)
            climbed = msgspec.json.encode(found)
        except Exception as error:
            why = f"{type(error).__name__} {error}"
            raise Unreadable(f"it cannot be upgraded from schema {schema}: {why}") from error
        self._upgraded.append((row.number, kind.schema, self._sealed(kind, row, climbed)))
        lowest, _current = self._climbed.get(kind.name, (schema, 0))
        self._climbed[kind.name] = (min(lowest, schema), kind.schema)
        return climbed

    def _backup(self) -> Path:
        """Where the copy goes that is made before upgrades: named after them, never overwritten."""
        path = self._database.path
        steps = "-".join(f"{name}{old}to{new}" for name, (old, new) in self._climbed.items())
        name = f"{path.name}.backup-{steps}"
        target, again = path.with_name(name), 1
        while target.exists():
            again += 1
            target = path.with_name(f"{name}.{again}")
        return target


def _name(row: Row) -> bytes:
    """What a row's text is sealed under."""
    return b"%s/%s" % (row.collection, row.id)


def _at(document: Document, revision: object) -> Document:
    """Who edits a row by hand need not repeat its revision in the body."""
    if not isinstance(revision, int):
        raise Unreadable(f"its revision is {revision!r}")
    return msgspec.structs.replace(document, revision=revision)


def _shown(name: object) -> str:
    if isinstance(name, bytes):
        return name.decode("utf-8", "backslashreplace")
    return str(name)
