"""Finding plugins: the directories of one directory."""

from __future__ import annotations

from pathlib import Path

from provd.values.package import PLUGIN_ID


def is_plugin_id(text: str) -> bool:
    """Whether a text can be the id of a plugin, which is the name of its directory."""
    return PLUGIN_ID.fullmatch(text) is not None


def find_plugins(directory: Path) -> tuple[str, ...]:
    """The ids of the plugins below `directory`, in order; none when it is not there.

    A directory is a plugin when its name is an id, whatever is inside: one without an entry is a
    broken plugin, and worth telling.
    """
    try:
        return tuple(
            sorted(
                path.name
                for path in directory.iterdir()
                if is_plugin_id(path.name) and path.is_dir()
            )
        )
    except OSError:
        return ()
