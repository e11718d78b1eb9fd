"""On which line of a TOML file each of its keys stands: `tomllib` reads values, and forgets where.

The text has been read by `tomllib` before, so it is right; all that is done here is to walk it (TOML 1.0):
tables and keys name places, and values are stepped over, into arrays and inline tables.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable

Path = tuple[str | int, ...]
"""Keys, and numbers of the elements of arrays."""

_BLANK = re.compile(r"[ \t]*")
_BLANK_LINES = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_BASIC = re.compile(r'"(?:[^"\\]|\\.)*"')
_LITERAL = re.compile(r"'[^']*'")
_KEYS = (re.compile(r"[A-Za-z0-9_-]+"), _BASIC, _LITERAL)
_VALUES = (
    # Up to two quotes may stand before the three that end it.
    re.compile(r'"""(?:[^\\]|\\.)*?"""(?:"{1,2}(?!"))?', re.DOTALL),
    re.compile(r"'''.*?'''(?:'{1,2}(?!'))?", re.DOTALL),
    _BASIC,
    _LITERAL,
    re.compile(r"[^,\]}#\n]+"),
)
"""Values that hold no others; the longer quotes first."""


class Lines:
    """Where everything of one file is."""

    def __init__(self, text: str) -> None:
        """Walk a text that `tomllib` has read."""
        self._text = text.replace("\r\n", "\n")
        self._ends = [found.end() for found in re.finditer("\n", self._text)]
        self._at = 0
        self._lengths: dict[Path, int] = {}
        """How many tables each array of tables has so far."""
        self.found: dict[Path, int] = {}
        self._walk()

    def of(self, path: Iterable[str | int]) -> int:
        """The line of what is at a path, or of the nearest thing around it; 0 where there is none."""
        parts = tuple(path)
        while parts and parts not in self.found:
            parts = parts[:-1]
        return self.found.get(parts, 0)

    def _walk(self) -> None:
        table: Path = ()
        self._skip(_BLANK_LINES)
        while self._at < len(self._text):
            if self._text.startswith("[", self._at):
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK_LINES)

    def _header(self) -> Path:
        several = self._text.startswith("[[", self._at)
        self._at += 2 if several else 1
        line = self._line()
        table: Path = ()
        keys = self._keys()
        for number, key in enumerate(keys, 1):
            table = self._note((*table, key), line)
            if several and number == len(keys):
                self._lengths[table] = self._lengths.get(table, 0) + 1
            if table in self._lengths:
                table = self._note((*table, self._lengths[table] - 1), line)
        self._at += 2 if several else 1
        return table

    def _pair(self, table: Path) -> None:
        line = self._line()
        for key in self._keys():
            table = self._note((*table, key), line)
        self._at += 1  # the =
        self._skip(_BLANK)
        self._value(table)

    def _keys(self) -> list[str]:
        """A dotted key, and the blanks around it."""
        keys = [self._key()]
        while self._text.startswith(".", self._at):
            self._at += 1
            keys.append(self._key())
        return keys

    def _key(self) -> str:
        self._skip(_BLANK)
        spelled = self._step(_KEYS)
        self._skip(_BLANK)
        if spelled[0] not in "\"'":
            return spelled
        key: str = tomllib.loads(f"key = {spelled}")["key"]
        return key

    def _value(self, place: Path) -> None:
        if self._text.startswith("[", self._at):
            self._array(place)
        elif self._text.startswith("{", self._at):
            self._inline_table(place)
        else:
            self._step(_VALUES)

    def _array(self, place: Path) -> None:
        self._at += 1
        self._skip(_BLANK_LINES)
        number = 0
        while not self._text.startswith("]", self._at):
            self._value(self._note((*place, number), self._line()))
            number += 1
            self._skip(_BLANK_LINES)
            if self._text.startswith(",", self._at):
                self._at += 1
                self._skip(_BLANK_LINES)
        self._at += 1

    def _inline_table(self, place: Path) -> None:
        self._at += 1
        self._skip(_BLANK)
        while not self._text.startswith("}", self._at):
            self._pair(place)
            self._skip(_BLANK)
            if self._text.startswith(",", self._at):
                self._at += 1
            self._skip(_BLANK)
        self._at += 1

    def _step(self, patterns: Iterable[re.Pattern[str]]) -> str:
        """Step over what is one of these; `tomllib` has seen to it that something is."""
        found = next(filter(None, (each.match(self._text, self._at) for each in patterns)))
        self._at = found.end()
        return found[0]

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self._text, self._at)
        self._at = found.end() if found is not None else self._at

    def _note(self, place: Path, line: int) -> Path:
        self.found.setdefault(place, line)
        return place

    def _line(self) -> int:
        return bisect_right(self._ends, self._at) + 1


_PART = re.compile(r"\[(\d+)\]|\.?([^.\[\]]+)")


def path_of(spelled: str) -> Path:
    """The path that a problem names: `phones.raw_config.sip_lines.1`, `limits.nat_networks[2]`."""
    return tuple(int(number) if number else name for number, name in _PART.findall(spelled))
