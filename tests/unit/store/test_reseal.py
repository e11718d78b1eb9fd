"""Another key while a store is used: all of it, in slices, and whatever happens in between."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from twisted.internet.defer import Deferred

from provd.access import SealingKeys
from provd.store import Resealing, SealUnknown, SQLiteStore, StoreNotOpened
from provd.store._reseal import SLICE
from provd.testing.store_fixture import BOXES, NOTES, Box, Note, SteppedReactor, SteppedWriter

KINDS = (msgspec.structs.replace(BOXES, secret=True), NOTES)
ONE, TWO = {"k1": b"\1" * 32}, {"k2": b"\2" * 32}
MANY = SLICE + 50


class Used:
    """A store that is used, in one process after another."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "provd.db"
        self.open(**ONE)
        self.put(*(Box(id=f"box{at}", vendor="v") for at in range(MANY)), Note(id="note"))

    def open(self, **keys: bytes) -> None:
        """Start."""
        self.reactor = SteppedReactor()
        writer = SteppedWriter(self.reactor)
        seal = SealingKeys(keys)
        self.store = SQLiteStore.open(self.path, KINDS, self.reactor, writer=writer, seal=seal)

    def put(self, *documents: Any) -> None:
        """Keep these."""
        draft = self.store.draft("test")
        for each in documents:
            draft.put("boxes" if isinstance(each, Box) else "notes", each)
        self.store.commit(draft)
        self.reactor.advance(0)

    def wait(self, waited: Deferred[Any]) -> Any:
        """What becomes of it, once the writer has had its turn."""
        found: list[Any] = []
        waited.addBoth(found.append)
        for _turn in range(9):
            self.reactor.advance(0)
        [result] = found
        if hasattr(result, "raiseException"):
            result.raiseException()
        return result

    def all_steps(self, resealing: Resealing) -> int:
        """How many documents are sealed until there is nothing more to do."""
        sealed = 0
        while some := self.wait(resealing.step()):
            sealed += some
        return sealed

    def end(self) -> None:
        """Stop."""
        self.wait(self.store.close())

    def kept(self) -> bytes:
        """Every byte of the file and what is beside it."""
        files = sorted(self.path.parent.iterdir())
        return b"".join(each.read_bytes() for each in files if each.is_file())


@pytest.fixture
def used(tmp_path: Path) -> Used:
    """One with many documents."""
    return Used(tmp_path)


def test_everything_is_sealed_anew(used: Used) -> None:
    """Nothing is left that the former key would open, and it is needed no more."""
    resealing = used.store.resealing(SealingKeys(TWO | ONE))
    assert used.wait(resealing.begin()) == MANY
    assert used.all_steps(resealing) == MANY
    used.wait(resealing.end())
    assert b"\0\x82k1" not in used.kept()
    assert used.kept().count(b"\0\x82k2") >= MANY
    used.put(Box(id="later"))
    used.end()
    used.open(**TWO)
    assert len(used.store.collection("boxes")) == MANY + 1
    assert used.store.quarantined() == ()
    used.end()


def test_what_is_written_meanwhile(used: Used) -> None:
    """Is sealed with the new key from the beginning on, and is not sealed twice."""
    resealing = used.store.resealing(SealingKeys(TWO | ONE))
    used.wait(resealing.begin())
    changed = msgspec.structs.replace(used.store.get("boxes", "box7"), weight=7)
    used.put(changed, Box(id="new"))
    assert used.kept().count(b"\0\x82k2") >= 2
    assert used.all_steps(resealing) == MANY - 1
    used.wait(resealing.end())
    used.end()
    used.open(**TWO)
    assert used.store.get("boxes", "box7").weight == 7
    assert used.store.get("boxes", "new") is not None
    used.end()


def test_cut_short_and_taken_up_again(used: Used) -> None:
    """By the next pass, or by the next start; until then it takes both keys."""
    resealing = used.store.resealing(SealingKeys(TWO | ONE))
    used.wait(resealing.begin())
    assert used.wait(resealing.step()) == SLICE
    again = used.store.resealing(SealingKeys(TWO | ONE))
    assert used.wait(again.begin()) == MANY - SLICE
    used.end()
    with pytest.raises(StoreNotOpened, match="'k1'"):
        used.open(**TWO)
    used.open(**TWO, **ONE)
    assert len(used.store.collection("boxes")) == MANY
    last = used.store.resealing(SealingKeys(TWO | ONE))
    assert used.wait(last.begin()) == 0
    assert used.wait(last.step()) == 0
    used.end()
    used.open(**TWO)
    used.end()


def test_a_slice_costs_what_it_holds(used: Used) -> None:
    """And not what the file holds: the last is no dearer than the first, nor is either in a larger file."""

    def cost() -> int:
        ticks: list[None] = []
        connection = used.store._database.connection
        connection.set_progress_handler(lambda: ticks.append(None), 100)
        resealing = used.store.resealing(SealingKeys(TWO | ONE))
        resealing._otherwise("rowid", f"ORDER BY rowid LIMIT {SLICE}").fetchall()
        connection.set_progress_handler(None, 0)
        return len(ticks)

    before = cost()
    used.put(*(Box(id=f"more{at}") for at in range(8 * MANY)))
    assert cost() <= 1.2 * before + 2


def test_nothing_to_do(used: Used) -> None:
    """The same key again: nothing is rewritten."""
    used.end()
    used.open(**ONE)
    before = used.path.stat().st_mtime_ns
    resealing = used.store.resealing(SealingKeys(ONE))
    assert used.wait(resealing.begin()) == 0
    used.wait(resealing.end())
    assert used.path.stat().st_mtime_ns == before
    used.end()


@pytest.mark.parametrize("keys", [TWO, {"k2": b"\2" * 32, "k1": b"\3" * 32}])
def test_a_key_that_is_in_use_is_missing(used: Used, keys: dict[str, bytes]) -> None:
    """Or is another under its name: refused, and the one in use goes on sealing."""
    resealing = used.store.resealing(SealingKeys(keys))
    with pytest.raises(SealUnknown):
        used.wait(resealing.begin())
    used.put(Box(id="later"))
    assert b"\0\x82k2" not in used.kept()
    used.end()
    used.open(**ONE)
    assert used.store.get("boxes", "later") is not None
    used.end()


@pytest.mark.parametrize(
    "damage",
    [
        "body = substr(body, 1, length(body) - 1) || x'00', checksum = NULL",
        "body = '{}'",
        "checksum = 1",
    ],
)
def test_a_row_that_is_broken(used: Used, damage: str) -> None:
    """It is passed over and counted, never taken for good; the next start sets it aside."""
    used.store._database.connection.execute(f"UPDATE documents SET {damage} WHERE id = 'box7'")
    resealing = used.store.resealing(SealingKeys(TWO | ONE))
    used.wait(resealing.begin())
    assert used.all_steps(resealing) == MANY
    assert resealing.broken == 1
    used.end()
    used.open(**TWO, **ONE)
    assert len(used.store.quarantined()) == 1
    used.end()
