"""What is done with the files of the store in threads: copies made and read, keys read again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThreadPool

from provd.documents import KINDS
from provd.store import (
    Contents,
    Copy,
    CopyUnusable,
    Resealing,
    Seal,
    SQLiteStore,
    accept,
    back_up,
    copies_in,
    copy_called,
    read_copy,
    receive,
    received,
)


class CopiesOnDisk:
    """Copies below a data directory."""

    def __init__(self, data: Path, seal: Callable[[], Seal], reactor: Any) -> None:
        """`seal` reads the keys that copies may be sealed with."""
        self._database = data / "provd.db"
        self._directory = data / "backups"
        self._seal = seal
        self._reactor = reactor

    def make(self, name: str) -> Deferred[Copy]:
        """One more, of what is kept by now."""
        return self._in_thread(back_up, self._database, self._directory, name)

    def all(self) -> Deferred[Sequence[Copy]]:
        """Every one, the newest first."""
        return self._in_thread(copies_in, self._directory)

    def read(self, name: str) -> Deferred[Contents]:
        """What one holds. Fails with `NoSuchDocument`, `CopyUnusable` or `UnusableSealKeys`."""
        return self._in_thread(self._read, name)

    def receive(self, name: str, offset: int, piece: bytes) -> Deferred[int]:
        """One piece more of a copy from elsewhere. Fails with `Invalid`, `PieceOutOfPlace` or `OSError`."""
        return self._in_thread(receive, self._directory, name, offset, piece)

    def accept(self, name: str, sha256: str) -> Deferred[Copy]:
        """All pieces are there: check it as a whole. Fails with `Invalid`, `CopyUnusable`, …"""
        return self._in_thread(self._accept, name, sha256)

    def _accept(self, name: str, sha256: str) -> Copy:
        path = received(self._directory, name, sha256)
        try:
            read_copy(path, KINDS, self._seal())
        except CopyUnusable:
            path.unlink(missing_ok=True)
            raise
        return accept(path)

    def _read(self, name: str) -> Contents:
        return read_copy(copy_called(self._directory, name), KINDS, self._seal())

    def _in_thread(self, work: Callable[..., Any], *given: Any) -> Deferred[Any]:
        return deferToThreadPool(self._reactor, self._reactor.getThreadPool(), work, *given)


class KeysOnDisk:
    """The keys of a server that runs."""

    def __init__(self, store: SQLiteStore, seal: Callable[[], Seal], reactor: Any) -> None:
        """`seal` reads the keys."""
        self._store = store
        self._seal = seal
        self._reactor = reactor

    def read(self) -> Deferred[Resealing]:
        """Read them again. Fails with `UnusableSealKeys`."""
        reading = deferToThreadPool(self._reactor, self._reactor.getThreadPool(), self._seal)
        return reading.addCallback(self._store.resealing)
