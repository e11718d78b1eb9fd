"""Which members of an archive a definition names: `*` is anything within one segment, `**` anything at all."""

from __future__ import annotations

import re
from functools import lru_cache

_PIECES = re.compile(r"\*\*/|\*\*|\*|\?")
_MEANING = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str]:
    """The expression that a whole path has to match."""
    written, at = [], 0
    for piece in _PIECES.finditer(pattern):
        written += [re.escape(pattern[at : piece.start()]), _MEANING[piece[0]]]
        at = piece.end()
    return re.compile("".join(written) + re.escape(pattern[at:]), re.DOTALL)


def is_pattern(text: str) -> bool:
    """Whether it may stand for more than itself."""
    return _PIECES.search(text) is not None
