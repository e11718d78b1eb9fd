"""The models, as data: which form of file each reads, and how many lines and keys it has.

Sources: Fanvil's exported configurations as FusionPBX keeps them (lines, keys on a page), the models of
Tancredi (keys beside the display and of the pages), the tables of Wazo's plugins (doorphones, V66, W620W, names
of common files).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct


class Form(StrEnum):
    """How the file of a model is written."""

    OLD = "VOIP_CONFIG_FILE"
    """Of the first X series and the C series: modules in capital letters, `<Register_Addr>`."""
    NEW = "sysConf"
    """Of all that came later: `<RegisterAddr>`."""


class Kind(StrEnum):
    """What a model is."""

    DESK = "deskphone"
    DOOR = "doorphone"
    WIRELESS = "wifi"


class Pages(Struct, frozen=True):
    """Keys that are shown a page at a time."""

    pages: int
    keys: int
    """On each page."""

    @property
    def all_keys(self) -> int:
        """Of all pages together."""
        return self.pages * self.keys


NO_KEYS = Pages(0, 0)


class Model(Struct, frozen=True, kw_only=True):
    """One model."""

    lines: int
    side: Pages = NO_KEYS
    """Keys beside the main display."""
    internal: Pages = NO_KEYS
    """Keys with a display of their own, or of a display that is touched."""
    external: Pages = NO_KEYS
    """Keys of expansion modules, a module at a time."""
    form: Form = Form.NEW
    kind: Kind = Kind.DESK
    common: tuple[str, ...] = ()
    """The names of the file that all phones of the model ask for, as far as a source tells them."""

    @property
    def all_keys(self) -> int:
        """Keys of all pages, without those of expansion modules."""
        return self.side.all_keys + self.internal.all_keys


def _old(lines: int, keys: int, *common: str) -> Model:
    return Model(lines=lines, internal=Pages(1, keys), form=Form.OLD, common=common)


def _phone(
    lines: int, *common: str, side: tuple[int, int] = (0, 0), internal: tuple[int, int] = (0, 0)
) -> Model:
    return Model(lines=lines, side=Pages(*side), internal=Pages(*internal), common=common)


def _with_modules(lines: int, keys: int, *common: str) -> Model:
    """Five pages of keys, and five modules of twenty."""
    return Model(lines=lines, internal=Pages(5, keys), external=Pages(5, 20), common=common)


def _door(lines: int, keys: int, *common: str) -> Model:
    return Model(lines=lines, internal=Pages(1, keys), kind=Kind.DOOR, common=common)


def _wireless(lines: int, common: str) -> Model:
    return Model(lines=lines, internal=Pages(2, 8), kind=Kind.WIRELESS, common=(common,))


MODELS: Mapping[str, Model] = {
    # the old form: lines, keys
    "C58": _old(2, 2, "f0C00580000.cfg"),
    "C62": _old(4, 8, "f0C00620000.cfg"),
    "H2": _old(2, 0),
    "H5": _old(2, 6, "f0H5hw1.100.cfg"),
    "X2": _old(2, 0, "f0X2hw1.100.cfg"),
    "X2P": _old(2, 0),
    "X3": _old(2, 0, "F0V00X300000.cfg"),
    "X3G": _old(2, 2),
    "X3S": _old(2, 2, "f0X3shw1.100.cfg"),
    "X3SP": _old(2, 2),
    "X4": _old(4, 30, "f0X4hw1.100.cfg"),
    "X4G": _old(4, 30),
    "X5": _old(6, 40, "f0X5hw1.100.cfg"),
    # the new form: lines, keys beside the display, keys of the pages
    "H2U": _phone(2),
    "H2U-V2": _phone(2, "F0V2UV200000.cfg", internal=(1, 10)),
    "X1S": _phone(2, internal=(1, 2)),
    "X1SG": _phone(2, internal=(1, 2)),
    "X1SP": _phone(2, internal=(1, 2)),
    "X210": _phone(20, "F0V00X200000.cfg", side=(1, 10), internal=(3, 32)),
    "X210-Pro": _phone(20, side=(1, 10), internal=(3, 32)),
    "X210-V2": _phone(20, side=(1, 10), internal=(3, 32)),
    "X210i": _phone(20, side=(1, 10), internal=(3, 32)),
    "X210i-Pro": _phone(20, side=(1, 10), internal=(3, 32)),
    "X3SG": _phone(4, "f0X3sghw1.100.cfg", internal=(1, 2)),
    "X3SW": _phone(4, internal=(1, 2)),
    "X3U": _phone(6, side=(1, 3)),
    "X3U-Pro": _phone(6, side=(1, 3)),
    "X4SG": _phone(6, internal=(5, 6)),
    "X4U": _phone(12, side=(1, 3), internal=(5, 6)),
    "X4U-Pro": _phone(12, side=(1, 3), internal=(5, 6)),
    "X4U-V2": _phone(12, side=(1, 3), internal=(5, 6)),
    "X5S": _with_modules(6, 8, "F0V00X5S0000.cfg"),
    "X5U": _phone(16, side=(1, 4), internal=(5, 6)),
    "X5U-Pro": _phone(16, side=(1, 4), internal=(5, 6)),
    "X5U-V2": _phone(16, "F0V5UV200000.cfg", side=(1, 4), internal=(5, 6)),
    "X6": _with_modules(6, 12, "F0V00X600000.cfg"),
    "X6V2": _with_modules(6, 12, "F0000X600000.cfg"),
    "X6U": _phone(20, side=(1, 5), internal=(5, 12)),
    "X6U-Pro": _phone(20, side=(1, 5), internal=(5, 12)),
    "X7": _phone(20, internal=(4, 29)),
    "X7-Pro": _phone(20, internal=(4, 29)),
    "X7A": _phone(20, internal=(4, 28)),
    "X7C": _phone(20, side=(5, 12)),
    "X7C-Pro": _phone(20, side=(5, 12)),
    "V61G": _phone(4, "F0VV61G00000.cfg", side=(4, 3)),
    "V61W": _phone(4, "F0VV61W00000.cfg", side=(4, 3)),
    "V62": _phone(6, "F0VV6200000.cfg", side=(3, 7)),
    "V62G": _phone(12, "F0VV62G00000.cfg", side=(3, 7)),
    "V62W": _phone(12, "F0VV62W00000.cfg", side=(3, 7)),
    "V62-Pro": _phone(12, "F0V0V6210000.cfg", side=(3, 7)),
    "V63": _phone(6, "F0V0V6300000.cfg", side=(3, 7)),
    "V64": _phone(12, "F0V0V6400000.cfg", side=(3, 7)),
    "V65": _phone(20, "F0V0V6500000.cfg", side=(3, 9)),
    "V66": _phone(20, "F0V0V6600000.cfg", internal=(4, 29)),
    "V66-Pro": _phone(20, "F0V0V6610000.cfg", internal=(4, 29)),
    "V67": _phone(20, "F0V0V6700000.cfg", internal=(4, 29)),
    "W610W": _wireless(4, "F0V610W00000.cfg"),
    "W611W": _wireless(4, "F0V611W00000.cfg"),
    "W620W": _wireless(8, "F0V620W00000.cfg"),
    "i10S": _door(2, 1, "F0V10S00000.cfg"),
    "i10SD": _door(2, 2, "F0V10SD00000.cfg"),
    "i10SV": _door(2, 1, "F0V10SV00000.cfg"),
    "i16S": _door(2, 1, "F0V16S00000.cfg"),
    "i16SV": _door(2, 1, "F0V16SV00000.cfg"),
    "i51W": _door(4, 3, "F0Vi51W00000.cfg"),
    "i52W": _door(4, 3, "F0Vi52W00000.cfg"),
    "i53W": _door(6, 3, "F0Vi53W00000.cfg"),
    "i61": _door(2, 1, "F0V0i6100000.cfg"),
    "i62": _door(2, 1, "F0V0i6200000.cfg"),
    "i63": _door(2, 5, "F0V0i6300000.cfg"),
    "i64": _door(2, 4, "F0V0i6400000.cfg"),
}
"""Names as the phones write them in their User-Agent, `Pro` after a hyphen."""

UNKNOWN = Model(lines=4)
"""What is assumed of a model that is none of these; where its keys are, nothing tells."""

_PRO = re.compile(r"(.*[^- ])[ -]?Pro")


def printed_name(model: str) -> str:
    """The model's one name: `X6U Pro`, `V62Pro` and `V62-Pro` differ by what separates the word."""
    pro = _PRO.fullmatch(model)
    return f"{pro[1]}-Pro" if pro else model


def model_named(name: str | None) -> Model:
    """What is known of a model."""
    return MODELS.get(printed_name(name or ""), UNKNOWN)


def model_of_common_file(name: str) -> str:
    """The model that asks for a common file of that name; empty where none is known."""
    return next((model for model, known in MODELS.items() if name in known.common), "")
