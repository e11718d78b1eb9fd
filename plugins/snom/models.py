"""The models, as data: how many identities and function keys each has, and which module fits.

Sources: the tables of Wazo's plugins (firmware 8.7.5.35 to 10.1.215.13), and those of Tancredi for
the keys of expansion modules.  The models tell themselves as they do here: the D715 says `715` as long as its
firmware keeps the old name.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct


class Kind(StrEnum):
    """What a model is, as far as its files differ."""

    DESK = "deskphone"
    CONFERENCE = "conference"
    PAGER = "pager"
    BASE = "dect"
    """A DECT base station: its handsets are the lines."""


class Module(Struct, frozen=True):
    """An expansion module, of which several may be in a row."""

    name: str
    keys: int
    most: int = 3


KEYPAD = Module("Expansion Module V2", 42)
D3, D7, D7C, D8C = (
    Module("D3", 18),
    Module("D7", 18),
    Module("D7C", 18),
    Module("D8C", 60),
)


class Model(Struct, frozen=True):
    """One model."""

    identities: int
    keys: int = 0
    module: Module | None = None
    kind: Kind = Kind.DESK

    @property
    def all_keys(self) -> int:
        """Its own function keys and those of as many modules as it takes."""
        return self.keys + (self.module.keys * self.module.most if self.module else 0)


MODELS: Mapping[str, Model] = {
    "300": Model(12, 6),
    "320": Model(12, 12, KEYPAD),
    "360": Model(12, 12, KEYPAD),
    "370": Model(12, 12, KEYPAD),
    "710": Model(4, 5),
    "715": Model(4, 5, D7),
    "720": Model(12, 18, D7),
    "725": Model(12, 18, D7),
    "760": Model(12, 16, D7),
    "820": Model(12, 16),
    "821": Model(12, 12),
    "870": Model(12, 15),
    "D120": Model(2, 2),
    "D140": Model(2, 2),
    "D150": Model(2, 2),
    "D305": Model(4, 5),
    "D315": Model(4, 5, D3),
    "D335": Model(12, 32, D3),
    "D345": Model(12, 48, D3),
    "D375": Model(12, 12, D3),
    "D385": Model(12, 48, D3),
    "D710": Model(4, 5),
    "D712": Model(4, 5),
    "D713": Model(6, 4),
    "D715": Model(4, 5, D7),
    "D717": Model(6, 3, D7C),
    "D725": Model(12, 18, D7),
    "D735": Model(12, 32, D7C),
    "D745": Model(12, 32, D7),
    "D765": Model(12, 16, D7C),
    "D785": Model(12, 24, D7C),
    "D810": Model(12, 16, D8C),
    "D812": Model(12, 32, D8C),
    "D815": Model(12, 40, D8C),
    "D862": Model(8, 32, D8C),
    "D865": Model(12, 40, D8C),
    "D892": Model(12, 40, D8C),
    "M300": Model(20, kind=Kind.BASE),
    "M400": Model(20, kind=Kind.BASE),
    "M700": Model(999, kind=Kind.BASE),
    "M900": Model(999, kind=Kind.BASE),
    "MP": Model(12, kind=Kind.CONFERENCE),
    "PA1": Model(1, kind=Kind.PAGER),
}

OTHER = Model(12, 48)
"""What is assumed of a phone that is newer than this table; it leaves alone what it does not have."""


def model_of(name: str | None) -> Model:
    """What is known of the model of that name."""
    return MODELS.get(name or "", OTHER)
