"""From a path that a device asked for to a file below a directory: walked, never joined blindly.

The edges decode percent signs once.  Here a path is text; its segments are checked one by one, and
what the file system makes of them must lie below the root after every link is followed.
"""

from __future__ import annotations

import os
import stat
from mimetypes import MimeTypes

from provd.values import FileContent

LONGEST_PATH = 1024
LONGEST_SEGMENT = 255
"""Bytes; what file systems allow for a name."""
DEEPEST = 32

_TYPES = MimeTypes()


def segments(path: str) -> tuple[str, ...] | None:
    """The names a path goes through; None for a path that no file may have.

    Empty segments mean nothing, so `//a//b` is `a/b`.  Refused: `.` and `..`, backslashes, control
    characters, text that is not UTF-8, and what is too long or too deep.
    """
    if len(path) > LONGEST_PATH or "\\" in path:
        return None
    names = tuple([name for name in path.split("/") if name])
    if not names or len(names) > DEEPEST or not all(map(_is_name, names)):
        return None
    return names


def _is_name(segment: str) -> bool:
    if segment in {".", ".."} or any(sign < " " or sign == "\x7f" for sign in segment):
        return False
    try:
        return len(segment.encode()) <= LONGEST_SEGMENT
    except UnicodeEncodeError:
        return False


class ServedTree:
    """The files below one directory."""

    __slots__ = ("_inside", "_root")

    def __init__(self, root: str) -> None:
        """Serve what is below `root`, which may come to be later."""
        self._root = os.path.realpath(root)
        self._inside = self._root + os.sep

    def find(self, path: str) -> FileContent | None:
        """The regular file at `path`, links followed as long as they stay inside; None if there is none."""
        names = segments(path)
        if names is None:
            return None
        try:
            found, status = self._walk(names)
        except (OSError, ValueError):
            return None
        if not stat.S_ISREG(status.st_mode) or not found.startswith(self._inside):
            return None
        kind = _TYPES.guess_type(names[-1], strict=False)[0] or "application/octet-stream"
        return FileContent(found, status.st_size, status.st_mtime_ns, kind)

    def _walk(self, names: tuple[str, ...]) -> tuple[str, os.stat_result]:
        """Where the names lead, one by one, and what is there. Only a link needs the whole path resolved."""
        here = self._root
        status = None
        for name in names:
            here = f"{here}/{name}"
            status = os.lstat(here)
            if stat.S_ISLNK(status.st_mode):
                found = os.path.realpath(f"{self._inside}{'/'.join(names)}", strict=True)
                return found, os.stat(found)  # noqa: PTH116 - text in, text out
        assert status is not None  # noqa: S101 - a path has at least one name
        return here, status

    def holds(self, path: str) -> bool:
        """Whether an absolute path leads below the root once links are followed."""
        return os.path.realpath(path).startswith(self._inside)
