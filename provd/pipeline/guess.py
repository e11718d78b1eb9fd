"""Guesses: of which vendor a device may be, by the range its hardware address is in.

Weak evidence: ranges are sold, and one vendor makes phones and laptops.  A guess counts only where
nobody testified of the vendor, and a testimony undoes it (see `provd.pipeline.associate`).
"""

from __future__ import annotations

from provd.contracts import IPlugins

RANGE = len("00:08:5d")

WITNESS = "hardware address"
"""Who says it, in an explanation."""


class Guesses:
    """Vendors by range, over the clues of the plugins that are loaded; one look-up, however many they are."""

    def __init__(self, plugins: IPlugins) -> None:
        self._plugins = plugins
        self._generation = -1
        self._vendors: dict[str, str] = {}

    def of(self, mac: str | None) -> str:
        """The vendor to guess; empty where there is none, or where plugins disagree."""
        if self._generation != self._plugins.generation:
            self._index()
        return self._vendors.get(mac[:RANGE], "") if mac and self._vendors else ""

    def _index(self) -> None:
        self._generation = self._plugins.generation
        self._vendors = {}
        for plugin in self._plugins.loaded():
            for clue in plugin.clues:
                for each in clue.prefixes if clue.guess else ():
                    agreed = self._vendors.setdefault(each, clue.guess) == clue.guess
                    self._vendors[each] = clue.guess if agreed else ""
