"""Laying sources over each other and checking every key: all problems at once, each with its file.

A value is checked where it is found, so that a problem names the file that holds it even when a later
file would have replaced the value.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec
from attrs import frozen
from msgspec import Struct

from provd.daemon.settings._checks import check
from provd.daemon.settings._model import Settings
from provd.values import Problem

_EXPECTED = re.compile(r"Expected `([^`]+)`( [<>]=? [\d.]+)?")


@frozen
class Source:
    """One place that settings come from: a file or the environment, and its tables."""

    name: str
    tables: Mapping[str, Any]
    place: Callable[[str], str] | None = None
    """From the path of a setting to where exactly in there it is; None: there is nowhere to look."""

    def where(self, path: str) -> str:
        """Where the setting at a path is, as far as can be told."""
        return self.place(path) if self.place is not None else self.name


class Reader:
    """Collects values and problems from sources, later ones over earlier ones."""

    def __init__(self) -> None:
        """Nothing read yet."""
        self.problems: list[Problem] = []
        self._sections: dict[str, dict[str, Any]] = {}
        self._sources: dict[str, Source] = {}
        """Where each setting is from that holds at the end."""

    def read(self, source: Source) -> None:
        """Take in one source."""
        known = fields_of(Settings)
        for section, values in source.tables.items():
            if section not in known:
                self._unknown(source, section, section, known, "section")
            elif not isinstance(values, dict):
                self._problem(source, section, f"{values!r} is no table", f"[{section}]")
            else:
                self._read_section(source, section, known[section], values)

    def settings(self) -> Settings:
        """What was read, over the defaults."""
        types = fields_of(Settings)
        return Settings(**{name: types[name](**values) for name, values in self._sections.items()})

    def placed(self, problems: Iterable[Problem]) -> Iterator[Problem]:
        """Problems of settings that do not go together, each with where its setting is, if it is anywhere."""
        for problem in problems:
            path = problem.path
            source = self._sources.get(path)
            if source is not None and source.place is not None:
                path = f"{source.place(path)}: {path}"
            yield Problem(path, problem.message, problem.expected)

    def _read_section(
        self, source: Source, section: str, type_: type[Struct], values: Mapping[str, Any]
    ) -> None:
        known = fields_of(type_)
        for key, value in values.items():
            path = f"{section}.{key}"
            if key not in known:
                self._unknown(source, path, key, known, "key")
                continue
            try:
                converted = msgspec.convert(value, known[key], str_keys=True)
            except msgspec.ValidationError as error:
                self._refused(source, path, value, str(error))
            else:
                self._sections.setdefault(section, {})[key] = converted
                self._sources[path] = source
                for found in check(path, converted):
                    self._problem(source, path + found.path, found.message, found.expected)

    def _refused(self, source: Source, path: str, value: Any, error: str) -> None:
        expected = _EXPECTED.search(error)
        wanted = "".join(part or "" for part in expected.groups()) if expected else ""
        where = error.partition(" - at `$")[2].rstrip("`")
        self._problem(source, path + where, f"{value!r} cannot be used", wanted or error)

    def _unknown(
        self, source: Source, path: str, name: str, known: Mapping[str, Any], noun: str
    ) -> None:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        hint = near[0] if near else "one of " + ", ".join(sorted(known))
        self._problem(source, path, f"there is no such {noun}", hint)

    def _problem(self, source: Source, path: str, message: str, expected: str) -> None:
        self.problems.append(Problem(f"{source.where(path)}: {path}", message, expected))


def fields_of(type_: type[Struct]) -> dict[str, Any]:
    """Field names of a Struct, and their types."""
    return {field.name: field.type for field in msgspec.structs.fields(type_)}
