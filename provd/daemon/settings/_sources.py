"""Where settings come from: a file, its `conf.d`, the environment; each over the one before."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from provd.daemon.settings._checks import check_together
from provd.daemon.settings._model import Settings
from provd.daemon.settings._reader import Reader, Source
from provd.values import Invalid, Problem

PREFIX = "PROVD_"
NOTHING: Mapping[str, Mapping[str, Any]] = {}
_CLIENT_ONLY = frozenset({"PROVD_URL", "PROVD_CA", "PROVD_CONFIG", "PROVD_TOKEN"})


def read_settings(
    path: Path | None,
    environment: Mapping[str, str],
    first: Mapping[str, Mapping[str, Any]] = NOTHING,
) -> Settings:
    """The settings of a server.

    `path` is the TOML file; `conf.d/*.toml` beside it are laid over it in order of name, then
    variables like `PROVD_HTTP__IDLE_SECONDS=30` (section and key in capitals, two underscores
    between; the value as TOML, or as plain text).  `first` holds tables that all of these are laid over.

    @raise Invalid: with every problem, each with its file, its key and what was expected.
    """
    reader = Reader()
    reader.read(Source("defaults", first))
    for file in _files(path):
        reader.read(_parsed(file, reader.problems))
    reader.read(Source("environment", _from_environment(environment, reader.problems)))
    if reader.problems:
        raise Invalid("settings", reader.problems)
    settings = reader.settings()
    if problems := tuple(check_together(settings)):
        raise Invalid("settings", problems)
    return settings


def _files(path: Path | None) -> list[Path]:
    if path is None:
        return []
    return [path, *sorted((path.parent / "conf.d").glob("*.toml"))]


def _parsed(path: Path, problems: list[Problem]) -> Source:
    try:
        return Source(str(path), tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        problems.append(Problem(str(path), f"it cannot be read: {error.strerror}", "a TOML file"))
    except UnicodeDecodeError:
        problems.append(Problem(str(path), "it is not UTF-8", "a TOML file"))
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem(str(path), f"it is not TOML: {error}", "a TOML file"))
    return Source(str(path), {})


def _from_environment(
    environment: Mapping[str, str], problems: list[Problem]
) -> dict[str, dict[str, Any]]:
    tables: dict[str, dict[str, Any]] = {}
    for name in sorted(environment):
        if not name.startswith(PREFIX) or name in _CLIENT_ONLY:
            continue
        section, separator, key = name.removeprefix(PREFIX).lower().partition("__")
        if not separator:
            problems.append(
                Problem(f"environment: {name}", "it names no key", "PROVD_<SECTION>__<KEY>")
            )
        else:
            tables.setdefault(section, {})[key] = _value(environment[name])
    return tables


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
