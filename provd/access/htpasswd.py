"""An htpasswd file: names and bcrypt hashes, read again when it changes.

Only bcrypt (`htpasswd -B`): what else such files may hold (MD5, SHA-1, DES) has been broken for long.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from provd.access.errors import UnusableHtpasswd

LONGEST = 1 << 20
"""Bytes of the largest file."""

_HASH = re.compile(r"\$2[aby]\$(?:0[4-9]|1[0-6])\$[./A-Za-z0-9]{53}")


def parse_htpasswd(text: str) -> dict[str, str]:
    """Names and hashes. @raise ValueError: a line is none, or its hash is not bcrypt's; with its number."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, colon, encoded = line.strip().partition(":")
        if not colon or not name:
            raise ValueError(f"line {number} is not name:hash")
        if not _HASH.fullmatch(encoded):
            raise ValueError(f"line {number} has no bcrypt hash; make it with `htpasswd -B`")
        found[name] = encoded
    return found


class Htpasswd:
    """One file. Its methods read the disk: call them in a thread."""

    def __init__(self, path: Path) -> None:
        """@raise UnusableHtpasswd: it cannot be read."""
        self._path = path
        self._stamp: tuple[int, ...] = ()
        self._hashes: Mapping[str, str] = {}
        self._read()

    def hash_of(self, user: str) -> str | None:
        """The hash of a user's password; None when the file has no such user, or is unusable by now.

        A file that was broken after the start lets nobody in, rather than whom it let in before.
        """
        try:
            self._read()
        except UnusableHtpasswd:
            self._stamp, self._hashes = (), {}
        return self._hashes.get(user)

    def _read(self) -> None:
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
            if stamp == self._stamp:
                return
            if status.st_size > LONGEST:
                raise UnusableHtpasswd(str(self._path), f"it is larger than {LONGEST} bytes")
            self._hashes = parse_htpasswd(self._path.read_text(encoding="utf-8"))
            self._stamp = stamp
        except OSError as error:
            raise UnusableHtpasswd(str(self._path), error.strerror or str(error)) from error
        except ValueError as error:
            raise UnusableHtpasswd(str(self._path), str(error)) from error
