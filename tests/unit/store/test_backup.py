"""Copies of a database that is being written to."""

from __future__ import annotations

import sqlite3
from hashlib import sha256
from pathlib import Path

import pytest

from provd.store import SQLiteStore, back_up
from provd.store._backup import KEPT
from provd.testing.store_fixture import KINDS, Box, SteppedReactor, SteppedWriter

NAME = "provd-20261120T120000Z-{}.db"


def opened(path: Path) -> tuple[SQLiteStore, SteppedReactor]:
    """A store in a file."""
    reactor = SteppedReactor()
    return SQLiteStore.open(path, KINDS, reactor, writer=SteppedWriter(reactor)), reactor


def put(store: SQLiteStore, reactor: SteppedReactor, *boxes: Box) -> None:
    """Keep these."""
    draft = store.draft("test")
    for box in boxes:
        draft.put("boxes", box)
    store.commit(draft)
    reactor.advance(0)


def test_a_copy_of_what_is_open(tmp_path: Path) -> None:
    """Has everything kept up to then and nothing later, is a new epoch, and is nobody else's to read."""
    store, reactor = opened(tmp_path / "provd.db")
    put(store, reactor, Box(id="a", vendor="v"), Box(id="b"))
    made = back_up(tmp_path / "provd.db", tmp_path / "backups", NAME.format("x"))
    put(store, reactor, Box(id="late"))
    copy = tmp_path / "backups" / NAME.format("x")
    assert (made.name, made.bytes) == (copy.name, copy.stat().st_size)
    assert made.sha256 == sha256(copy.read_bytes()).hexdigest()
    assert copy.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "backups").stat().st_mode & 0o777 == 0o700
    other, _reactor = opened(copy)
    assert sorted(box.id for box in other.collection("boxes")) == ["a", "b"]
    assert other.feed.applied().epoch != store.feed.applied().epoch
    for each in (other, store):
        each.close()
    reactor.advance(0)


def test_the_oldest_go(tmp_path: Path) -> None:
    """Seven are kept; what is not ours is left alone, and so is nothing unfinished."""
    store, reactor = opened(tmp_path / "provd.db")
    put(store, reactor, Box(id="a"))
    backups = tmp_path / "backups"
    backups.mkdir()
    (backups / "mine.db").write_text("precious", encoding="utf-8")
    for number in range(KEPT + 3):
        back_up(tmp_path / "provd.db", backups, NAME.format(f"{number:02}"))
    names = sorted(path.name for path in backups.iterdir())
    assert names == ["mine.db", *(NAME.format(f"{n:02}") for n in range(3, KEPT + 3))]
    store.close()


def test_nothing_to_copy(tmp_path: Path) -> None:
    """Leaves nothing behind."""
    with pytest.raises(sqlite3.Error):
        back_up(tmp_path / "no.db", tmp_path / "backups", NAME.format("x"))
    assert list((tmp_path / "backups").iterdir()) == []


@pytest.mark.parametrize("name", ["../x.db", "x.db", "/etc/passwd", NAME.format("a/b"), ""])
def test_only_our_names(tmp_path: Path, name: str) -> None:
    """A copy goes nowhere else."""
    with pytest.raises(ValueError, match="no name of a copy"):
        back_up(tmp_path / "provd.db", tmp_path / "backups", name)
