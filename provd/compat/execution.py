"""Executing the code of a legacy plugin: `entry.py`, in globals of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from attrs import define

from provd.compat.namespace import Namespace, namespace_of
from provd.compat.surface.plugins import Plugin
from provd.values import ProvdError

ENTRY = "entry.py"


@define
class NoPluginClass(ProvdError):
    """The code of a plugin ran, and left no plugin."""

    path: str

    def __str__(self) -> str:
        return f"{self.path} has no class that is a Plugin with IS_PLUGIN"


def plugin_class(directory: Path) -> type[Plugin]:
    """The class that a directory offers: the first in order that is a Plugin and says so.

    @raise NoPluginClass: there is none; and whatever the code raises.
    """
    entry = directory / ENTRY
    found = execute(entry, namespace_of(directory.name), {})
    for value in found.values():
        if isinstance(value, type) and issubclass(value, Plugin) and value.IS_PLUGIN:
            return value
    raise NoPluginClass(str(entry))


def execute(path: Path, namespace: Namespace, variables: dict[str, Any]) -> dict[str, Any]:
    """Execute a file with `variables` as its globals; they have `execfile_` from then on."""
    variables["__builtins__"] = namespace.builtins
    variables.setdefault("execfile_", _execfile(path.parent, namespace, variables))
    exec(compile(path.read_bytes(), str(path), "exec"), variables)  # noqa: S102 - that is what a plugin is
    return variables


def _execfile(directory: Path, namespace: Namespace, own: dict[str, Any]) -> Callable[..., None]:
    def execfile_(
        filename: str,
        globals: dict[str, Any] | None = None,  # noqa: A002 - as plugins call it
        *_locals: Mapping[str, Any],
    ) -> None:
        """Execute a file of the plugin; what it defines lands in `globals`, or in those of the entry."""
        execute(directory / filename, namespace, own if globals is None else globals)

    return execfile_
