"""Documents of older schemas climb the ladder, after a copy was made; newer ones are refused."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path
from typing import Any

import msgspec
import pytest

from provd.documents.base import Document, Kind
from provd.store import StoreCorrupt, StoreTooNew
from provd.store._sqlite import GAP
from provd.testing.store_fixture import BOXES, NOTES, on_file


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


def test_upgrade(filled: Path, execute: Any) -> None:
    """Old documents climb the ladder once, after a copy of the database was made."""
    execute(filled, "UPDATE documents SET checksum = NULL, body = '{}' WHERE id = 'box3'")
    fixture = on_file(filled, CRATES, NOTES)
    [crate] = fixture.store.by("boxes", "address", "m7")
    assert (crate.id, crate.revision, crate.seen) == ("box7", 8, "é" * 7)
    assert len(fixture.store.quarantined()) == 1
    fixture.put(msgspec.structs.replace(crate, tons=1.5))
    fixture.close()
    again = on_file(filled, CRATES, NOTES)
    assert len(again.store.collection("boxes")) == 19
    assert again.store.get("boxes", "box7").tons == 1.5
    again.close()
    [backup] = filled.parent.glob("*.backup-*")
    assert backup.name == "provd.db.backup-boxes1to3"
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    old = on_file(backup)
    assert old.store.get("boxes", "box7").mac == "m7"
    old.close()


def test_a_backup_begins_a_new_epoch(filled: Path) -> None:
    """Put in the place of the original, once: later starts are the same epoch again."""
    before = on_file(filled)
    applied = before.store.feed.applied()
    before.close()
    on_file(filled, CRATES, NOTES).close()
    [backup] = filled.parent.glob("*.backup-*")
    backup.rename(filled)
    restored = on_file(filled)
    now = restored.store.feed.applied()
    assert now.owner == applied.owner
    assert now.epoch > applied.epoch
    assert now.n > applied.n + GAP
    restored.close()
    again = on_file(filled)
    assert again.store.feed.applied() == now
    again.close()


def test_backups_are_kept(filled: Path) -> None:
    """A second upgrade of the same kind does not write over the first copy."""
    shutil.copy(filled, filled.with_name("provd.db.backup-boxes1to3"))
    on_file(filled, CRATES, NOTES).close()
    names = {each.name for each in filled.parent.glob("*.backup-*")}
    assert names == {"provd.db.backup-boxes1to3", "provd.db.backup-boxes1to3.2"}


def test_an_upgrade_that_fails_on_a_document(filled: Path, execute: Any) -> None:
    """What an upgrade cannot make sense of is set aside with its reason; the others climb."""
    body = b'{"id":"box7","revision":8}'
    execute(filled, "UPDATE documents SET checksum = NULL, body = ? WHERE id = 'box7'", body)
    fixture = on_file(filled, CRATES, NOTES)
    [sentence] = fixture.store.quarantined()
    assert "cannot be upgraded from schema 1: KeyError 'mac'" in sentence
    assert len(fixture.store.collection("boxes")) == 19
    fixture.close()


def test_no_way_back(filled: Path) -> None:
    """An older provd refuses what a newer one has upgraded, and says what can be done."""
    on_file(filled, CRATES, NOTES).close()
    with pytest.raises(StoreTooNew) as raised:
        on_file(filled, BOXES, NOTES)
    assert "boxes have schema 3, this provd knows 1" in str(raised.value)
    assert "provd.db.backup-boxes1to3" in str(raised.value)
    on_file(filled, CRATES, NOTES).close()


def test_interrupted_backup(filled: Path) -> None:
    """What is left of a copy that was not finished is not mistaken for a backup."""
    filled.with_name("provd.db.backup-boxes1to3.unfinished").write_bytes(b"half")
    filled.write_bytes(b"\xa5" * 9000)
    with pytest.raises(StoreCorrupt) as raised:
        on_file(filled)
    assert raised.value.backup == ""
    assert "there is none beside it" in str(raised.value)
