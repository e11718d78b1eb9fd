"""Regular expressions that a stranger may send: matched in time linear in the text, or refused.

RE2 knows no back references and no look-around, and in return never backtracks: `(a+)+$` costs
what `a+$` costs.  Pattern, program and text are bounded, so that the reactor waits for none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import re2

LONGEST_PATTERN = 256
"""Characters of a pattern."""

LONGEST_TEXT = 4096
"""Characters of a text that is searched, 0.4 ms in the worst case; a longer one matches nothing."""

PROGRAM = 1 << 18
"""Bytes that a compiled pattern and its automaton may take."""


def compile_pattern(pattern: str) -> Callable[[object], bool]:
    """A function that tells whether a value is a text in which the pattern is found, anywhere.

    @raise ValueError: it is no pattern, or one that takes too much.
    """
    search = _compiled(pattern).search

    def found(value: object) -> bool:
        if not isinstance(value, str) or len(value) > LONGEST_TEXT:
            return False
        return search(value) is not None

    return found


def compile_groups(pattern: str) -> Groups:
    """What a pattern that matches a whole text finds in it, by the names of its groups.

    @raise ValueError: it is no pattern, or one that takes too much.
    """
    compiled = _compiled(pattern)

    def read(text: str) -> Mapping[str, str] | None:
        found = compiled.fullmatch(text) if len(text) <= LONGEST_TEXT else None
        if found is None:
            return None
        return {name: value for name, value in found.groupdict().items() if value}

    return Groups(tuple(compiled.groupindex), read)


class Groups(NamedTuple):
    """The names of a pattern's groups, and what reads a text: None where the whole does not match."""

    names: tuple[str, ...]
    read: Callable[[str], Mapping[str, str] | None]


def _compiled(pattern: str) -> Any:
    if len(pattern) > LONGEST_PATTERN:
        raise ValueError(f"a regular expression has {LONGEST_PATTERN} characters at most")
    options = re2.Options()
    options.max_mem = PROGRAM
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except (re2.error, UnicodeError) as error:
        raise ValueError(f"not a regular expression of RE2: {_words(error)}") from error


def _words(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
