"""Names of files as archives and definitions spell them: walked, never joined."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

LONGEST_PATH = 1024
LONGEST_SEGMENT = 255
"""Bytes; what file systems allow for a name."""
DEEPEST = 24

_DRIVE = re.compile("[A-Za-z]:")


def plain_path(name: str) -> str:
    """A relative path in its one spelling: `./a//b` is `a/b`, and a directory ends with no slash.

    @raise ValueError: no file may be called so, and why.
    """
    if not name or len(name) > LONGEST_PATH:
        raise ValueError(f"it has no name, or one of more than {LONGEST_PATH} characters")
    if name.startswith("/") or _DRIVE.match(name):
        raise ValueError("its name is absolute")
    if "\\" in name or any(ord(sign) < 32 or ord(sign) == 127 for sign in name):
        raise ValueError("its name has a backslash or a control character")
    segments = [segment for segment in name.split("/") if segment not in {"", "."}]
    if ".." in segments:
        raise ValueError("its name climbs out of the archive")
    if not segments or len(segments) > DEEPEST:
        raise ValueError(f"its name has no segment, or more than {DEEPEST}")
    for segment in segments:
        _check_segment(segment)
    return "/".join(segments)


def _check_segment(segment: str) -> None:
    try:
        length = len(segment.encode("utf-8"))
    except UnicodeEncodeError:
        raise ValueError("its name is not UTF-8") from None
    if length > LONGEST_SEGMENT:
        raise ValueError(f"its name has a part of more than {LONGEST_SEGMENT} bytes")


def alike(path: str) -> str:
    """Two paths with the same are one file somewhere: where case, or how an accent is made, does not count."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", path).casefold())


class Places:
    """Where files are put, each in a place of its own."""

    def __init__(self, key: Callable[[str], str] = alike) -> None:
        """Paths with the same `key` are one place."""
        self._key = key
        self._files: dict[str, str] = {}
        self._directories: dict[str, str] = {}

    def take(self, path: str) -> None:
        """Put a file there. @raise ValueError: there is another, or a directory, or one above it is a file."""
        key = self._key(path)
        if key in self._files or key in self._directories:
            other = self._files.get(key) or self._directories[key]
            same = other == path
            raise ValueError("it is there twice" if same else f"only case tells it from {other!r}")
        above = path
        while "/" in above:
            above = above.rpartition("/")[0]
            known = self._directories.setdefault(self._key(above), above)
            if known != above:
                raise ValueError(f"only case tells its directory from {known!r}")
            if self._key(above) in self._files:
                raise ValueError(f"{above!r} is a file and a directory")
        self._files[key] = path
