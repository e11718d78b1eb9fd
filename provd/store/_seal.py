"""What a store seals documents with: the seam, and the seal that is none.

A sealed text begins with `MARK`, which JSON text never does; after it stands the length of the
key's name (and whether the schema number is bound, `WITH_SCHEMA`), and the name.  So one file may hold texts in clear and sealed ones, of several keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from attrs import define

from provd.values import ProvdError

MARK = b"\0"
"""How a sealed text begins; no JSON text does."""

WITH_SCHEMA = 0x80
"""Set in the length of the key's name where a text is bound to its schema number, too."""


def end_of_name(kept: bytes) -> int:
    """Where the key's name ends in a sealed text of two bytes at least."""
    return 2 + (kept[1] & ~WITH_SCHEMA)


@define
class SealUnknown(ProvdError):
    """A text is sealed with a key that is not here."""

    key: str

    def __str__(self) -> str:
        return (
            f"documents are sealed with the key {self.key!r}, which is not here; give it back in the"
            " file that seal_keys of [store] names"
        )


@define
class SealBroken(ProvdError):
    """A text is not what was sealed under its name."""

    reason: str

    def __str__(self) -> str:
        return f"its seal is broken: {self.reason}"


class Seal(Protocol):
    """Seals texts under the names of their rows, and opens them."""

    @property
    def current(self) -> str:
        """The name of the key that seals; empty where everything is kept in clear."""

    @property
    def marks(self) -> Mapping[str, str]:
        """For each key's name, what tells that key from others, and nothing else of it."""

    @property
    def begins(self) -> bytes:
        """How every text begins that is kept as `close` would keep it now."""

    def close(self, name: bytes, schema: int, clear: bytes) -> bytes:
        """The text, sealed under that name and schema number."""

    def open(self, name: bytes, schema: int, kept: bytes) -> bytes:
        """The text again; one that was kept in clear as it is.

        @raise SealUnknown: it is sealed with a key that is not here.
        @raise SealBroken: it was sealed under another name or number, or has changed since.
        """


class _NoSeal:
    """Keeps in clear."""

    current = ""
    begins = b""
    marks: Mapping[str, str] = MappingProxyType({})

    def close(self, name: bytes, schema: int, clear: bytes) -> bytes:
        return clear

    def open(self, name: bytes, schema: int, kept: bytes) -> bytes:
        if kept.startswith(MARK):
            end = end_of_name(kept) if len(kept) > 1 else 2
            raise SealUnknown(kept[2:end].decode("ascii", "replace"))
        return kept


NO_SEAL: Seal = _NoSeal()
"""Everything is kept in clear."""
