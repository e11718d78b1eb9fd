"""Regular expressions that a stranger may send: matched in time linear in the text, or refused.

RE2 knows no back references and no look-around, and in return never backtracks: `(a+)+$` costs
what `a+$` costs.  Pattern, program and text are bounded, so that the reactor waits for none of them.
"""

from __future__ import annotations

from collections.abc import Callable

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
    if len(pattern) > LONGEST_PATTERN:
        raise ValueError(f"a regular expression has {LONGEST_PATTERN} characters at most")
    options = re2.Options()
    options.max_mem = PROGRAM
    options.log_errors = False
    try:
        search = re2.compile(pattern, options).search
    except (re2.error, UnicodeError) as error:
        raise ValueError(f"not a regular expression of RE2: {_words(error)}") from error

    def found(value: object) -> bool:
        if not isinstance(value, str) or len(value) > LONGEST_TEXT:
            return False
        return search(value) is not None

    return found


def _words(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
