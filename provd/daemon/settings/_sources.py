"""Where settings come from: a file, its `conf.d`, the environment; each over the one before."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from provd.daemon.settings._checks import check_together
from provd.daemon.settings._model import Settings
from provd.daemon.settings._positions import Lines, path_of
from provd.daemon.settings._reader import Reader, Source
from provd.values import Invalid, Problem

PREFIX = "PROVD_"
NOTHING: Mapping[str, Mapping[str, Any]] = {}
_WHERE = re.compile(r" \(at line (?P<line>\d+), column \d+\)")
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

    @raise Invalid: with every problem, each with its file and line, its key and what was expected.
    """
    reader = Reader()
    reader.read(Source("defaults", first))
    for file in _files(path):
        reader.read(_parsed(file, reader.problems))
    variables = _from_environment(environment, reader.problems)
    reader.read(Source("environment", variables, _variable))
    if reader.problems:
        raise Invalid("settings", reader.problems)
    settings = reader.settings()
    if problems := tuple(reader.placed(check_together(settings))):
        raise Invalid("settings", problems)
    return settings


def _files(path: Path | None) -> list[Path]:
    if path is None:
        return []
    return [path, *sorted((path.parent / "conf.d").glob("*.toml"))]


def _parsed(path: Path, problems: list[Problem]) -> Source:
    try:
        text = path.read_text(encoding="utf-8")
        return Source(str(path), tomllib.loads(text), _line_in(path, text))
    except OSError as error:
        problems.append(Problem(str(path), f"it cannot be read: {error.strerror}", "a TOML file"))
    except UnicodeDecodeError:
        problems.append(Problem(str(path), "it is not UTF-8", "a TOML file"))
    except tomllib.TOMLDecodeError as error:
        problems.append(_no_toml(path, str(error)))
    return Source(str(path), {})


def _line_in(path: Path, text: str) -> Callable[[str], str]:
    """From the path of a setting to the file and the line; looked for once there is something to tell."""
    lines: list[Lines] = []

    def place(spelled: str) -> str:
        if not lines:
            lines.append(Lines(text))
        line = lines[0].of(path_of(spelled))
        return f"{path}:{line}" if line else str(path)

    return place


def _no_toml(path: Path, error: str) -> Problem:
    found = _WHERE.search(error)
    where, what = (f"{path}:{found['line']}", error[: found.start()]) if found else (path, error)
    return Problem(str(where), f"it is not TOML: {what}", "a TOML file")


def _variable(path: str) -> str:
    """The variable that a setting comes from."""
    section, _dot, rest = path.partition(".")
    key = re.split(r"[.\[]", rest, maxsplit=1)[0]
    return f"environment: {PREFIX}{section.upper()}__{key.upper() or '…'}"


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
