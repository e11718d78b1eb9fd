"""The trees of plugins: made apart, switched by two renames, and back again where that does not go well.

    <plugins>/<id>/                            the tree that is used
    <plugins>/.releases/trees/<id>/next/       made apart; worth nothing without the mark
                                  /switching   the mark: whoever finds it puts the old tree back
                                  /before/     the tree that was used, until the new one is kept
                                  /previous/   the one before, which `rollback` brings back

A tree is made whole, with all that the site has put into the one that is used, before anything is touched.  Then the
mark is written, the old tree goes to `before` and the new one into its place, and it is loaded; once the mark is
gone, it is kept.  Whatever ends in between, the next start puts the old tree back.  Files of the site are the
same files in both trees (hard links), so firmware takes no room twice.  All of it but `switch` and
`undo` blocks; those two are renames, so that no request comes between them and loading.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct
from twisted.logger import Logger

from provd.files._definition import Source
from provd.files._disk import sync_directories, sync_directory, write_synced
from provd.files._stop import Stop, Told
from provd.files._unpack import Unpacking
from provd.files.releases._carry import carry
from provd.files.releases._errors import NothingBefore, WrongArchive
from provd.files.releases._provenance import NOTE, Provenance, read_provenance
from provd.values.package import PLUGIN_ID

log = Logger("provd.plugins")

T = TypeVar("T")

HOME = ".releases"
INFO = "plugin-info"


class _Mark(Struct, frozen=True):
    """That a tree is being switched."""

    had: bool
    """There was one before."""


class Trees:
    """The trees of all plugins."""

    def __init__(self, plugins: Path) -> None:
        """`plugins` is the directory of all; what is made apart is in it too, on the same file system."""
        self._plugins = plugins
        self._home = plugins / HOME / "trees"

    def live(self, plugin_id: str) -> Path:
        """The tree that is used, if it is there."""
        return self._plugins / plugin_id

    def _at(self, plugin_id: str, name: str) -> Path:
        return self._home / plugin_id / name

    # What there is.

    def provenance(self, plugin_id: str) -> Provenance | None:
        """Where the tree that is used came from."""
        return read_provenance(self.live(plugin_id))

    def previous(self, plugin_id: str) -> str:
        """The version that `rollback` would bring back; empty: none, `?` where it does not say."""
        tree = self._at(plugin_id, "previous")
        return _version(tree) or "?" if tree.is_dir() else ""

    def kept(self) -> list[str]:
        """The plugins of which there is a tree before."""
        homes = self._home.iterdir() if self._home.is_dir() else ()
        return [home.name for home in homes if (home / "previous").is_dir()]

    def version(self, plugin_id: str) -> str:
        """The version of the tree that is used, as it says; empty: it does not, or there is none."""
        return _version(self.live(plugin_id))

    # At the start.

    def settle(self) -> None:
        """Put back what was being switched, and sweep what was made apart."""
        homes = self._home.iterdir() if self._home.is_dir() else ()
        for home in sorted(homes):
            if PLUGIN_ID.fullmatch(home.name):
                if (home / "switching").exists():
                    log.warn(
                        "{plugin} was being switched; the one before is back", plugin=home.name
                    )
                    self.undo(home.name)
                self.sweep(home.name)

    # A tree is made.

    def make(
        self, plugin_id: str, source: Source, archive: Path, stop: Stop, told: Told
    ) -> tuple[str, ...]:
        """Unpack an archive into a tree apart; the files it brought.

        @raise HostileArchive, WrongArchive, Stopped, OSError: nothing is left of it.
        """
        apart, made = self._at(plugin_id, "unpacked"), self._at(plugin_id, "next")

        def make() -> tuple[str, ...]:
            apart.mkdir(parents=True)
            unpacking = Unpacking(apart, stop, told, of_plugin=True)
            unpacking.put(source, archive)
            files = tuple(sorted(_below(plugin_id, each, source.name) for each in unpacking.files))
            if INFO not in files:
                raise WrongArchive(source.name, f"it has no {plugin_id}/{INFO}")
            (apart / plugin_id).rename(made)
            apart.rmdir()
            return files

        return self._cleanly(plugin_id, make)

    def bring_back(self, plugin_id: str) -> tuple[str, Provenance | None]:
        """Make a tree of the one before, apart; its version and where it came from.

        @raise NothingBefore: there is none.
        @raise OSError: nothing is left of it.
        """
        previous, made = self._at(plugin_id, "previous"), self._at(plugin_id, "next")
        if not previous.is_dir():
            raise NothingBefore(plugin_id)
        note = read_provenance(previous)

        def make() -> tuple[str, Provenance | None]:
            own = _own(note)
            carry(plugin_id, previous, made, lambda path: path != NOTE and not own(path))
            return _version(previous), note

        return self._cleanly(plugin_id, make)

    def complete(self, plugin_id: str, note: Provenance | None) -> None:
        """Take along what the site put into the tree that is used, or into the last there was.

        @raise CannotCarry, WrongArchive, OSError: nothing is left of what was made.
        """
        made, live = self._at(plugin_id, "next"), self.live(plugin_id)
        previous = self._at(plugin_id, "previous")

        def make() -> None:
            if note is not None and _version(made) != note.version:
                told = f"its {INFO} says version {_version(made) or '(none)'}, its index {note.version}"
                raise WrongArchive(plugin_id, told)
            # One that was put there by hand does not say what of its `var` is the site's: what is missing is taken.
            for tree in filter(Path.is_dir, (live, previous)):
                carry(plugin_id, tree, made, _own(read_provenance(tree)))
                if note is not None:
                    break
            if note is not None:
                write_synced(made / NOTE, msgspec.json.encode(note))
            sync_directories(made)
            sync_directory(made.parent)

        self._cleanly(plugin_id, make)

    def _cleanly(self, plugin_id: str, make: Callable[[], T]) -> T:
        try:
            return make()
        except BaseException:
            with suppress(OSError):
                self.sweep(plugin_id)
            raise

    # It is switched.

    def prepare(self, plugin_id: str) -> None:
        """Write the mark: from here on, whoever finds what is left puts the old tree back. @raise OSError: it cannot be."""
        mark = _Mark(had=self.live(plugin_id).is_dir())
        path = self._at(plugin_id, "switching")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_synced(path, msgspec.json.encode(mark))
            sync_directory(path.parent)
        except BaseException:
            with suppress(OSError):
                path.unlink(missing_ok=True)
                self.sweep(plugin_id)
            raise

    def switch(self, plugin_id: str) -> None:
        """Have the new tree in the place of the old one."""
        live = self.live(plugin_id)
        if live.is_dir():
            live.rename(self._at(plugin_id, "before"))
        made = self._at(plugin_id, "next")
        if made.is_dir():
            made.rename(live)

    def keep(self, plugin_id: str) -> None:
        """It is the one from now on, and the one before it is `previous`."""
        sync_directory(self._plugins)
        self._at(plugin_id, "switching").unlink()
        sync_directory(self._home / plugin_id)
        self.sweep(plugin_id)

    def undo(self, plugin_id: str) -> None:
        """Have the old tree back, or none where there was none. May be done again, wherever it ended."""
        live, before = self.live(plugin_id), self._at(plugin_id, "before")
        made, failed = self._at(plugin_id, "next"), self._at(plugin_id, "failed")
        mark = _marked(self._at(plugin_id, "switching"))
        if before.is_dir():
            if live.is_dir():
                _let_go(failed)
                live.rename(failed)
            before.rename(live)
        elif not mark.had and live.is_dir() and not made.is_dir():
            _let_go(failed)
            live.rename(failed)
        self._at(plugin_id, "switching").unlink(missing_ok=True)

    def sweep(self, plugin_id: str) -> None:
        """Remove what is made apart; the tree that was used last is `previous`."""
        before, previous = self._at(plugin_id, "before"), self._at(plugin_id, "previous")
        if before.is_dir():
            _let_go(previous)
            before.rename(previous)
        for name in ("unpacked", "next", "failed"):
            _let_go(self._at(plugin_id, name))
        with suppress(OSError):
            (self._home / plugin_id).rmdir()

    def purge(self, plugin_id: str) -> None:
        """Forget the tree before as well."""
        _let_go(self._at(plugin_id, "previous"))
        self.sweep(plugin_id)


def _own(note: Provenance | None) -> Callable[[str], bool]:
    """Which files of a tree are the site's: what no archive brought; of one put there by hand, what is in `var`."""
    if note is None:
        return lambda path: path.startswith("var/")
    brought = {*note.files, NOTE}
    return lambda path: path not in brought


def _below(plugin_id: str, path: str, archive: str) -> str:
    """A path in the tree, from one in the archive."""
    top, _slash, rest = path.partition("/")
    if top != plugin_id or not rest:
        raise WrongArchive(archive, f"it has {path[:80]!r} beside its one directory, {plugin_id}/")
    if rest == NOTE:
        raise WrongArchive(archive, f"it has a {NOTE}, which is the server's own")
    return rest


def _version(tree: Path) -> str:
    try:
        with (tree / INFO).open("rb") as file:
            found = msgspec.json.decode(file.read(1 << 20), type=dict)
    except (OSError, ValueError):
        return ""
    return str(found.get("version", ""))


def _marked(path: Path) -> _Mark:
    """What a mark says; one that was not written whole was written before anything was touched."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Mark)
    except (OSError, ValueError):
        return _Mark(had=True)


def _let_go(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
