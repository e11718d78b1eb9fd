"""Content of files, shared between all transfers that read the same one.

A file is known by path, size and time of modification.  It is read in pieces of 128 KiB, which
are kept, least recently used first out, within a bound in bytes; many phones that fetch one
firmware together read it once.  A small file is one piece: while that is kept, neither an open
nor a read is needed.
"""

from __future__ import annotations

import os
import stat
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable

from attrs import define
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from provd.servers.tftp.shared_file import CHUNK, InThread, Key, SharedFile, read_fully
from provd.values import FileContent, ProvdError
from provd.wire.tftp import ContentLost, MemoryChunks, netascii

__all__ = ["FileUnreadable", "Reading", "SharedFiles", "Text"]

_LARGEST_TEXT = 256 << 20
"""netascii has to be measured before it is sent: larger files are refused in that mode."""


@define
class FileUnreadable(ProvdError):
    """A file that was there when it was decided to serve it cannot be opened or read now."""

    path: str
    reason: str
    gone: bool = False

    def __str__(self) -> str:
        return f"{self.path} cannot be served: {self.reason}; see that it exists and is readable"


class SharedFiles:
    """Opens files for transfers and keeps their pieces."""

    def __init__(self, in_thread: InThread, capacity: int, most_open: int) -> None:
        self.in_thread = in_thread
        self._capacity = capacity
        self._most_open = most_open
        self._open: dict[Key, SharedFile] = {}
        self._pieces: OrderedDict[tuple[Key, int], bytes] = OrderedDict()
        self.held = 0
        """Bytes in memory."""

    def open(self, file: FileContent) -> MemoryChunks | Reading:
        """The content of a file.

        @raise FileUnreadable: if it cannot be opened.
        """
        key = (file.path, file.size, file.modified_ns)
        if file.size <= CHUNK:
            body = self.kept(key, 0)
            if body is not None:
                return MemoryChunks(body, len(body))
        reading = Reading(self._open.get(key) or self._open_now(file.path))
        reading.warm()
        return reading

    def open_text(self, file: FileContent) -> MemoryChunks | Deferred[Reading]:
        """The same as netascii; a Deferred where the file must first be read to its end.

        @raise FileUnreadable: if it cannot be opened, now or as failure of the Deferred.
        """
        content = self.open(file)
        if isinstance(content, Reading):
            return content.as_text()
        body = netascii.encode(content.body)
        return MemoryChunks(body, len(body))

    def kept(self, key: Key, index: int) -> bytes | None:
        """A piece that is in memory."""
        body = self._pieces.get((key, index))
        if body is not None:
            self._pieces.move_to_end((key, index))
        return body

    def keep(self, key: Key, index: int, body: bytes) -> None:
        """Put a piece into memory, and others out of it."""
        self.held += len(body) - len(self._pieces.pop((key, index), b""))
        self._pieces[key, index] = body
        while self.held > self._capacity and len(self._pieces) > 1:
            _, dropped = self._pieces.popitem(last=False)
            self.held -= len(dropped)

    def hold(self, capacity: int, most_open: int) -> None:
        """Keep less, or more, from now on; what is being read goes on."""
        self._capacity = capacity
        self._most_open = most_open
        while self.held > self._capacity and self._pieces:
            _, dropped = self._pieces.popitem(last=False)
            self.held -= len(dropped)

    def closed(self, key: Key) -> None:
        """Nobody reads it any more."""
        self._open.pop(key, None)

    def clear(self) -> None:
        """Keep nothing; files are closed as their transfers end."""
        self._pieces.clear()
        self.held = 0

    def __len__(self) -> int:
        """Files that are open."""
        return len(self._open)

    def _open_now(self, path: str) -> SharedFile:
        if len(self._open) >= self._most_open:
            raise FileUnreadable(path, "too many files are being read")
        try:
            # O_NONBLOCK: a FIFO that somebody put there must not hang the server.
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
        except OSError as error:
            gone = isinstance(error, FileNotFoundError)
            raise FileUnreadable(path, error.strerror or "unknown error", gone) from error
        found = os.fstat(descriptor)
        key = (path, found.st_size, found.st_mtime_ns)
        if not stat.S_ISREG(found.st_mode):
            os.close(descriptor)
            raise FileUnreadable(path, "it is not a regular file")
        if key in self._open:  # it was decided upon before it was replaced, as others were after
            os.close(descriptor)
        else:
            self._open[key] = SharedFile(self, key, descriptor)
        return self._open[key]


class Reading:
    """One transfer's view of a shared file: its `Chunks`."""

    def __init__(self, shared: SharedFile) -> None:
        self._shared = shared
        self.on_ready: Callable[[], None] = _nobody
        """Called whenever a piece has come from disk, or never will."""
        self.size = shared.size
        shared.enter(self)

    def warm(self) -> None:
        """Fetch the beginning while the options are still being agreed upon."""
        try:
            if self.size:
                self._shared.piece(0)
        except ContentLost:
            return  # the session will meet it

    def chunk(self, offset: int) -> tuple[bytes, int] | None:
        """The piece that holds `offset`."""
        index = offset // CHUNK
        body = self._shared.piece(index)
        return None if body is None else (body, index * CHUNK)

    def close(self) -> None:
        """The transfer is over. Idempotent."""
        self._shared.leave(self)

    def as_text(self) -> Deferred[Reading]:
        """The same content as netascii, once it is known how long that is. Closes this reading."""
        size = self.size
        if size > _LARGEST_TEXT:
            self.close()
            raise FileUnreadable(self._shared.path, "it is too large for netascii")

        def measure(descriptor: int) -> list[int]:
            starts = [0]
            for at in range(0, size, CHUNK):
                body = read_fully(descriptor, at, min(CHUNK, size - at))
                starts.append(starts[-1] + netascii.encoded_size(body))
            return starts

        return self._shared.in_thread(measure).addCallbacks(self._measured, self._unmeasured)

    def _measured(self, starts: list[int]) -> Reading:
        text = Text(self._shared, starts)
        self.close()
        return text

    def _unmeasured(self, _failure: Failure) -> Reading:
        self.close()
        raise FileUnreadable(self._shared.path, "it cannot be read")


class Text(Reading):
    """A file as netascii: each piece is translated when it is wanted."""

    def __init__(self, shared: SharedFile, starts: list[int]) -> None:
        super().__init__(shared)
        self._starts = starts
        self.size = starts[-1]

    def chunk(self, offset: int) -> tuple[bytes, int] | None:
        """The translated piece that holds `offset`."""
        index = bisect_right(self._starts, offset) - 1
        found = super().chunk(index * CHUNK)
        if found is None:
            return None
        body = netascii.encode(found[0])
        if len(body) != self._starts[index + 1] - self._starts[index]:
            raise ContentLost  # it changed after it was measured
        return body, self._starts[index]


def _nobody() -> None:
    """Nobody waits yet."""
