"""Taking files of one tree along into another: the same files, by a second name, which costs no room."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from errno import EMLINK, ENOTSUP, EPERM
from pathlib import Path

from provd.files.releases._errors import CannotCarry

OVERRIDES = "var/templates/"
"""Where administrators put templates in the place of a legacy plugin's own: theirs is never replaced."""

LEAVINGS = "__pycache__"

_NO_LINKS = frozenset({EPERM, EMLINK, ENOTSUP})
"""How file systems say that a file has one name."""


def carry(plugin_id: str, old: Path, new: Path, wanted: Callable[[str], bool]) -> None:
    """Have files of `old` that are `wanted` (by path) in `new` as well, where it has none of its own.

    @raise CannotCarry: something is in the way, or on another file system.
    @raise OSError: there is no room.
    """
    device = old.stat().st_dev
    for path in _files(plugin_id, old, device):
        relative = path.relative_to(old).as_posix()
        if not wanted(relative):
            continue
        place = new / relative
        if os.path.lexists(place):
            if path.is_symlink() and path.is_dir():
                why = "it is a link to a directory, and the other version has a directory there"
                raise CannotCarry(plugin_id, relative, why)
            if not relative.startswith(OVERRIDES):
                continue
            place.unlink()
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            why = "the other version has a file where its directory is"
            raise CannotCarry(plugin_id, relative, why) from error
        _name_too(path, place)


def _files(plugin_id: str, tree: Path, device: int) -> Iterator[Path]:
    """Everything in a tree that is no directory, links to directories among it."""
    for here, directories, files in os.walk(tree):
        directory = Path(here)
        if directory.stat().st_dev != device:
            relative = directory.relative_to(tree).as_posix()
            raise CannotCarry(plugin_id, relative, "it is on a file system of its own")
        directories[:] = [name for name in directories if name != LEAVINGS]
        for name in [*directories, *files]:
            path = directory / name
            if path.is_symlink() or path.is_file():
                yield path


def _name_too(path: Path, place: Path) -> None:
    try:
        os.link(path, place, follow_symlinks=False)
    except FileNotFoundError:
        if os.path.lexists(path):
            raise
        # Somebody removed it meanwhile: it is not there in the other tree either.
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        shutil.copy2(path, place, follow_symlinks=False)
