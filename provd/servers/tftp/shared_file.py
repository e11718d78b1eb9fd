"""One open file that many transfers read, piece by piece, without ever waiting for a disk.

What is in the page cache is read at once (RWF_NOWAIT, about 5 microseconds for a piece), anything
else by a thread, which also asks the kernel to read ahead.  A file that changes while it is open
is lost to its readers: half of one version and half of another is worse than an error.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Protocol

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from provd.wire.tftp import ContentLost

__all__ = ["CHUNK", "InThread", "Key", "Pieces", "Reader", "SharedFile", "read_fully"]

CHUNK = 128 * 1024
_READ_AHEAD = 1 << 20

Key = tuple[str, int, int]
"""Path, size, and time of modification in nanoseconds."""
InThread = Callable[[Callable[[], Any]], "Deferred[Any]"]
"""Runs a function that may wait in another thread."""

_log = Logger("provd.servers.tftp")


class Pieces(Protocol):
    """Where pieces of files are kept."""

    in_thread: InThread

    def kept(self, key: Key, index: int) -> bytes | None:
        """A piece that is in memory."""

    def keep(self, key: Key, index: int, body: bytes) -> None:
        """Put a piece into memory."""

    def closed(self, key: Key) -> None:
        """Nobody reads the file any more."""


class Reader(Protocol):
    """Somebody who reads a shared file."""

    on_ready: Callable[[], None]
    """Called when a piece has come from disk, or never will."""


class SharedFile:
    """An open file. Closed when the last reader and the last thread are done with it."""

    def __init__(self, pieces: Pieces, key: Key, descriptor: int) -> None:
        self._pieces = pieces
        self._key = key
        self.path, self.size = key[0], key[1]
        self._descriptor = descriptor
        self._users = 0
        self._loading: set[int] = set()
        self._readers: set[Reader] = set()
        self._lost = False
        self._at_once = hasattr(os, "RWF_NOWAIT")

    def enter(self, reader: Reader) -> None:
        """One more reads it."""
        self._users += 1
        self._readers.add(reader)

    def leave(self, reader: Reader) -> None:
        """One less. Idempotent."""
        if reader in self._readers:
            self._readers.discard(reader)
            self._done()

    def piece(self, index: int) -> bytes | None:
        """The piece, or None while a thread fetches it.

        @raise ContentLost: if the file has changed or cannot be read.
        """
        body = self._pieces.kept(self._key, index)
        if body is None and not self._lost:
            body = self._read_at_once(index)
        if body is None:
            if self._lost:
                raise ContentLost
            self._load(index)
        return body

    def in_thread(self, work: Callable[[int], Any]) -> Deferred[Any]:
        """Do something slow with the descriptor, which stays open meanwhile."""
        self._users += 1
        descriptor = self._descriptor
        return self._pieces.in_thread(lambda: work(descriptor)).addBoth(self._back)

    def _back(self, outcome: Any) -> Any:
        self._done()
        return outcome

    def _done(self) -> None:
        self._users -= 1
        if not self._users:
            self._pieces.closed(self._key)
            os.close(self._descriptor)

    def _read_at_once(self, index: int) -> bytes | None:
        if not self._at_once:
            return None
        start = index * CHUNK
        buffer = bytearray(min(CHUNK, self.size - start))
        try:
            read = os.preadv(self._descriptor, [buffer], start, os.RWF_NOWAIT)
        except BlockingIOError:
            return None
        except OSError:  # this file system cannot tell whether it would wait
            self._at_once = False
            return None
        # A short read: the rest is not in the page cache, or not in the file any more.
        return self._checked(index, bytes(buffer)) if read == len(buffer) else None

    def _checked(self, index: int, body: bytes) -> bytes | None:
        """Keep a piece, if the file is still the one that was opened."""
        now = os.fstat(self._descriptor)
        if (now.st_size, now.st_mtime_ns) != self._key[1:]:
            self._lost = True
            return None
        self._pieces.keep(self._key, index, body)
        return body

    def _load(self, index: int) -> None:
        if index in self._loading:
            return
        self._loading.add(index)
        start, wanted = index * CHUNK, min(CHUNK, self.size - index * CHUNK)

        def read(descriptor: int) -> bytes:
            body = read_fully(descriptor, start, wanted)
            os.posix_fadvise(descriptor, start + wanted, _READ_AHEAD, os.POSIX_FADV_WILLNEED)
            return body

        # `_loaded` may use the descriptor: whoever waits for the piece still reads the file.
        self._users += 1
        loading = self.in_thread(read).addBoth(self._loaded, index, wanted)
        loading.addBoth(self._back).addErrback(_defect)

    def _loaded(self, outcome: bytes | Failure, index: int, wanted: int) -> None:
        self._loading.discard(index)
        if isinstance(outcome, Failure) or len(outcome) != wanted:
            self._lost = True
        else:
            self._checked(index, outcome)
        for reader in tuple(self._readers):
            reader.on_ready()


def read_fully(descriptor: int, start: int, wanted: int) -> bytes:
    """Read `wanted` bytes, fewer only at the end of the file."""
    parts = []
    while wanted > 0:
        part = os.pread(descriptor, wanted, start)
        if not part:
            break
        parts.append(part)
        start += len(part)
        wanted -= len(part)
    return b"".join(parts)


def _defect(failure: Failure) -> None:
    _log.failure("a piece of a file met a defect", failure)
