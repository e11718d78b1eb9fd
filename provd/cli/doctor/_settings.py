"""Are the settings valid?"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from provd.cli.doctor._finding import Finding, fail, ok
from provd.values import Invalid

CHECK = "settings"


def check_settings(path: Path | None, environment: Mapping[str, str]) -> tuple[Any, list[Finding]]:
    """The settings, None when they are not valid; and what was found."""
    # The model of the settings belongs to the composition root, above this room.
    read = import_module("provd.daemon.settings").read_settings
    source = str(path) if path else "the defaults and the environment"
    try:
        settings = read(path, environment)
    except Invalid as error:
        return None, [fail(CHECK, str(each), "correct it") for each in error.problems]
    return settings, [ok(CHECK, f"{source}: valid")]
