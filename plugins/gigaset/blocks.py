"""The chain of small files by which a base station that was told a directory finds its own file.

An N510 that is told `<URL>` asks for `<URL>/42/2/master.bin`, an N720 for `<URL>/70/1/master.bin` or
`<URL>/70/222/master.bin`.  Each file names the next, and the last the URL of the file of parameters.  A file is a
row of blocks: a type, the length of what follows the length, 3, the length of the text with its end, the text, a NUL.

Sources: the files that Wazo's plugins serve, and the program by which Gemeinschaft makes its own; they agree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from provd.sdk import Answer, Content, Refusal, RefusalKind

_NEXT: Mapping[str, tuple[int, str]] = {
    "master": (3, "sifsroot.bin"),
    "sifsroot": (4, "sih.bin"),
    "sih": (4, "sit.bin"),
    "sit": (4, "siu.bin"),
}
_LAST = 0
_CHAINED = re.compile(r"(?:[0-9]{1,3}/){2}(master|sifsroot|sih|sit|siu)\.bin")
_LONGEST = 255 - 3

OWN_FILE = "%MACD.xml"
"""What a device puts its address into, in capital letters."""


def is_chained(path: str) -> bool:
    """Whether it is one of these files."""
    return _CHAINED.fullmatch(path) is not None


def chained(path: str, base_url: str) -> Answer:
    """What is in it; there is none where the URL is too long for a block."""
    match = _CHAINED.fullmatch(path)
    if match is None:
        return Refusal(RefusalKind.NOT_FOUND, "it is no file of the chain")
    kind, text = _NEXT.get(match[1]) or (_LAST, f"{base_url}/{OWN_FILE}")
    written = text.encode()
    if len(written) > _LONGEST:
        return Refusal(RefusalKind.NOT_FOUND, "the URL of this server is too long for a base")
    return Content(block(kind, written), "application/octet-stream")


def block(kind: int, text: bytes) -> bytes:
    """One block."""
    return bytes((kind, len(text) + 3, 3, len(text) + 1)) + text + b"\0"
