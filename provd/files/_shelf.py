"""The packages in one plugin's tree: what is installed, put there whole or not at all, and removed without a rest.

    <plugin>/var/tftpboot/<kind>/<package>/<version>/…   the files of one version, several side by side
    <plugin>/var/packages/<package>/<version>.json       what was installed, when and by whom; the truth
    <plugin>/var/packages/<package>/current              a link, to the version that nobody has to name

A version is unpacked apart and moved into its place by one rename; it counts once its note is there.  The note
is `….installing` before and `….removing` while its files go, so that the next start knows what to
sweep.  A package with `into` is reached in that directory of the tree as well, by links to its current version;
what they should be follows from the notes, so they can be put right at any time.  All of it blocks.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct
from twisted.logger import Logger

from provd.files._definition import Definition
from provd.files._disk import sync_directory, write_synced
from provd.files._errors import NotInstalled, PlaceTaken
from provd.files._names import plain_path
from provd.files._stop import Stop, Told
from provd.files._unpack import unpack
from provd.values.package import KINDS, PACKAGE_ID, PACKAGE_VERSION, PackageVersion

log = Logger("provd.packages")

STAGING = ".staging"
CURRENT = "current"
NOTE, INSTALLING, REMOVING = ".json", ".installing", ".removing"


class Installed(Struct, frozen=True, kw_only=True):
    """The note of one version that is installed."""

    id: str
    version: str
    kind: str
    description: str = ""
    models: tuple[str, ...] = ()
    images: dict[str, str] = {}
    into: str | None = None
    files: dict[str, int]
    """Path below its directory, to bytes."""
    at: float
    """When, in seconds since the epoch."""
    who: str = ""
    cause: str = ""

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(self.files.values())

    def seen(self, *, current: bool) -> PackageVersion:
        """It, as devices see it."""
        return PackageVersion(
            id=self.id,
            version=self.version,
            kind=self.kind,
            models=self.models,
            images=self.images,
            installed=True,
            current=current,
        )


def noted(
    definition: Definition, files: dict[str, int], at: float, who: str, cause: str
) -> Installed:
    """The note of what was just unpacked."""
    return Installed(
        id=definition.id,
        version=definition.version,
        kind=definition.kind,
        description=definition.description,
        models=definition.models,
        images=definition.images,
        into=definition.into,
        files=files,
        at=at,
        who=who,
        cause=cause,
    )


class Shelf:
    """What is installed for one plugin."""

    def __init__(self, plugin: Path) -> None:
        """`plugin` is its directory."""
        self._tree = plugin / "var" / "tftpboot"
        self._notes = plugin / "var" / "packages"

    # What there is.

    def installed(self) -> list[Installed]:
        """Every version, in no order; a note that cannot be read is passed over, and logged."""
        return [note for path in self._notes_of(NOTE) if (note := _read(path)) is not None]

    def current(self, package: str) -> str:
        """The version that counts where nobody names one; empty: none does."""
        try:
            version = os.readlink(self._notes / package / CURRENT)  # noqa: PTH115 - text, not a path
        except OSError:
            return ""
        return version if PACKAGE_VERSION.fullmatch(version) else ""

    def _note(self, package: str, version: str) -> Path:
        return self._notes / package / (version + NOTE)

    def _found(self, package: str, version: str) -> Installed:
        """@raise NotInstalled: it is not."""
        path = self._note(package, version)
        note = _read(path) if path.exists() else None
        if note is None:
            raise NotInstalled(package, version)
        return note

    def _notes_of(self, suffix: str) -> Iterator[Path]:
        for path in sorted(self._notes.glob(f"*/*{suffix}")):
            version = path.name.removesuffix(suffix)
            if PACKAGE_ID.fullmatch(path.parent.name) and PACKAGE_VERSION.fullmatch(version):
                yield path

    def _place(self, note: Installed) -> Path:
        return self._tree / note.kind / note.id / note.version

    # At the start.

    def settle(self) -> None:
        """Sweep what was begun and not ended, and put every link right."""
        shutil.rmtree(self._notes / STAGING, ignore_errors=True)
        for path in [*self._notes_of(INSTALLING), *self._notes_of(REMOVING)]:
            note = _read(path)
            log.warn("{path} was left half done, and is swept", path=str(path))
            if note is not None:
                self._sweep(note)
            path.unlink()
        for package in {note.id for note in self.installed()}:
            self._link(package, self.current(package))

    # Changes.

    def unpacked(
        self, definition: Definition, files: Sequence[Path], stop: Stop, told: Told
    ) -> tuple[Path, dict[str, int]]:
        """Make its tree, apart from what is served; where, and its files with their bytes.

        @raise HostileArchive, NothingTaken, Stopped, OSError: nothing is left of it.
        """
        apart = self._notes / STAGING / f"{definition.id}-{definition.version}"
        shutil.rmtree(apart, ignore_errors=True)
        return apart, unpack(definition, files, apart, stop, told)

    def put(self, note: Installed, apart: Path) -> None:
        """Have a version that was unpacked in its place, all of it at once.

        @raise PlaceTaken: something else is there.
        @raise OSError: it cannot be; nothing is left of it.
        """
        place, written = self._place(note), self._note(note.id, note.version)
        try:
            self._require_free(note, place)
            written.parent.mkdir(parents=True, exist_ok=True)
            begun = written.with_name(note.version + INSTALLING)
            write_synced(begun, msgspec.json.encode(note))
            sync_directory(begun.parent)
            place.parent.mkdir(parents=True, exist_ok=True)
            apart.rename(place)
            sync_directory(place.parent)
            begun.rename(written)
            sync_directory(written.parent)
        except BaseException:
            shutil.rmtree(apart, ignore_errors=True)
            if (unfinished := written.with_name(note.version + INSTALLING)).exists():
                self._sweep(note)
                unfinished.unlink()
            raise

    def _require_free(self, note: Installed, place: Path) -> None:
        for path in (place, *list(place.parents)[: len(place.relative_to(self._tree).parts) - 1]):
            if self._is_taken(path, last=path == place):
                raise PlaceTaken(note.id, path.relative_to(self._tree).as_posix(), "")

    def use(self, package: str, version: str) -> None:
        """Have a version that is installed be the one that counts where nobody names one.

        @raise NotInstalled: it is not.
        @raise PlaceTaken: it is to be reached where another file is.
        @raise OSError: it cannot be; the one before still is.
        """
        before = self.current(package)
        note = self._found(package, version)
        self._require_places(note)
        try:
            for place, target in self._links(note).items():
                self._lead(place, target)
            self._lead(self._notes / package / CURRENT, version)
            sync_directory(self._notes / package)
        except BaseException:
            with suppress(OSError):
                self._link(package, before)
            raise
        self._link(package, version)

    def remove(self, package: str, version: str) -> Installed:
        """Take a version away, and nothing else; where it was current, none is afterwards.

        @raise NotInstalled: it is not there.
        """
        note, written = self._found(package, version), self._note(package, version)
        if self.current(package) == version:
            (self._notes / package / CURRENT).unlink()
            self._link(package, "")
        begun = written.with_name(version + REMOVING)
        written.rename(begun)
        sync_directory(begun.parent)
        self._sweep(note)
        begun.unlink()
        _prune(begun.parent, self._notes)
        return note

    def _sweep(self, note: Installed) -> None:
        """Remove the files of a version, and the directories that are empty then."""
        place = self._place(note)
        for path, target in self._links(note).items():
            _unlink(path, target)
            _prune(path.parent, self._tree)
        for relative in note.files:
            with suppress(FileNotFoundError, NotADirectoryError):
                (place / relative).unlink()
        for directory in sorted({(place / each).parent for each in note.files}, reverse=True):
            _prune(directory, self._tree)

    # Links.

    def _links(self, note: Installed) -> dict[Path, str]:
        """Where its files are reached besides, and what the links say."""
        if note.into is None:
            return {}
        into = self._tree / note.into
        place = self._place(note)
        return {
            into / each: os.path.relpath(place / each, (into / each).parent) for each in note.files
        }

    def _require_places(self, note: Installed) -> None:
        """@raise PlaceTaken: what is at one of its places is not its own."""
        notes = self.installed()
        for path in self._links(note):
            above = path
            while above != self._tree:
                if self._is_taken(above, last=above == path):
                    owner = self._owner(above, notes)
                    if above != path or owner != note.id:
                        where = above.relative_to(self._tree).as_posix()
                        raise PlaceTaken(note.id, where, owner)
                above = above.parent

    @staticmethod
    def _is_taken(path: Path, *, last: bool) -> bool:
        """Whether what is there is in the way: anything at the place itself, anything but a directory above it."""
        return os.path.lexists(path) and (last or path.is_symlink() or not path.is_dir())

    def _owner(self, path: Path, notes: Sequence[Installed]) -> str:
        """The package that a link at a place belongs to; empty: it is no link of a package."""
        try:
            target = os.path.normpath(path.parent / os.readlink(path))  # noqa: PTH115 - text
        except OSError:
            return ""
        for note in notes:
            if Path(target).is_relative_to(self._place(note)):
                return note.id
        return ""

    def _link(self, package: str, version: str) -> None:
        """Have the links of a package be those of one version, or none."""
        notes = [note for note in self.installed() if note.id == package]
        wanted = {
            path: target
            for note in notes
            if note.version == version
            for path, target in self._links(note).items()
        }
        for note in notes:
            for path, target in self._links(note).items():
                if path not in wanted:
                    _unlink(path, target)
                    _prune(path.parent, self._tree)
        for path, target in wanted.items():
            if not os.path.lexists(path) or self._owner(path, notes) == package:
                self._lead(path, target)

    def _lead(self, path: Path, target: str) -> None:
        """Have a link say so, at once; it is made apart, where the next start sweeps."""
        if path.is_symlink() and os.readlink(path) == target:  # noqa: PTH115 - text
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._notes / STAGING / "link"
        fresh.parent.mkdir(parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(target)
        fresh.replace(path)


def _unlink(path: Path, target: str) -> None:
    """Remove a link, if it still says so."""
    with suppress(OSError):
        if os.readlink(path) == target:  # noqa: PTH115 - text
            path.unlink()


def _prune(directory: Path, root: Path) -> None:
    """Remove a directory and those above it, as far as they are empty and below `root`."""
    while directory != root and directory.is_relative_to(root):
        try:
            directory.rmdir()
        except FileNotFoundError:
            pass
        except OSError:
            return
        directory = directory.parent


def _read(path: Path) -> Installed | None:
    """A note; what it names is removed one day, so it is looked at as if a stranger had written it."""
    try:
        note = msgspec.json.decode(path.read_bytes(), type=Installed)
        _check(path, note)
        return note
    except (OSError, ValueError) as error:
        log.error("{path} cannot be read: {error}", path=str(path), error=error)
        return None


def _check(path: Path, note: Installed) -> None:
    """@raise ValueError: it is no note of that package."""
    named = (path.parent.name, path.name.startswith(f"{note.version}."))
    if (
        named != (note.id, True)
        or note.kind not in KINDS
        or not PACKAGE_VERSION.fullmatch(note.version)
    ):
        raise ValueError("it is the note of something else")
    for each in (*note.files, *filter(None, [note.into])):
        if plain_path(each) != each:
            raise ValueError(f"{each!r} is no path")
