"""Are the settings valid?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from provd.cli.doctor._finding import Finding, fail, ok
from provd.values import Invalid

CHECK = "settings"

ReadSettings = Callable[[Path | None, Mapping[str, str]], Any]
"""From a file and an environment to a server's settings; raises `Invalid` with every problem.

The model of the settings belongs to the composition root, above this room, which hands its reader
down as the command's `obj`.
"""


def check_settings(
    read: ReadSettings, path: Path | None, environment: Mapping[str, str]
) -> tuple[Any, list[Finding]]:
    """The settings, None when they are not valid; and what was found."""
    source = str(path) if path else "the defaults and the environment"
    try:
        settings = read(path, environment)
    except Invalid as error:
        return None, [fail(CHECK, str(each), "correct it") for each in error.problems]
    return settings, [ok(CHECK, f"{source}: valid")]
