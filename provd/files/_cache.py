"""Files that were fetched or uploaded, each called after its SHA-256: checked before every use, bounded in bytes.

What arrives is `<sha256>.part` (fetched, with `.from` beside it that says where from) or `<sha256>.sent`
(uploaded in pieces) until all of it is there and is what it should be.  The least recently used go
first.  All of it blocks, so it runs in threads; one lock keeps them apart where it must.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from threading import Lock

import msgspec
from msgspec import Struct

from provd.files._definition import Source
from provd.files._disk import sync_directory
from provd.files._errors import NoRoom, UploadOutOfPlace, WrongFile
from provd.files._stop import Stop

PIECE = 1 << 20
_NAME = re.compile(r"[0-9a-f]{64}(?:\.part|\.sent|\.from|\.from\.new)?")


class Origin(Struct, frozen=True):
    """Where a part came from, and by what its server knows that it still has the same."""

    url: str
    validator: str
    """A strong ETag, or else a Last-Modified; empty: what is there cannot be gone on with."""


class Cache:
    """Files below one directory."""

    def __init__(self, directory: Path, most: int) -> None:
        """Keep `most` bytes."""
        self.most = most
        self._directory = directory
        self._used: dict[str, int] = {}
        """Digests of files that somebody works with now, and how many do."""
        self._lock = Lock()

    @contextmanager
    def using(self, source: Source) -> Iterator[None]:
        """Keep a file, and what there is of it so far, whatever room is needed."""
        digest = source.sha256
        with self._lock:
            self._used[digest] = self._used.get(digest, 0) + 1
        try:
            yield
        finally:
            with self._lock:
                self._used[digest] -= 1
                if not self._used[digest]:
                    del self._used[digest]

    def has(self, source: Source) -> bool:
        """Whether it seems to be there; it is checked when it is used."""
        with suppress(OSError):
            return self._at(source).stat().st_size == source.size
        return False

    def verified(self, source: Source, stop: Stop) -> Path | None:
        """The file, if it is there and what it should be; what is not goes."""
        path = self._at(source)
        try:
            if not path.is_file():
                return None
            _require_same(source, path, stop)
        except WrongFile:
            path.unlink(missing_ok=True)
            return None
        os.utime(path)
        return path

    def make_room(self, source: Source) -> None:
        """Let others go until a file fits. @raise NoRoom: it never will."""
        if source.size > self.most:
            raise NoRoom(source.name, source.size, self.most)
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._shrink(self.most - source.size)

    def shrink(self) -> None:
        """Keep to the bound, which may have been lowered."""
        self._shrink(self.most)

    def accept(self, source: Source, stop: Stop) -> Path:
        """A part is all there: check it, and make it the file. @raise WrongFile: it is another; it is gone."""
        return self._accept(source, self.part(source), stop)

    def _accept(self, source: Source, path: Path, stop: Stop) -> Path:
        try:
            _require_same(source, path, stop)
        except WrongFile:
            self._discard(path)
            raise
        with path.open("rb") as file:
            os.fsync(file.fileno())
        path.replace(self._at(source))
        self._discard(path)
        sync_directory(self._directory)
        return self._at(source)

    # What is fetched.

    def part(self, source: Source) -> Path:
        """Where it is until all of it is there."""
        return self._directory / f"{source.sha256}.part"

    def part_of(self, source: Source) -> tuple[int, Origin | None]:
        """How much of it is there, and where from; nothing that could be gone on with: 0."""
        path = self.part(source)
        try:
            origin = msgspec.json.decode(path.with_suffix(".from").read_bytes(), type=Origin)
            size = path.stat().st_size
        except (OSError, msgspec.DecodeError):
            return 0, None
        return (size, origin) if 0 < size <= source.size and origin.validator else (0, None)

    def begin(self, source: Source, origin: Origin) -> None:
        """Have an empty part, from somewhere else."""
        path = self.part(source)
        self._discard(path)
        path.touch(mode=0o600)
        beside = path.with_suffix(".from")
        beside.write_bytes(msgspec.json.encode(origin))

    def discard(self, source: Source) -> None:
        """Forget what there is of it."""
        self._discard(self.part(source))

    def _discard(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        path.with_suffix(".from").unlink(missing_ok=True)

    def keep(self, source: Source, content: bytes) -> Path:
        """Have what was read whole; where it is.

        @raise NoRoom, OSError: there is no room.
        @raise WrongFile: it is another.
        """
        self.make_room(source)
        self.begin(source, Origin("", ""))
        self.part(source).write_bytes(content)
        return self.accept(source, Stop())

    # What is uploaded.

    def receive(self, source: Source, offset: int, piece: bytes) -> int:
        """Take one piece more; answers how many bytes there are.

        @raise UploadOutOfPlace: it does not follow on those that are there.
        @raise WrongFile: there are more than the file has.
        @raise NoRoom, OSError: there is no room.
        """
        path = self._directory / f"{source.sha256}.sent"
        there = path.stat().st_size if path.exists() else 0
        if offset not in {0, there}:
            raise UploadOutOfPlace(source.name, there)
        if offset + len(piece) > source.size:
            path.unlink(missing_ok=True)
            raise WrongFile(source.name, f"it has more than {source.size} bytes")
        if offset == 0:
            path.unlink(missing_ok=True)
            self.make_room(source)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            file.write(piece)
        return offset + len(piece)

    def accept_sent(self, source: Source, stop: Stop) -> Path:
        """All pieces are there: check them, and make them the file. @raise WrongFile: it is another; it is gone."""
        return self._accept(source, self._directory / f"{source.sha256}.sent", stop)

    # What goes.

    def _shrink(self, most: int) -> None:
        with self._lock:
            files = sorted(self._files(), key=lambda each: each[1])
            used = sum(size for _path, _time, size in files)
            for path, _time, size in files:
                if used <= most:
                    break
                if path.name[:64] not in self._used:
                    path.unlink(missing_ok=True)
                    used -= size

    def _files(self) -> Iterator[tuple[Path, float, int]]:
        if not self._directory.is_dir():
            return
        for path in self._directory.iterdir():
            if _NAME.fullmatch(path.name):
                with suppress(FileNotFoundError):
                    status = path.stat()
                    yield path, status.st_mtime, status.st_size

    def _at(self, source: Source) -> Path:
        return self._directory / source.sha256


def _require_same(source: Source, path: Path, stop: Stop) -> None:
    """@raise WrongFile: a file is not what a definition tells of."""
    size = path.stat().st_size
    if size != source.size:
        raise WrongFile(source.name, f"it has {size} bytes, not {source.size}")
    digest = sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            stop.check()
            digest.update(piece)
    if digest.hexdigest() != source.sha256:
        raise WrongFile(source.name, f"its SHA-256 is {digest.hexdigest()}")
