"""What is concluded about the device that asks, and who concluded it."""

from __future__ import annotations

from msgspec import Struct

Info = dict[str, str]
"""A device info: a subset of INFO_KEYS, all normalised text."""

IDENTITY_KEYS = ("mac", "sn", "uuid")
"""Keys that name one box; `ip` and `neighbour` only say where it is."""

INFO_KEYS = ("ip", "mac", "sn", "uuid", "vendor", "model", "version", "neighbour")
"""Everything an extractor may conclude, in the order it is shown."""


class Testimony(Struct, frozen=True, gc=False):
    """What one witness said of one inquiry."""

    __test__ = False

    witness: str
    """A plugin id, or `transport`, `neighbour`, or the name of a pipeline class."""
    facts: tuple[tuple[str, str], ...]
    """(key, value) pairs, keys out of INFO_KEYS."""
