"""Making an installed plugin directory out of a vendor family's source.

One family source may give several plugins that differ in a firmware version and little else:

    plugins/aastra/
        plugin-info  entry.py  common.py  templates/  var/tftpboot/     what all editions share
        editions/3.2.0.1011/
            plugin-info  edition.py  var/tftpboot/...                   what one adds or replaces
        tests/  golden/  requests.json  README.rst                      never installed

A file of the edition replaces the shared one at the same place.  A source without `editions/` is
one plugin, called like the family; an edition's plugin is called `<family>-<edition>`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from attrs import define

from provd.values import ProvdError

NEVER_INSTALLED = frozenset({"editions", "tests", "golden", "requests.json", "README.rst"})
"""What stands in a source for its authors, at its top."""

LEAVINGS = frozenset({"__pycache__"})


@define
class NoSuchEdition(ProvdError):
    """A family source does not have the edition that was asked for."""

    family: str
    edition: str
    known: tuple[str, ...]

    def __str__(self) -> str:
        choice = ", ".join(self.known) or "none: ask for the empty edition"
        return f"{self.family} has no edition {self.edition!r}; it has {choice}"


def editions(source: Path) -> tuple[str, ...]:
    """The editions of a family source; empty when it is one plugin."""
    overlays = source / "editions"
    return tuple(sorted(path.name for path in overlays.iterdir())) if overlays.is_dir() else ()


def assemble(source: Path, edition: str, destination: Path) -> Path:
    """Install one edition of `source` below `destination` (the directory of all plugins).

    Answers the plugin's own directory.  Code and templates of an earlier version go; what it
    gathered in `var/` (firmware that was downloaded) stays.  `edition` is empty for a family without editions.

    @raise NoSuchEdition: there is no such edition.
    """
    known = editions(source)
    if edition not in (known or ("",)):
        raise NoSuchEdition(source.name, edition, known)
    installed = destination / (f"{source.name}-{edition}" if edition else source.name)
    _clear(installed)
    _overlay(source, installed)
    if edition:
        _overlay(source / "editions" / edition, installed)
    return installed


def _clear(installed: Path) -> None:
    """Remove what an earlier version brought, and keep what it gathered in `var/`."""
    for child in installed.iterdir() if installed.is_dir() else ():
        if child.name == "var":
            continue
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        else:
            child.unlink()


def _overlay(source: Path, installed: Path) -> None:
    """Copy a tree over another: contents and times, links as what they point to."""

    def left_out(directory: str, names: list[str]) -> set[str]:
        apart = NEVER_INSTALLED if Path(directory) == source else frozenset()
        return {name for name in names if name in apart or name in LEAVINGS}

    def copied(from_: str, to: str) -> str:
        # A package's file may be reached there by a link: what is copied takes its place, and leaves it as it is.
        Path(to).unlink(missing_ok=True)
        return str(shutil.copy2(from_, to))

    shutil.copytree(source, installed, ignore=left_out, dirs_exist_ok=True, copy_function=copied)
