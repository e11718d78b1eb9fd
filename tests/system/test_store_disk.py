"""Disks that fill up, fail and become read-only, for real: the store says so, and recovers."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from provd.store import Keeping, SQLiteStore, StoreNotOpened
from provd.testing.store_fixture import KINDS, Box, Fixture, SteppedReactor, SteppedWriter
from provd.values import StoreUnavailable

KEEPING = Keeping(first_retry=1.0, last_retry=1.0)


def opened(path: Path) -> Fixture:
    """A store on a file."""
    reactor = SteppedReactor()
    writer = SteppedWriter(reactor)
    return Fixture(SQLiteStore.open(path, KINDS, reactor, writer=writer, keeping=KEEPING), reactor)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)],
        check=False,
        capture_output=True,
        text=True,
    )
    if made.returncode:
        pytest.skip(f"this machine does not let us mount a tmpfs: {made.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


class Failing:
    """The life of a store through a failure of its disk, told in three steps."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fixture = opened(path)
        self.store = self.fixture.store
        self.fixture.put(Box(id="before"))
        self.fixture.settle()
        self.told: list[Any] = []
        self.store.feed.subscribe("test", ["boxes"], self.told.extend, durable=True)

    def fails(self, reason: str) -> None:
        """Who waits is told; reads go on; nothing more is taken in; trying again changes nothing."""
        draft = self.store.draft("")
        draft.put("boxes", Box(id="during", seen="x" * 2000))
        outcomes: list[Any] = []
        self.store.commit(draft).addCallback(self.store.durable).addBoth(outcomes.append)
        self.fixture.settle()
        self.store.awaited("boxes", "during").addBoth(outcomes.append)
        assert [type(outcome.value) for outcome in outcomes] == [StoreUnavailable] * 2
        assert reason in self.store.unavailable().lower()
        assert isinstance(self.fixture.put(Box(id="refused")), StoreUnavailable)
        assert self.store.get("boxes", "before") is not None
        self.fixture.reactor.pump([0.5] * 6)
        assert self.store.unavailable()
        assert self.store.pending
        assert self.told == []

    def recovers(self) -> None:
        """By itself, within a retry, with everything that had been applied."""
        self.fixture.reactor.pump([0.5] * 3)
        assert self.store.unavailable() == ""
        assert self.store.awaited("boxes", "during") is None
        assert [change.document_id for change in self.told] == ["during"]
        self.fixture.put(Box(id="after"))
        self.fixture.close()
        again = opened(self.path)
        kept = {box.id for box in again.store.collection("boxes")}
        assert kept == {"before", "during", "after"}
        again.close()


def fails_and_recovers(
    path: Path, break_: Callable[[], None], repair: Callable[[], None], reason: str
) -> None:
    """All three steps."""
    failing = Failing(path)
    break_()
    failing.fails(reason)
    repair()
    failing.recovers()


def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    """A write that fails half way (a limit of the file size) is a failure like any other."""
    path = tmp_path / "provd.db"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def break_() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))

    def repair() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    try:
        fails_and_recovers(path, break_, repair, "disk i/o error")
    finally:
        repair()


def test_a_large_draft_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    """A draft of several statements that fails in its second leaves nothing of its first."""
    path, copy = tmp_path / "provd.db", tmp_path / "copy.db"
    fixture = opened(path)
    draft = fixture.store.draft("")
    for number in range(2000):
        draft.put("boxes", Box(id=str(number), seen="x" * 1000))
    fixture.store.commit(draft)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, hard))
    try:
        fixture.settle()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "disk i/o error" in fixture.store.unavailable().lower()
    for suffix in "", "-wal":
        if path.with_name(path.name + suffix).exists():
            shutil.copy(f"{path}{suffix}", f"{copy}{suffix}")
    torn = opened(copy)
    assert len(torn.store.collection("boxes")) == 0
    torn.close()
    fixture.reactor.advance(1)
    fixture.close()
    whole = opened(path)
    assert len(whole.store.collection("boxes")) == 2000
    whole.close()


def fill(path: Path) -> None:
    """Write until nothing more fits."""
    with path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


@pytest.mark.root
def test_a_full_disk(small_disk: Path) -> None:
    """A full disk turns the store read-only until somebody makes room."""
    filler = small_disk / "filler"

    def break_() -> None:
        with pytest.raises(OSError, match="No space"):
            fill(filler)

    fails_and_recovers(small_disk / "provd.db", break_, filler.unlink, "full")


@pytest.mark.root
def test_a_disk_that_becomes_read_only(small_disk: Path) -> None:
    """What the kernel does to a failing disk: it stays readable, and the store with it."""

    def remount(how: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{how}", str(small_disk)], check=True)

    path = small_disk / "provd.db"
    fixture = opened(path)
    fixture.put(Box(id="before"))
    fixture.close()
    remount("ro")
    with pytest.raises(StoreNotOpened, match=r"provd\.db"):
        opened(path)
    remount("rw")
    opened(path).close()


@pytest.mark.root
def test_no_room_for_a_new_database(small_disk: Path) -> None:
    """A start without room is refused with the reason, and succeeds once there is some."""
    filler = small_disk / "filler"
    free = shutil.disk_usage(small_disk).free
    filler.write_bytes(bytes(free - os.sysconf("SC_PAGE_SIZE")))
    with pytest.raises(StoreNotOpened):
        opened(small_disk / "provd.db")
    filler.unlink()
    opened(small_disk / "provd.db").close()
