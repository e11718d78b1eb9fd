"""The models, as data: how many accounts and keys each has, and what its common file is called.

Sources: the parts of Yealink's configuration templates that say which `X` a model takes (releases 70 to
86: "LineKey X ranges", "Expansion Key X ranges", "account.X"); the table of DSS keys in the user
manual of the SIP-T2 series; the table of accounts of DECT systems ("Supported accounts"); for what
is newer the tables of Wazo's plugins.  The numbers of common files are those under which FusionPBX
and Wazo serve them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from msgspec import Struct


class Kind(StrEnum):
    """What a model is, as far as its files differ."""

    DESK = "desk phone"
    CONFERENCE = "conference phone"
    BASE = "DECT base"
    MANAGER = "DECT manager"
    """A base of several cells; its servers stand in templates that accounts name."""
    WIRELESS = "Wi-Fi handset"


class Module(Struct, frozen=True):
    """An expansion module, of which several may be in a row."""

    name: str
    keys: int
    most: int
    """How many there may be."""
    gaps: frozenset[int] = frozenset()
    """Numbers of keys that it has and that cannot be configured."""


EXP20 = Module("EXP20", 40, 6, frozenset({21}))
EXP38 = Module("EXP38", 38, 6)
EXP39 = Module("EXP39", 40, 6)
EXP40 = Module("EXP40", 40, 6)
EXP43 = Module("EXP43", 60, 3)
EXP50 = Module("EXP50", 60, 3)
EXP55 = Module("EXP55", 78, 3)


class Model(Struct, frozen=True, kw_only=True):
    """One model."""

    common: int | None
    """The number in `y0000000000NN.cfg`, the file that all phones of the model ask for; None where no
    source tells it."""
    release: int
    """The newest firmware release that is known to run on it: what a phone that tells none is taken to run."""
    accounts: int
    line_keys: int = 0
    memory_keys: int = 0
    modules: Sequence[Module] = ()
    """Which expansion modules fit; the first is assumed."""
    kind: Kind = Kind.DESK


def _model(common: int | None, release: int, accounts: int, line_keys: int = 0) -> Model:
    return Model(common=common, release=release, accounts=accounts, line_keys=line_keys)


def _with(module: Module, common: int | None, release: int, accounts: int, line_keys: int) -> Model:
    return Model(
        common=common,
        release=release,
        accounts=accounts,
        line_keys=line_keys,
        modules=(module,),
    )


def _with_memory_keys(common: int, release: int, accounts: int, line_keys: int) -> Model:
    return Model(
        common=common,
        release=release,
        accounts=accounts,
        line_keys=line_keys,
        memory_keys=10,
        modules=(EXP39,) if release < 73 else (EXP38, EXP39),
    )


def _other(kind: Kind, common: int | None, release: int, accounts: int) -> Model:
    return Model(common=common, release=release, accounts=accounts, kind=kind)


MODELS: Mapping[str, Model] = {
    # the number of the common file, the newest release, accounts, line keys
    "T19P": _model(31, 73, 1),
    "T19P_E2": _model(53, 84, 1),
    "T20P": _model(7, 73, 2, 2),
    "T21P": _model(34, 73, 2, 2),
    "T21P_E2": _model(52, 84, 2, 2),
    "T22P": _model(5, 73, 3, 3),
    "T23P": _model(44, 84, 3, 3),
    "T23G": _model(44, 84, 3, 3),
    "T26P": _with_memory_keys(4, 73, 3, 3),
    "T27P": _with(EXP20, 45, 83, 6, 21),
    "T27G": _with(EXP20, 69, 86, 6, 21),
    "T28P": _with_memory_keys(0, 73, 6, 6),
    "T29G": _with(EXP20, 46, 83, 16, 27),
    "T30": _model(127, 86, 1),
    "T30P": _model(127, 86, 1),
    "T31": _model(123, 86, 2, 2),
    "T31P": _model(123, 86, 2, 2),
    "T31G": _model(123, 86, 2, 2),
    "T31W": _model(172, 86, 2, 2),
    "T32G": _model(32, 70, 3, 3),
    "T33P": _model(124, 86, 4, 12),
    "T33G": _model(124, 86, 4, 12),
    "T34W": _model(171, 86, 4, 12),
    "T38G": _with_memory_keys(38, 70, 6, 6),
    "T40P": _model(54, 84, 3, 3),
    "T40G": _model(76, 84, 3, 3),
    "T41P": _model(36, 83, 6, 15),
    "T41S": _model(68, 86, 6, 15),
    "T41U": _model(None, 86, 6, 15),
    "T42G": _model(29, 83, 12, 15),
    "T42S": _model(67, 86, 12, 15),
    "T42U": _model(116, 86, 12, 15),
    "T43U": _with(EXP43, 107, 86, 12, 21),
    "T44U": _with(EXP43, None, 86, 12, 21),
    "T44W": _with(EXP43, 174, 86, 12, 21),
    "T46G": _with(EXP40, 28, 83, 16, 27),
    "T46S": _with(EXP40, 66, 86, 16, 27),
    "T46U": _with(EXP43, 108, 86, 16, 27),
    "T48G": _with(EXP40, 35, 83, 16, 29),
    "T48S": _with(EXP40, 65, 86, 16, 29),
    "T48U": _with(EXP43, 109, 86, 16, 29),
    "T49G": _model(51, 80, 16, 29),
    "T52S": _with(EXP50, 74, 84, 12, 21),
    "T53": _with(EXP50, 95, 86, 12, 21),
    "T53C": _with(EXP50, None, 86, 12, 21),
    "T53W": _with(EXP50, 95, 87, 12, 21),
    "T54S": _with(EXP50, 70, 84, 16, 27),
    "T54W": _with(EXP50, 96, 87, 16, 27),
    "T56A": _with(EXP50, 56, 86, 16, 27),
    "T57W": _with(EXP50, 97, 87, 16, 29),
    "T58": _with(EXP50, 58, 86, 16, 27),
    "T58W": _with(EXP50, 150, 87, 16, 27),
    "T73U": _with(EXP55, 186, 87, 12, 48),
    "T73W": _with(EXP55, 183, 87, 12, 48),
    "T74U": _with(EXP55, 187, 87, 16, 60),
    "T74W": _with(EXP55, 184, 87, 16, 60),
    "T77U": _with(EXP55, 188, 87, 16, 95),
    "T85W": _with(EXP55, 196, 87, 16, 72),
    "T87W": _with(EXP55, 197, 87, 16, 95),
    "T88V": _with(EXP55, 192, 87, 16, 95),
    "T88W": _with(EXP55, 192, 87, 16, 95),
    "VP530": _model(23, 70, 4),
    "VP530P": _model(23, 70, 4),
    "VP59": _model(91, 85, 16, 27),
    "CP860": _other(Kind.CONFERENCE, 37, 81, 1),
    "CP920": _other(Kind.CONFERENCE, 78, 86, 1),
    "CP925": _other(Kind.CONFERENCE, 148, 86, 1),
    "CP935W": _other(Kind.CONFERENCE, None, 86, 1),
    "CP960": _other(Kind.CONFERENCE, 73, 85, 1),
    "CP965": _other(Kind.CONFERENCE, 143, 86, 1),
    "W52P": _other(Kind.BASE, 25, 81, 5),
    "W53P": _other(Kind.BASE, 77, 85, 8),
    "W56P": _other(Kind.BASE, 25, 81, 5),
    "W60B": _other(Kind.BASE, 77, 85, 8),
    "W70B": _other(Kind.BASE, 146, 87, 10),
    "W75B": _other(Kind.MANAGER, 175, 87, 20),
    "W75DM": _other(Kind.MANAGER, 175, 87, 20),
    "W80B": _other(Kind.MANAGER, 103, 87, 100),
    "W80DM": _other(Kind.MANAGER, 103, 87, 100),
    "W90B": _other(Kind.MANAGER, 130, 87, 250),
    "W90DM": _other(Kind.MANAGER, 130, 87, 250),
    "AX83H": _other(Kind.WIRELESS, 180, 87, 4),
    "AX86R": _other(Kind.WIRELESS, 182, 87, 4),
}
"""Names as the phones write them in their User-Agent, without `SIP-`."""

UNKNOWN = Model(common=None, release=86, accounts=16, line_keys=27)
"""What is assumed of a model that is none of these: a large desk phone, which passes over what it lacks."""

OLDEST, NEWEST = 70, 87
"""The firmware releases whose parameters the templates know."""


def model_named(name: str | None) -> Model:
    """What is known of a model."""
    return MODELS.get(name or "", UNKNOWN)


def common_file(model: Model) -> str:
    """The name of the file that all phones of a model ask for.

    A model whose number nobody tells is sent to that of number 0 by its boot file.
    """
    return f"y{model.common or 0:012}.cfg"


def model_of_common_file(number: int) -> str:
    """The model that asks for the common file of that number; empty where several do, or none."""
    named = [name for name, model in MODELS.items() if model.common == number]
    return named[0] if len(named) == 1 else ""


def release_of(version: str | None, model: Model) -> int:
    """The firmware release, the second number of a version (`66.85.0.5`: 85); of a phone that tells
    none, the newest of its model.
    """
    parts = (version or "").split(".")
    return int(parts[1]) if len(parts) > 1 and _is_short_number(parts[1]) else model.release


def _is_short_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4
