"""A plugin's templates as files: which there are, the administrator's before the plugin's own.

Names are looked up in what the last survey found; a name from the network or from a document is
only ever the key of a dictionary.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from attrs import define
from msgspec import Struct

from provd.values import ProvdError

MOST_TEMPLATES = 2_000
"""Files looked at below one directory."""
LONGEST_TEMPLATE = 256 * 1024
"""Bytes of one template's source."""
DEEPEST = 8
SHIPPED = "shipped/"
"""Before a template's name: the plugin's own, also where an override has the same name."""


class TemplateFile(Struct, frozen=True, gc=False):
    """One file, and what changes whenever it is edited or replaced."""

    path: str
    modified_ns: int
    size: int
    inode: int


Library = Mapping[str, TemplateFile]


@define
class TemplateUnreadable(ProvdError):
    """A template's file cannot be used as it is."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


def survey(overrides: Path, shipped: Path) -> Library:
    """What templates there are now, by name.

    Touches nothing but directories and the files' metadata; may run in a thread.
    """
    own = dict(islice(_files(str(shipped), "", 0), MOST_TEMPLATES))
    found = {SHIPPED + name: file for name, file in own.items()} | own
    found.update(islice(_files(str(overrides), "", 0), MOST_TEMPLATES))
    return found


def _files(directory: str, prefix: str, depth: int) -> Iterator[tuple[str, TemplateFile]]:
    """Hidden files and editors' leavings are no templates. A directory that is not there is empty.

    Linked files count, linked directories do not: they may lead anywhere, or in circles.  What vanishes
    while it is looked at, or may not be looked at, is passed over.
    """
    if depth > DEEPEST:
        return
    try:
        entries = sorted(os.scandir(directory), key=lambda entry: entry.name)[:MOST_TEMPLATES]
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name.endswith("~"):
            continue
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path, f"{prefix}{entry.name}/", depth + 1)
            elif entry.is_file():
                yield prefix + entry.name, _file(entry)
        except OSError:
            continue


def _file(entry: os.DirEntry[str]) -> TemplateFile:
    status = entry.stat()
    return TemplateFile(entry.path, status.st_mtime_ns, status.st_size, status.st_ino)


def read_template(file: TemplateFile) -> str:
    """The source of a template.

    @raise TemplateUnreadable: it is gone, too long, or not UTF-8.
    """
    if file.size > LONGEST_TEMPLATE:
        raise TemplateUnreadable(file.path, f"is longer than {LONGEST_TEMPLATE} bytes")
    try:
        with Path(file.path).open("rb") as opened:  # it may have grown since the survey
            return opened.read(LONGEST_TEMPLATE + 1).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateUnreadable(file.path, str(error)) from error
