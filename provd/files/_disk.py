"""Having the disk know what was written, and not only the system's memory."""

from __future__ import annotations

import os
from pathlib import Path


def write_synced(path: Path, content: bytes) -> None:
    """Write a file; its directory does not know it yet."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_directories(directory: Path) -> None:
    """Have the disk know what is in a directory and in those below it."""
    for here, _directories, _files in os.walk(directory):
        sync_directory(Path(here))


def sync_directory(directory: Path) -> None:
    """Have the disk know what is in a directory."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
