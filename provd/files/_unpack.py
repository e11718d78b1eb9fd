"""From an archive to files in a directory of their own, or to nothing at all.

What an archive says of itself is believed nowhere: names are checked before anything is made, links and
devices are never made, what comes out is counted, no name is used twice, nor two that only case tells apart.
All of it blocks, so it runs in a thread.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from posixpath import normpath

from provd.files._definition import Definition, Source, Take
from provd.files._disk import sync_directories
from provd.files._errors import HostileArchive, NothingTaken
from provd.files._globs import compiled
from provd.files._members import (
    PIECE,
    Counted,
    Member,
    Meter,
    Readable,
    is_broken,
    tar_members,
    zip_members,
)
from provd.files._names import Places, plain_path
from provd.files._stop import Stop, Told
from provd.values import ProvdError

MEMBERS = {"zip": zip_members, "tar": tar_members}


class Unpacking:
    """Makes the tree of one package below a directory that is there and empty."""

    def __init__(self, directory: Path, stop: Stop, told: Told, *, of_plugin: bool = False) -> None:
        """`told` hears how much of the archives is read.

        In the archive `of_plugin` names may differ by case alone, as some phones ask for files, and a symbolic
        link to a file of the same archive becomes a copy of that.
        """
        self._follows_links = of_plugin
        self._links: list[tuple[str, str]] = []
        """Where one is to be, and where it leads."""
        self._directory = directory
        self._stop = stop
        self._told = told
        self._places = Places(str) if of_plugin else Places()
        self.files: dict[str, int] = {}
        """Path below the directory, to bytes."""

    def put(self, source: Source, file: Path) -> None:
        """What one of its files, which is at `file`, brings.

        @raise HostileArchive, NothingTaken: it holds what it must not, or not what it should.
        @raise Stopped: somebody wants it to end.
        @raise OSError: there is no room.
        """
        if not source.archive:
            self._write(source.name, source.name, _Told(file.open("rb"), self._told))
            return
        try:
            self._unpack(source, file)
        except ProvdError:
            raise
        except Exception as error:
            if not is_broken(error):
                raise
            raise HostileArchive(source.name, "", f"it is broken: {error}") from error

    def _unpack(self, source: Source, file: Path) -> None:
        found, meter = dict.fromkeys(source.take, 0), Meter(file)
        with closing(MEMBERS[source.archive](file, meter, self._told)) as members:
            for member in members:
                self._stop.check()
                path = _path_of(source.name, member)
                for take, place in _places(source.take, path):
                    if take is not None:
                        found[take] += member.kind == "file"
                    self._take(source.name, member, place)
        for place, target in self._links:
            self._follow(source.name, place, target, meter)
        for take, count in found.items():
            if count == 0 or (count > 1 and take.place and not take.place.endswith("/")):
                raise NothingTaken(source.name, take.member, count)

    def _take(self, archive: str, member: Member, place: str) -> None:
        if member.kind == "directory":
            return
        if member.target and self._follows_links:
            self._links.append((place, member.target))
        elif member.kind != "file":
            raise HostileArchive(archive, member.name, f"it is a {member.kind}")
        else:
            self._write(archive, place, member.open())

    def _follow(self, archive: str, place: str, target: str, meter: Meter) -> None:
        """What a link leads to, in its place; no link is ever made."""
        path = normpath(f"{place.rpartition('/')[0]}/{target}") if target[0] != "/" else target
        if path not in self.files:
            raise HostileArchive(archive, place, "it is a link that leads to none of its files")
        self._write(archive, place, Counted((self._directory / path).open("rb"), meter))

    def _write(self, archive: str, place: str, content: Readable) -> None:
        with closing(content):
            try:
                self._places.take(place)
            except ValueError as error:
                raise HostileArchive(archive, place, str(error)) from error
            self._copy(content, place)

    def _copy(self, content: Readable, place: str) -> None:
        path = self._directory / place
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
        with os.fdopen(descriptor, "wb") as file:
            while piece := content.read(PIECE):
                self._stop.check()
                file.write(piece)
            file.flush()
            os.fsync(descriptor)
            self.files[place] = file.tell()


def unpack(
    definition: Definition, files: Sequence[Path], directory: Path, stop: Stop, told: Told
) -> dict[str, int]:
    """Make a package's tree below `directory`; its files by path, with their bytes.

    @raise HostileArchive, NothingTaken, Stopped, OSError: and what was made is gone.
    """
    directory.mkdir(mode=0o755, parents=True)
    try:
        unpacking = Unpacking(directory, stop, told)
        for source, file in zip(definition.files, files, strict=True):
            unpacking.put(source, file)
        _require_images(definition, unpacking.files)
        sync_directories(directory)
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    return unpacking.files


def _require_images(definition: Definition, files: Mapping[str, int]) -> None:
    for model, image in definition.images.items():
        if image not in files:
            raise NothingTaken(definition.id, f"{image} (the image of {model})", 0)


def _path_of(archive: str, member: Member) -> str:
    if member.kind == "directory" and member.name.strip("./") == "":
        return ""
    try:
        return plain_path(member.name)
    except ValueError as error:
        raise HostileArchive(archive, member.name, str(error)) from error


def _places(takes: Sequence[Take], path: str) -> Iterator[tuple[Take | None, str]]:
    """Where a member goes; several times, where several takes name it."""
    if not takes:
        yield None, path
    for take in takes:
        if compiled(take.member).fullmatch(path):
            yield take, _place(take.place, path)


def _place(wanted: str, path: str) -> str:
    if not wanted:
        return path
    return wanted + path.rpartition("/")[2] if wanted.endswith("/") else wanted


class _Told:
    """A file that tells how much of it is read."""

    def __init__(self, inside: Readable, told: Told) -> None:
        self._inside = inside
        self._told = told

    def read(self, size: int) -> bytes:
        piece = self._inside.read(size)
        self._told(len(piece))
        return piece

    def close(self) -> None:
        self._inside.close()
