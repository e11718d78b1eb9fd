"""Reading a copy: checked as a whole, and nothing of it or beside it is written."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from provd.access import SealingKeys
from provd.documents.base import Kind
from provd.store import CopyUnusable, SQLiteStore, back_up, copies_in, copy_called, read_copy
from provd.testing.store_fixture import BOXES, KINDS, NOTES, Box, SteppedReactor, SteppedWriter
from provd.values import NoSuchDocument

NAME = "provd-20261120T120000Z-{}.db"
SECRET = (msgspec.structs.replace(BOXES, secret=True), NOTES)
SEAL = SealingKeys({"k1": bytes(32)})


def copy(directory: Path, kinds: Sequence[Kind] = KINDS, **options: Any) -> Path:
    """A copy of a store with twenty boxes."""
    reactor = SteppedReactor()
    path = directory / "provd.db"
    store = SQLiteStore.open(path, kinds, reactor, writer=SteppedWriter(reactor), **options)
    draft = store.draft("test")
    for at in range(20):
        draft.put("boxes", Box(id=f"box{at}", vendor="v"))
    store.commit(draft)
    reactor.advance(0)
    name = NAME.format("x")
    back_up(path, directory / "backups", name)
    store.close()
    reactor.advance(0)
    return directory / "backups" / name


def spoil(path: Path, statements: str) -> None:
    """Change a copy by hand."""
    connection = sqlite3.connect(path)
    connection.executescript(statements)
    connection.close()


def beside(path: Path) -> Mapping[str, tuple[int, int]]:
    """Every file where a copy is."""
    return {
        each.name: (each.stat().st_mtime_ns, each.stat().st_size) for each in path.parent.iterdir()
    }


def test_all_of_it(tmp_path: Path) -> None:
    """Every document of every kind; nothing is written, not even on a disk that may not be written to."""
    path = copy(tmp_path)
    before = beside(path)
    path.chmod(0o400)
    found = read_copy(path, KINDS)
    assert {name: len(documents) for name, documents in found.items()} == {"boxes": 20, "notes": 0}
    assert beside(path) == before


def test_older_documents_are_upgraded(tmp_path: Path) -> None:
    """By the ladder of their kind; in memory only."""
    path = copy(tmp_path)
    newer = msgspec.structs.replace(
        BOXES,
        schema=BOXES.schema + 1,
        upgrades={BOXES.schema: lambda found: found | {"vendor": "other"}},
    )
    before = beside(path)
    found: Any = read_copy(path, (newer, NOTES))
    assert {box.vendor for box in found["boxes"].values()} == {"other"}
    assert beside(path) == before


ENDLESS = """
DROP TABLE documents;
CREATE VIEW documents (collection, id, revision, schema, body, checksum) AS
WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r)
SELECT 'boxes', n, n, 1, '{}', NULL FROM r
"""
COMPUTED = """
DROP TABLE documents;
CREATE TABLE documents (
    collection, id, revision, schema, body AS (zeroblob(1000000000)), checksum
)
"""

BROKEN = [
    ("UPDATE documents SET body = '{}' WHERE id = 'box7'", "boxes/box7 is broken"),
    ("UPDATE documents SET checksum = 1", "15 more documents are broken"),
    ("UPDATE documents SET schema = 99, checksum = NULL", "schema 99"),
    ("UPDATE documents SET collection = 'fridges' WHERE id = 'box7'", "it holds fridges"),
    ("PRAGMA application_id = 1", "another program"),
    ("PRAGMA user_version = 99", "its layout is 99"),
    ("DROP TABLE documents", "documents is none of ours"),
    (ENDLESS, "documents is none of ours"),
    (COMPUTED, "documents is none of ours"),
    ("INSERT INTO documents VALUES ('boxes', 'x', 99, 1, zeroblob(6000000), NULL)", "too big"),
]


@pytest.mark.parametrize(("statement", "reason"), BROKEN)
def test_one_thing_that_is_wrong_is_enough(tmp_path: Path, statement: str, reason: str) -> None:
    """It is named, and the copy is left as it was."""
    path = copy(tmp_path)
    spoil(path, statement)
    before = beside(path)
    with pytest.raises(CopyUnusable) as caught:
        read_copy(path, KINDS)
    assert reason in str(caught.value)
    assert path.name in str(caught.value)
    assert beside(path) == before


def test_a_disk_that_forgets(tmp_path: Path) -> None:
    """Whatever bytes change, it is refused or it is all there."""
    path = copy(tmp_path)
    whole = path.read_bytes()
    for at in range(0, len(whole), 97):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            found = read_copy(path, KINDS)
        except CopyUnusable:
            continue
        assert len(found["boxes"]) == 20
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CopyUnusable):
        read_copy(path, KINDS)


def test_sealed(tmp_path: Path) -> None:
    """It takes its key: none, another, or another under the same name will not do."""
    path = copy(tmp_path, SECRET, seal=SEAL)
    assert len(read_copy(path, SECRET, SEAL)["boxes"]) == 20
    for seal in ({}, {"seal": SealingKeys({"k2": bytes(32)})}):
        with pytest.raises(CopyUnusable, match="'k1', which is not here"):
            read_copy(path, SECRET, **seal)
    with pytest.raises(CopyUnusable, match="another key under the name 'k1'"):
        read_copy(path, SECRET, SealingKeys({"k1": b"\1" * 32}))


def test_which_there_are(tmp_path: Path) -> None:
    """The newest first, each with what tells it from others; nothing else that lies there."""
    path = copy(tmp_path)
    other = path.with_name("provd-20261121T000000Z-y.db")
    shutil.copy(path, other)
    (path.parent / "provd-mine.db").touch()
    newest, oldest = copies_in(path.parent)
    assert (newest.name, oldest.name) == (other.name, path.name)
    assert newest.made - oldest.made == 12 * 3600
    assert newest.sha256 == oldest.sha256
    assert len(newest.sha256) == 64
    assert newest.bytes == path.stat().st_size
    assert copies_in(tmp_path / "nowhere") == []


@pytest.mark.parametrize("name", ["", "..", "../provd.db", "provd.db", NAME.format("gone"), "/etc"])
def test_no_other_file_is_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A name is one of a copy that is there, and never a path."""
    path = copy(tmp_path)
    monkeypatch.chdir(path.parent)
    with pytest.raises(NoSuchDocument):
        copy_called(path.parent, name)
    assert copy_called(path.parent, path.name) == path
