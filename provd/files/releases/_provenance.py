"""Where the code of a plugin came from: a note in its tree, so that both are switched at once."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct
from twisted.logger import Logger

log = Logger("provd.plugins")

NOTE = ".provenance.json"
LONGEST = 16 << 20


class Provenance(Struct, frozen=True, kw_only=True):
    """What was installed, from where, and by whom."""

    id: str
    version: str
    files: tuple[str, ...]
    """What the archive brought; all else in the tree is the site's own."""
    server: str
    digest: str
    """By what the archive was checked: `sha256` or `sha1`."""
    sha256: str
    key: str
    """The id of the key that signed the index; empty: nobody did."""
    at: float
    who: str = ""
    cause: str = ""


def read_provenance(tree: Path) -> Provenance | None:
    """That of a tree; None where somebody put it there by hand."""
    path = tree / NOTE
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(LONGEST), type=Provenance)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        log.warn("{path} cannot be read: {error}", path=str(path), error=error)
        return None
