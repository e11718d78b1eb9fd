"""A file on its way out: read in pieces, and never at the price of the reactor.

What the kernel holds in its page cache is read at once (`RWF_NOWAIT`, Linux 4.14); what would have
to wait for a disk is read in a thread.  File systems that cannot tell are always read in a thread.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from typing import Protocol as TypingProtocol

from msgspec import Struct
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer
from twisted.python.failure import Failure
from zope.interface import implementer

CHUNK = 131072
"""Bytes read at once, and the most one device that does not read can make us hold."""
_CHUNKS_PER_TURN = 8
_buffer = bytearray(CHUNK)
"""Read into by the reactor thread only; what is in it is copied before anything else happens."""


class Elsewhere(TypingProtocol):
    """Where a stream does what it must not do here and now."""

    def in_thread(self, task: Callable[[], bytes]) -> Deferred[bytes]:
        """Run what may block outside the reactor thread; fires on the reactor thread."""

    def later(self, task: Callable[[], None]) -> None:
        """Run something in the reactor's next turn."""


class OpenFile(Struct, frozen=True, gc=False):
    """A regular file, open for reading, and what it was when it was opened."""

    fd: int
    size: int
    modified_ns: int

    def close(self) -> None:
        os.close(self.fd)


def open_file(path: str) -> OpenFile:
    """Open a regular file.

    @raise OSError: it cannot be opened, or is something else.
    """
    # Not blocking: whoever put a FIFO in the file's place must not stop the reactor.
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    facts = os.fstat(fd)
    if not stat.S_ISREG(facts.st_mode):
        os.close(fd)
        raise OSError(errno.EINVAL, "not a regular file", path)
    return OpenFile(fd, facts.st_size, facts.st_mtime_ns)


def read_cached(fd: int, length: int, at: int) -> bytes | None:
    """Up to `length` bytes (at most CHUNK) if no disk is needed for them, else None."""
    try:
        taken = os.preadv(fd, [memoryview(_buffer)[:length]], at, os.RWF_NOWAIT)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EOPNOTSUPP):
            return None
        raise
    return bytes(memoryview(_buffer)[:taken])


def read_at_once(file: OpenFile, start: int, stop: int) -> bytes | None:
    """A span of a file that fits into one chunk and needs no disk; None for any other."""
    if stop - start > CHUNK:
        return None
    try:
        whole = read_cached(file.fd, stop - start, start)
    except OSError:
        return None
    return whole if whole is not None and len(whole) == stop - start else None


@implementer(IPushProducer)
class FileStream:
    """Writes a head and then a span (from, up to) of a file, as fast as it is taken.

    `finished` is called once: with True when all is written, with False when the file turned out
    shorter or unreadable.  After `stopProducing` it is not called, and nothing is written.
    The file is closed in every case.
    """

    def __init__(
        self,
        file: OpenFile,
        head: bytes,
        span: tuple[int, int],
        *,
        write: Callable[[bytes], None],
        finished: Callable[[bool], None],
        elsewhere: Elsewhere,
    ) -> None:
        self._file = file
        self._head = head
        self._at, self._stop = span
        self._write, self._finished, self._elsewhere = write, finished, elsewhere
        self._paused = True
        self._reading = False
        self._waiting_turn = False
        self._over = False

    def pauseProducing(self) -> None:
        self._paused = True

    def resumeProducing(self) -> None:
        self._paused = False
        self._pump()

    def stopProducing(self) -> None:
        if not self._over:
            self._over = True
            self._close()

    def _close(self) -> None:
        # A thread may be reading from this very descriptor; it closes when it has come back.
        if not self._reading:
            self._file.close()

    def _pump(self) -> None:
        """Write until the device has had enough, a disk is needed, or others should have their turn."""
        for _chunk in range(_CHUNKS_PER_TURN):
            if self._paused or self._reading or self._over:
                return
            length = min(CHUNK, self._stop - self._at)
            try:
                chunk = read_cached(self._file.fd, length, self._at)
            except OSError:
                self._end(whole=False)
                return
            if chunk is None:
                self._fetch(length)
                return
            self._send(chunk)
        if not self._waiting_turn:
            self._waiting_turn = True
            self._elsewhere.later(self._next_turn)

    def _next_turn(self) -> None:
        self._waiting_turn = False
        self._pump()

    def _fetch(self, length: int) -> None:
        fd, at = self._file.fd, self._at
        self._reading = True
        fetching = self._elsewhere.in_thread(lambda: os.pread(fd, length, at))
        fetching.addCallbacks(self._fetched, self._unreadable)

    def _fetched(self, chunk: bytes) -> None:
        self._reading = False
        if self._over:
            self._close()
            return
        self._send(chunk)
        self._pump()

    def _unreadable(self, _failure: Failure) -> None:
        self._reading = False
        if self._over:
            self._close()
            return
        self._end(whole=False)

    def _send(self, chunk: bytes) -> None:
        if not chunk and self._at < self._stop:
            self._end(whole=False)
            return
        self._at += len(chunk)
        head, self._head = self._head, b""
        self._write(head + chunk if head else chunk)
        if self._at >= self._stop:
            self._end(whole=True)

    def _end(self, *, whole: bool) -> None:
        if not self._over:
            self._over = True
            self._close()
            self._finished(whole)
