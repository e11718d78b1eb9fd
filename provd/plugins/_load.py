"""Importing a plugin's code: each in a package of its own, with an `__import__` of its own.

A plugin's directory becomes a private package, so that `from .common import x` works in it and two
plugins whose files are called alike never meet.  Loading again makes a new package; nothing of
the old one is reused, no byte code is kept.

The import guard keeps a plugin to what it may rely on: the standard library, installed
libraries, its own files and `provd.sdk`.  It is a fence against mistakes, not against malice.
"""

from __future__ import annotations

import builtins
import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = "provd_plugin_"
"""How the private packages begin in `sys.modules`."""

_serial = count(1)
_homes: dict[str, Path] = {}
"""Package name to directory, of every plugin that is loaded or being loaded."""


class _PluginLoader(SourceFileLoader):
    """Runs a plugin's module with the guarded builtins, always from its source."""

    def exec_module(self, module: ModuleType) -> None:
        """Run it."""
        module.__dict__["__builtins__"] = _GUARDED
        super().exec_module(module)

    def path_stats(self, path: Any) -> Mapping[str, Any]:
        """No byte code: a file edited twice within a second is read twice."""
        raise OSError(f"{path}: plugins are compiled anew")


class _PluginFinder:
    """Finds the modules of private packages; everything else is none of its business."""

    @staticmethod
    def find_spec(
        name: str,
        path: Sequence[str] | None = None,  # noqa: ARG004 - what importlib calls a finder with
        target: ModuleType | None = None,  # noqa: ARG004 - the same
    ) -> ModuleSpec | None:
        """The module `name` in its plugin's directory."""
        package, _, rest = name.partition(".")
        home = _homes.get(package)
        if home is None:
            return None
        place = home.joinpath(*rest.split(".")) if rest else home
        inside = place / "__init__.py"
        if not rest or (place.is_dir() and not inside.exists()):
            spec = ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations = [str(place)]
            return spec
        file, is_package = (
            (inside, True) if inside.exists() else (place.with_name(place.name + ".py"), False)
        )
        if not file.is_file():
            return None
        return spec_from_file_location(
            name,
            file,
            loader=_PluginLoader(name, str(file)),
            submodule_search_locations=[str(place)] if is_package else None,
        )


def _guarded_import(
    name: str,
    globals: Mapping[str, Any] | None = None,  # noqa: A002 - the names of builtins.__import__
    locals: Mapping[str, Any] | None = None,  # noqa: A002 - the same
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> ModuleType:
    """`__import__` for plugin code.

    @raise ImportError: something of provd that is not `provd.sdk`.
    """
    if level == 0 and name.partition(".")[0] == "provd" and not _is_sdk(name, fromlist or ()):
        raise ImportError(f"a plugin may import provd.sdk, and not {name}", name=name)
    return builtins.__import__(name, globals, locals, fromlist or (), level)


def _is_sdk(name: str, fromlist: Sequence[str]) -> bool:
    if name == "provd":
        return bool(fromlist) and set(fromlist) <= {"sdk"}
    return name == "provd.sdk" or name.startswith("provd.sdk.")


_GUARDED = {**vars(builtins), "__import__": _guarded_import}


def import_entry(directory: Path) -> ModuleType:
    """The module of `entry.py` in a fresh private package.

    @raise ImportError: there is no entry, or an import in it fails; and whatever its code raises.
    """
    package = f"{ROOT}{next(_serial)}"
    with _registered(package, directory):
        return importlib.import_module(f"{package}.entry")


@contextmanager
def _registered(package: str, directory: Path) -> Iterator[None]:
    """Make a private package importable; forget it again if what is done with it fails."""
    if _PluginFinder not in sys.meta_path:
        # Before the finder of the standard library, which would find the files without their guard.
        sys.meta_path.insert(0, _PluginFinder)
    _homes[package] = directory
    try:
        yield
    except BaseException:
        forget(package)
        raise


def forget(package: str) -> None:
    """Let a private package and all its modules go. What still refers to them works on."""
    _homes.pop(package, None)
    for name in [name for name in sys.modules if name == package or name.startswith(package + ".")]:
        del sys.modules[name]
