"""Starting on a database that others have damaged, aged, or hold."""

from __future__ import annotations

import random
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provd.store import StoreCorrupt, StoreInUse, StoreNotOpened
from provd.store._sqlite import GAP
from provd.testing.store_fixture import Box, on_file


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
def test_a_broken_row_is_set_aside(
    filled: Path, change: str, value: object, reason: str, execute: Any
) -> None:
    """Whatever is wrong with a row, the others are served, and it is kept, reported and replaceable."""
    execute(filled, f"UPDATE documents SET {change} WHERE id = 'box7'", value)
    fixture = on_file(filled)
    assert len(fixture.store.collection("boxes")) == 19
    [sentence] = fixture.store.quarantined()
    assert reason.lower() in sentence.lower()
    assert str(filled) in sentence
    assert isinstance(fixture.put(Box(id="box7")), Box)
    fixture.close()
    again = on_file(filled)
    assert len(again.store.collection("boxes")) == 20
    assert len(again.store.quarantined()) == 1
    again.close()


@settings(max_examples=20)  # each writes a file
@given(st.randoms(use_true_random=False))
def test_flipped_bytes(execute: Any, rolls: random.Random) -> None:
    """Bytes that change in bodies never pass for documents, and never stop the start."""
    path = BASE[0].with_name("flipped.db")
    shutil.copy(BASE[0], path)
    spoilt = rolls.sample(range(20), rolls.randint(1, 5))
    for n in spoilt:
        [[body]] = execute(path, "SELECT body FROM documents WHERE id = ?", f"box{n}")
        changed = bytearray(body)
        changed[rolls.randrange(len(body))] ^= 1 << rolls.randrange(8)
        execute(path, "UPDATE documents SET body = ? WHERE id = ?", bytes(changed), f"box{n}")
    fixture = on_file(path)
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
    fixture = on_file(directory / "base.db")
    for n in range(20):
        fixture.put(Box(id=f"box{n}", mac=f"m{n}"))
    fixture.close()
    BASE.append(directory / "base.db")
    yield
    BASE.clear()


def test_an_edit_by_hand(filled: Path, execute: Any) -> None:
    """Who edits a row with the sqlite3 shell clears its checksum, and is believed."""
    body = b'{"id":"box7","mac":"new"}'
    execute(filled, "UPDATE documents SET checksum = NULL, body = ? WHERE id = 'box7'", body)
    fixture = on_file(filled)
    box = fixture.store.get("boxes", "box7")
    assert (box.mac, box.revision) == ("new", 8)
    assert fixture.store.by("boxes", "mac", "new") == (box,)
    fixture.close()


def test_unknown_collections_are_left_alone(filled: Path, execute: Any) -> None:
    """Documents of a kind that only a newer provd knows are still there when it comes back."""
    execute(filled, "UPDATE documents SET collection = 'sites' WHERE id < 'box2'")
    fixture = on_file(filled)
    [sentence] = fixture.store.quarantined()
    assert "sites were left alone" in sentence
    fixture.close()
    [[count]] = execute(filled, "SELECT count(*) FROM documents WHERE collection = 'sites'")
    assert count > 1


@pytest.mark.parametrize("damage", ["start", "middle", "not a database", "truncated"])
def test_a_damaged_file_is_refused(filled: Path, damage: str) -> None:
    """A file that cannot be trusted as a whole is refused, naming it and the backup to restore."""
    fixture = on_file(filled)
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
        on_file(filled)
    assert str(filled) in str(raised.value)
    assert f"restore {backup}" in str(raised.value)
    shutil.copy(backup, filled)
    for leftover in "-wal", "-shm":
        filled.with_name(filled.name + leftover).unlink(missing_ok=True)
    fixture = on_file(filled)
    assert len(fixture.store.collection("boxes")) == 220
    fixture.close()


def test_another_programs_database(path: Path, execute: Any) -> None:
    """A database that is not provd's is refused and left as it is."""
    path.parent.mkdir()
    execute(path, "CREATE TABLE phones (mac)")
    with pytest.raises(StoreNotOpened, match="another program"):
        on_file(path)


def test_another_layout(filled: Path, execute: Any) -> None:
    """Tables laid out by a newer provd are left alone, and the error says so."""
    execute(filled, "PRAGMA user_version = 9")
    with pytest.raises(StoreNotOpened, match="layout is 9"):
        on_file(filled)


def test_damaged_notes(filled: Path, execute: Any) -> None:
    """A position that is no number is not guessed."""
    execute(filled, "UPDATE notes SET value = 'x' WHERE name = 'position'")
    with pytest.raises(StoreNotOpened, match="notes are damaged"):
        on_file(filled)


def test_a_directory_in_the_way(path: Path) -> None:
    """A path that cannot be a file is an error that names it."""
    path.mkdir(parents=True)
    with pytest.raises(StoreNotOpened, match=r"provd\.db"):
        on_file(path)


def test_one_at_a_time(filled: Path) -> None:
    """A second provd on the same file is told who has it; afterwards it may."""
    first = on_file(filled)
    with pytest.raises(StoreInUse, match="in use by another provd"):
        on_file(filled)
    first.close()
    on_file(filled).close()


def test_nobody_else_reads_it(filled: Path) -> None:
    """The database may hold passwords: only its owner can read it, its log and its backups."""
    fixture = on_file(filled)
    fixture.put(Box(id="a"))
    fixture.settle()
    for file in filled.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file
    fixture.close()


def test_what_durable_means(filled: Path, execute: Any) -> None:
    """A write-ahead log that is synchronized at each commit: durable is after fsync, not before."""
    fixture = on_file(filled)
    connection = fixture.store._database._connect()
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    fixture.close()


def test_owner_and_epoch_stay(path: Path) -> None:
    """The owner is settled when the database is made, and survives every restart."""
    first = on_file(path, owner="paris")
    assert (first.store.feed.applied().owner, first.store.feed.applied().epoch) == ("paris", 1)
    first.close()
    second = on_file(path, owner="london")
    assert second.store.feed.applied().owner == "paris"
    second.close()
    nameless = on_file(path.with_name("other.db"))
    assert len(nameless.store.feed.applied().owner) == 32
    nameless.close()


def test_positions_after_a_crash(path: Path) -> None:
    """A position that was read but not kept never comes back with other contents."""
    fixture = on_file(path)
    fixture.put(Box(id="a"))
    fixture.settle()
    lost = fixture.put(Box(id="b"), urgent=False)
    copy = path.with_name("crashed.db")
    for suffix in "", "-wal":
        shutil.copy(f"{path}{suffix}", f"{copy}{suffix}")
    after = on_file(copy)
    assert after.store.get("boxes", "b") is None
    assert after.put(Box(id="c")).revision == lost.revision + GAP
    after.close()
    fixture.close()


def test_deleted_stays_deleted(filled: Path, execute: Any) -> None:
    """Deleted documents do not come back, leave no row, and their positions are not used again."""
    fixture = on_file(filled)
    draft = fixture.store.draft("")
    for n in range(20):
        draft.delete("boxes", f"box{n}")
    fixture.store.commit(draft)
    applied = fixture.store.feed.applied()
    fixture.close()
    again = on_file(filled)
    assert len(again.store.collection("boxes")) == 0
    assert again.store.feed.applied() == applied
    again.close()
    assert execute(filled, "SELECT count(*) FROM documents") == [(0,)]


def test_a_large_draft(path: Path) -> None:
    """A draft of more documents than one statement takes is kept whole."""
    fixture = on_file(path)
    draft = fixture.store.draft("")
    for n in range(2500):
        draft.put("boxes", Box(id=str(n)))
    fixture.store.commit(draft)
    fixture.close()
    again = on_file(path)
    assert len(again.store.collection("boxes")) == 2500
    again.close()
