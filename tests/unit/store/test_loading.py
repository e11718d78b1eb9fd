"""Starting on a database that others have damaged, aged, or hold."""

from __future__ import annotations

import random
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provd.documents.base import Document, Kind
from provd.store import SQLiteStore, StoreCorrupt, StoreInUse, StoreNotOpened, StoreTooNew
from provd.store._sqlite import GAP
from provd.testing.store_fixture import BOXES, KINDS, NOTES, Box, Fixture, SteppedReactor
from provd.testing.store_fixture import SteppedWriter as Writer


def opened(path: Path, *kinds: Kind, **options: Any) -> Fixture:
    """A store on a file."""
    reactor = SteppedReactor()
    return Fixture(
        SQLiteStore.open(path, kinds or KINDS, reactor, writer=Writer(reactor), **options), reactor
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a database will be."""
    return tmp_path / "data" / "provd.db"


@pytest.fixture
def filled(path: Path) -> Path:
    """A database of twenty boxes, closed."""
    fixture = opened(path)
    for n in range(20):
        fixture.put(Box(id=f"box{n}", mac=f"m{n}", seen="é" * n))
    fixture.close()
    return path


def execute(path: Path, statement: str, *values: object) -> list[Any]:
    """What an administrator, or a cosmic ray, does to the file."""
    connection = sqlite3.connect(path)
    try:
        with connection:
            return connection.execute(statement, values).fetchall()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("change", "value", "reason"),
    [
        ("body = ?", b'{"id":"box7","revision":8', "checksum"),
        ("checksum = NULL, body = ?", b'{"id":"box7","revision":8', "truncated"),
        ("checksum = NULL, body = ?", b"[]", "object"),
        ("checksum = NULL, body = ?", b'{"id":"box7","weight":"heavy"}', "weight"),
        ("checksum = NULL, body = ?", b'{"id":"box8","revision":8}', "'box8'"),
        ("checksum = NULL, body = ?", b'{"id":"box7","seen":"\xff\xfe"}', "utf-8"),
        ("checksum = NULL, body = ?", b'{"id":"box7","extra":[1]}', "extra"),
        ("checksum = NULL, body = ?", b"[" * 100_000, ""),
        ("body = ?", "text, not bytes", "checksum"),
        ("body = ?", 7, "types"),
        ("schema = ?", "one", "types"),
        ("schema = ?", 9, "checksum"),
        ("schema = ?", 0, "checksum"),
        ("id = CAST(? AS TEXT)", b"\xff\xfe", "calls itself 'box7'"),
        ('checksum = NULL, body = \'{"id":"box7"}\', revision = ?', "x", "revision"),
        ('checksum = NULL, body = CAST(\'{"id":"box7"}\' AS BLOB), revision = ?', "x", "revision"),
        ('checksum = NULL, body = CAST(\'{"id":"box7"}\' AS BLOB), revision = ?', -3, "revision"),
    ],
)
def test_a_broken_row_is_set_aside(filled: Path, change: str, value: object, reason: str) -> None:
    """Whatever is wrong with a row, the others are served, and it is kept, reported and replaceable."""
    execute(filled, f"UPDATE documents SET {change} WHERE id = 'box7'", value)
    fixture = opened(filled)
    assert len(fixture.store.collection("boxes")) == 19
    [sentence] = fixture.store.quarantined()
    assert reason.lower() in sentence.lower()
    assert str(filled) in sentence
    assert isinstance(fixture.put(Box(id="box7")), Box)
    fixture.close()
    again = opened(filled)
    assert len(again.store.collection("boxes")) == 20
    assert len(again.store.quarantined()) == 1
    again.close()


@settings(max_examples=20)  # each writes a file
@given(st.randoms(use_true_random=False))
def test_flipped_bytes(rolls: random.Random) -> None:
    """Bytes that change in bodies never pass for documents, and never stop the start."""
    path = BASE[0].with_name("flipped.db")
    shutil.copy(BASE[0], path)
    spoilt = rolls.sample(range(20), rolls.randint(1, 5))
    for n in spoilt:
        [[body]] = execute(path, "SELECT body FROM documents WHERE id = ?", f"box{n}")
        changed = bytearray(body)
        changed[rolls.randrange(len(body))] ^= 1 << rolls.randrange(8)
        execute(path, "UPDATE documents SET body = ? WHERE id = ?", bytes(changed), f"box{n}")
    fixture = opened(path)
    try:
        kept = {box.id: box for box in fixture.store.collection("boxes")}
        assert set(kept) == {f"box{n}" for n in range(20) if n not in spoilt}
        assert all(box.mac == "m" + box.id[3:] for box in kept.values())
        assert len(fixture.store.quarantined()) == len(spoilt)
    finally:
        fixture.close()


BASE: list[Path] = []


@pytest.fixture(autouse=True, scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A filled database to copy."""
    directory = tmp_path_factory.mktemp("base")
    fixture = opened(directory / "base.db")
    for n in range(20):
        fixture.put(Box(id=f"box{n}", mac=f"m{n}"))
    fixture.close()
    BASE.append(directory / "base.db")
    yield
    BASE.clear()


def test_an_edit_by_hand(filled: Path) -> None:
    """Who edits a row with the sqlite3 shell clears its checksum, and is believed."""
    body = b'{"id":"box7","mac":"new"}'
    execute(filled, "UPDATE documents SET checksum = NULL, body = ? WHERE id = 'box7'", body)
    fixture = opened(filled)
    box = fixture.store.get("boxes", "box7")
    assert (box.mac, box.revision) == ("new", 8)
    assert fixture.store.by("boxes", "mac", "new") == (box,)
    fixture.close()


def test_unknown_collections_are_left_alone(filled: Path) -> None:
    """Documents of a kind that only a newer provd knows are still there when it comes back."""
    execute(filled, "UPDATE documents SET collection = 'sites' WHERE id < 'box2'")
    fixture = opened(filled)
    [sentence] = fixture.store.quarantined()
    assert "sites were left alone" in sentence
    fixture.close()
    [[count]] = execute(filled, "SELECT count(*) FROM documents WHERE collection = 'sites'")
    assert count > 1


@pytest.mark.parametrize("damage", ["start", "middle", "not a database", "truncated"])
def test_a_damaged_file_is_refused(filled: Path, damage: str) -> None:
    """A file that cannot be trusted as a whole is refused, naming it and the backup to restore."""
    fixture = opened(filled)
    for n in range(200):
        fixture.put(Box(id=f"more{n}", seen="x" * 500))
    fixture.close()
    backup = filled.with_name(filled.name + ".backup-boxes1to2")
    shutil.copy(filled, backup)
    size = filled.stat().st_size
    with filled.open("r+b") as file:
        if damage == "truncated":
            file.truncate(size // 2)
        elif damage == "middle":
            file.seek(4096)
            file.write(b"\xa5" * (size - 3 * 4096))
        else:
            file.write(b"\xa5" * 4096 if damage == "start" else b"hello world, I am a text" * 9)
    with pytest.raises(StoreCorrupt) as raised:
        opened(filled)
    assert str(filled) in str(raised.value)
    assert f"restore {backup}" in str(raised.value)
    shutil.copy(backup, filled)
    for leftover in "-wal", "-shm":
        filled.with_name(filled.name + leftover).unlink(missing_ok=True)
    fixture = opened(filled)
    assert len(fixture.store.collection("boxes")) == 220
    fixture.close()


def test_another_programs_database(path: Path) -> None:
    """A database that is not provd's is refused and left as it is."""
    path.parent.mkdir()
    execute(path, "CREATE TABLE phones (mac)")
    with pytest.raises(StoreNotOpened, match="another program"):
        opened(path)


def test_a_directory_in_the_way(path: Path) -> None:
    """A path that cannot be a file is an error that names it."""
    path.mkdir(parents=True)
    with pytest.raises(StoreNotOpened, match=r"provd\.db"):
        opened(path)


def test_one_at_a_time(filled: Path) -> None:
    """A second provd on the same file is told who has it; afterwards it may."""
    first = opened(filled)
    with pytest.raises(StoreInUse, match="in use by another provd"):
        opened(filled)
    first.close()
    opened(filled).close()


def test_nobody_else_reads_it(filled: Path) -> None:
    """The database may hold passwords: only its owner can read it, its log and its backups."""
    fixture = opened(filled)
    fixture.put(Box(id="a"))
    fixture.settle()
    for file in filled.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file
    fixture.close()


def test_what_durable_means(filled: Path) -> None:
    """A write-ahead log that is synchronized at each commit: durable is after fsync, not before."""
    fixture = opened(filled)
    connection = fixture.store._database._connect()
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    fixture.close()


def test_owner_and_epoch_stay(path: Path) -> None:
    """The owner is settled when the database is made, and survives every restart."""
    first = opened(path, owner="paris")
    assert (first.store.feed.applied().owner, first.store.feed.applied().epoch) == ("paris", 1)
    first.close()
    second = opened(path, owner="london")
    assert second.store.feed.applied().owner == "paris"
    second.close()
    nameless = opened(path.with_name("other.db"))
    assert len(nameless.store.feed.applied().owner) == 32
    nameless.close()


def test_positions_after_a_crash(path: Path) -> None:
    """A position that was read but not kept never comes back with other contents."""
    fixture = opened(path)
    fixture.put(Box(id="a"))
    fixture.settle()
    lost = fixture.put(Box(id="b"), urgent=False)
    copy = path.with_name("crashed.db")
    for suffix in "", "-wal":
        shutil.copy(f"{path}{suffix}", f"{copy}{suffix}")
    after = opened(copy)
    assert after.store.get("boxes", "b") is None
    assert after.put(Box(id="c")).revision == lost.revision + GAP
    after.close()
    fixture.close()


def test_deleted_stays_deleted(filled: Path) -> None:
    """Deleted documents do not come back, leave no row, and their positions are not used again."""
    fixture = opened(filled)
    draft = fixture.store.draft("")
    for n in range(20):
        draft.delete("boxes", f"box{n}")
    fixture.store.commit(draft)
    applied = fixture.store.feed.applied()
    fixture.close()
    again = opened(filled)
    assert len(again.store.collection("boxes")) == 0
    assert again.store.feed.applied() == applied
    again.close()
    assert execute(filled, "SELECT count(*) FROM documents") == [(0,)]


def test_a_large_draft(path: Path) -> None:
    """A draft of more documents than one statement takes is kept whole."""
    fixture = opened(path)
    draft = fixture.store.draft("")
    for n in range(2500):
        draft.put("boxes", Box(id=str(n)))
    fixture.store.commit(draft)
    fixture.close()
    again = opened(path)
    assert len(again.store.collection("boxes")) == 2500
    again.close()


class Crate(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A box, two schemas later."""

    address: str | None = None
    tons: float = 0.0
    seen: str = ""


def _rename(found: dict[str, Any]) -> dict[str, Any]:
    """1 → 2: what was called mac is called address."""
    found["address"] = found.pop("mac")
    return found


def _weigh(found: dict[str, Any]) -> dict[str, Any]:
    """2 → 3: tons, not kilograms."""
    found["tons"] = found.pop("weight", 0) / 1000
    return found


CRATES = Kind(
    name="boxes", type=Crate, unique=("address",), schema=3, upgrades={1: _rename, 2: _weigh}
)


def test_upgrade(filled: Path) -> None:
    """Old documents climb the ladder once, after a copy of the database was made."""
    execute(filled, "UPDATE documents SET checksum = NULL, body = '{}' WHERE id = 'box3'")
    fixture = opened(filled, CRATES, NOTES)
    [crate] = fixture.store.by("boxes", "address", "m7")
    assert (crate.id, crate.revision, crate.seen) == ("box7", 8, "é" * 7)
    assert len(fixture.store.quarantined()) == 1
    fixture.put(msgspec.structs.replace(crate, tons=1.5))
    fixture.close()
    again = opened(filled, CRATES, NOTES)
    assert len(again.store.collection("boxes")) == 19
    assert again.store.get("boxes", "box7").tons == 1.5
    again.close()
    [backup] = filled.parent.glob("*.backup-*")
    assert backup.name == "provd.db.backup-boxes1to3"
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    old = opened(backup)
    assert old.store.get("boxes", "box7").mac == "m7"
    old.close()


def test_a_backup_begins_a_new_epoch(filled: Path) -> None:
    """Put in the place of the original, once: later starts are the same epoch again."""
    before = opened(filled)
    applied = before.store.feed.applied()
    before.close()
    opened(filled, CRATES, NOTES).close()
    [backup] = filled.parent.glob("*.backup-*")
    backup.rename(filled)
    restored = opened(filled)
    now = restored.store.feed.applied()
    assert now.owner == applied.owner
    assert now.epoch > applied.epoch
    assert now.n > applied.n + GAP
    restored.close()
    again = opened(filled)
    assert again.store.feed.applied() == now
    again.close()


def test_backups_are_kept(filled: Path) -> None:
    """A second upgrade of the same kind does not write over the first copy."""
    shutil.copy(filled, filled.with_name("provd.db.backup-boxes1to3"))
    opened(filled, CRATES, NOTES).close()
    names = {each.name for each in filled.parent.glob("*.backup-*")}
    assert names == {"provd.db.backup-boxes1to3", "provd.db.backup-boxes1to3.2"}


def test_an_upgrade_that_fails_on_a_document(filled: Path) -> None:
    """What an upgrade cannot make sense of is set aside with its reason; the others climb."""
    body = b'{"id":"box7","revision":8}'
    execute(filled, "UPDATE documents SET checksum = NULL, body = ? WHERE id = 'box7'", body)
    fixture = opened(filled, CRATES, NOTES)
    [sentence] = fixture.store.quarantined()
    assert "cannot be upgraded from schema 1: KeyError 'mac'" in sentence
    assert len(fixture.store.collection("boxes")) == 19
    fixture.close()


def test_no_way_back(filled: Path) -> None:
    """An older provd refuses what a newer one has upgraded, and says what can be done."""
    opened(filled, CRATES, NOTES).close()
    with pytest.raises(StoreTooNew) as raised:
        opened(filled, BOXES, NOTES)
    assert "boxes have schema 3, this provd knows 1" in str(raised.value)
    assert "provd.db.backup-boxes1to3" in str(raised.value)
    opened(filled, CRATES, NOTES).close()


def test_interrupted_backup(filled: Path) -> None:
    """What is left of a copy that was not finished is not mistaken for a backup."""
    filled.with_name("provd.db.backup-boxes1to3.unfinished").write_bytes(b"half")
    filled.write_bytes(b"\xa5" * 9000)
    with pytest.raises(StoreCorrupt) as raised:
        opened(filled)
    assert raised.value.backup == ""
    assert "there is none beside it" in str(raised.value)
