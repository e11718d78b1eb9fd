"""The keys of each model, and of the expansion modules that can be attached to it.

Administrator guides 41-001343-01 and 41-001561-00, "Softkeys, Programmable Keys, Expansion Module Keys"; for the 6905, 6915
and 6970 the counts are those of Wazo's plugin.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Module(Struct, frozen=True):
    """An expansion module; up to three of a kind are attached one after the other."""

    name: str
    keys: int
    has_display: bool = True


class Model(Struct, frozen=True):
    """One model."""

    keys: tuple[tuple[str, int], ...] = ()
    """Kinds of keys in the order in which they are filled, with how many there are."""
    modules: tuple[Module, ...] = ()
    """Those that fit; the first is assumed where nobody says which."""


MOST_MODULES = 3

_M670I, _M675I = Module("M670i", 36, has_display=False), Module("M675i", 60)
_M680I, _M685I = Module("M680i", 16, has_display=False), Module("M685i", 84)
_M695 = Module("M695", 84)
_OF_6700, _OF_6800 = (_M675I, _M670I), (_M685I, _M680I)
_OF_6900 = (_M695, _M685I, _M680I)

_6920 = Model((("topsoftkey", 20), ("softkey", 18)), _OF_6900)
_6930 = Model((("topsoftkey", 44), ("softkey", 24)), _OF_6900)
_6940 = Model((("topsoftkey", 48), ("softkey", 30)), _OF_6900)

MODELS: Mapping[str, Model] = {
    "6730i": Model((("prgkey", 8),)),
    "6731i": Model((("prgkey", 8),)),
    "6735i": Model((("prgkey", 6), ("softkey", 20)), _OF_6700),
    "6737i": Model((("topsoftkey", 10), ("softkey", 20)), _OF_6700),
    "6739i": Model((("softkey", 55),), _OF_6700),
    "6753i": Model((("prgkey", 6),), (_M670I,)),
    "6755i": Model((("prgkey", 6), ("softkey", 20)), _OF_6700),
    "6757i": Model((("topsoftkey", 10), ("softkey", 20)), _OF_6700),
    "6757iCT": Model((("topsoftkey", 10), ("softkey", 20)), _OF_6700),
    "6863i": Model((("prgkey", 3),)),
    "6865i": Model((("prgkey", 8),), _OF_6800),
    "6867i": Model((("topsoftkey", 20), ("softkey", 18)), _OF_6800),
    "6869i": Model((("topsoftkey", 44), ("softkey", 24)), _OF_6800),
    "6873i": Model((("topsoftkey", 48), ("softkey", 30)), _OF_6800),
    "6905": Model((("prgkey", 3),)),
    "6910": Model((("prgkey", 8),)),
    "6915": Model((("topsoftkey", 10),), _OF_6900),
    "6920": _6920,
    "6920w": _6920,
    "6930": _6930,
    "6930w": _6930,
    "6940": _6940,
    "6940w": _6940,
    "6970": Model((("topsoftkey", 24),)),
    "9143i": Model((("prgkey", 7),)),
    "9480i": Model((("softkey", 20),)),
    "9480iCT": Model((("softkey", 20),)),
}
