"""`plugin-info`: what a plugin says of itself before any of its code runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from provd.documents.reading import read_object
from provd.values import Invalid, Problem

LONGEST = 1 << 20
"""Bytes of a plugin-info."""

CAPABILITY = "'Vendor, Model, Version'"


class PluginInfo(Struct, frozen=True):
    """A valid plugin-info. `all` is the whole object, keys that provd does not know included."""

    version: str
    description: str
    capabilities: Mapping[str, Mapping[str, Any]]
    all: Mapping[str, Any]


def read_plugin_info(path: Path) -> PluginInfo:
    """The plugin-info in a file.

    @raise Invalid: with everything that is wrong with it.
    """
    try:
        with path.open("rb") as file:
            text = file.read(LONGEST + 1)
    except OSError as error:
        raise Invalid(str(path), (Problem("", error.strerror or str(error)),)) from error
    return parse_plugin_info(text, str(path))


def parse_plugin_info(text: bytes, subject: str) -> PluginInfo:
    """The plugin-info in a JSON text.

    @raise Invalid: with everything that is wrong with it; `subject` names it there.
    """
    given = read_object(text, subject, LONGEST)
    problems = [*_texts(given), *_capabilities(given.get("capabilities"))]
    if problems:
        raise Invalid(subject, problems)
    return PluginInfo(given["version"], given["description"], given["capabilities"], given)


def _texts(given: Mapping[str, Any]) -> list[Problem]:
    return [
        Problem(key, "is missing" if key not in given else "is no text", "a text")
        for key in ("version", "description")
        if not isinstance(given.get(key), str) or not given[key]
    ]


def _capabilities(given: object) -> list[Problem]:
    if not isinstance(given, dict):
        return [Problem("capabilities", "is missing or no object", f"an object by {CAPABILITY}")]
    problems = []
    for key, value in given.items():
        if len([part for part in key.split(",") if part.strip()]) < 3:
            problems.append(Problem(f"capabilities.{key}", "names no model", CAPABILITY))
        if not isinstance(value, dict):
            problems.append(Problem(f"capabilities.{key}", "is no object", "an object"))
    return problems
