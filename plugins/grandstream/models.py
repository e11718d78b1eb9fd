"""The models, as data: to which series each belongs, and how many accounts and keys it has.

All of them read P-values; a series is what agrees on their numbers.  Sources: Grandstream's configuration
templates as FusionPBX keeps them, annotated (GXP16xx 1.0.4.33, GXP17xx 1.0.1.8, GXP21xx 1.0.7.97, GRP26xx
1.0.3.6, GRP2614, GRP2615 and GRP2616 of 2020, GXV3240 1.0.3.144, DP750 1.0.2.16, HT80x 1.0.10.6, HT81x
1.0.63.3, HT813 1.0.19.6, HT818 1.0.10.6); the tables of Wazo's plugins for the keys of GRP261x and GXV33xx.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum

from msgspec import Struct


class Series(Enum):
    """What agrees on the numbers of P-values."""

    GXP16 = "GXP16xx"
    GXP17 = "GXP17xx"
    GXP21 = "GXP21xx"
    GRP26 = "GRP26xx"
    GXV32 = "GXV32xx"
    GXV33 = "GXV33xx"
    DP7 = "DP75x"
    HT80 = "HT80x"
    HT81 = "HT81x"


class Model(Struct, frozen=True, kw_only=True):
    """One model."""

    series: Series
    accounts: int
    line_keys: int = 0
    """Keys that are lines from the factory ("fixed VPK")."""
    virtual_keys: int = 0
    """All keys of the display, the line keys among them ("VPK")."""
    physical_keys: int = 0
    """Keys with a lamp beside the display ("MPK")."""
    extension_keys: int = 0
    """Keys of expansion modules, or of the application that stands for them."""


def _phone(series: Series, accounts: int, line_keys: int, virtual: int, physical: int) -> Model:
    return Model(
        series=series,
        accounts=accounts,
        line_keys=line_keys,
        virtual_keys=virtual,
        physical_keys=physical,
    )


def _extended(series: Series, accounts: int, line_keys: int, virtual: int, keys: int) -> Model:
    return Model(
        series=series,
        accounts=accounts,
        line_keys=line_keys,
        virtual_keys=virtual,
        extension_keys=keys,
    )


_GXP16, _GXP17, _GXP21, _GRP26 = Series.GXP16, Series.GXP17, Series.GXP21, Series.GRP26

MODELS: Mapping[str, Model] = {
    # accounts, line keys, keys of the display, keys beside it
    "GXP1610": _phone(_GXP16, 1, 0, 0, 0),
    "GXP1615": _phone(_GXP16, 1, 0, 0, 0),
    "GXP1620": _phone(_GXP16, 2, 2, 2, 0),
    "GXP1625": _phone(_GXP16, 2, 2, 2, 0),
    "GXP1628": _phone(_GXP16, 2, 2, 2, 8),
    "GXP1630": _phone(_GXP16, 3, 3, 3, 8),
    "GXP1760": _phone(_GXP17, 3, 6, 24, 0),
    "GXP1780": _phone(_GXP17, 4, 8, 32, 0),
    "GXP1782": _phone(_GXP17, 4, 8, 32, 0),
    "GXP2130": _phone(_GXP21, 3, 3, 12, 8),
    "GXP2135": _phone(_GXP21, 4, 8, 32, 0),
    "GXP2140": _extended(_GXP21, 4, 4, 16, 160),
    "GXP2160": _phone(_GXP21, 6, 6, 24, 24),
    "GXP2170": _extended(_GXP21, 6, 12, 48, 160),
    "GRP2612": _phone(_GRP26, 2, 2, 16, 0),
    "GRP2613": _phone(_GRP26, 3, 3, 24, 0),
    "GRP2614": _phone(_GRP26, 4, 4, 16, 24),
    "GRP2615": _extended(_GRP26, 5, 5, 40, 160),
    "GRP2616": _phone(_GRP26, 6, 6, 16, 24),
    "GXV3240": Model(series=Series.GXV32, accounts=6, extension_keys=160),
    "GXV3350": Model(series=Series.GXV33, accounts=6, extension_keys=160),
    "GXV3370": Model(series=Series.GXV33, accounts=6, extension_keys=160),
    "GXV3380": Model(series=Series.GXV33, accounts=6, extension_keys=160),
    "DP750": Model(series=Series.DP7, accounts=10),
    "HT801": Model(series=Series.HT80, accounts=1),
    "HT801V2": Model(series=Series.HT80, accounts=1),
    "HT802": Model(series=Series.HT80, accounts=2),
    "HT802V2": Model(series=Series.HT80, accounts=2),
    # Its second port is a line of the telephone network, which nothing here configures.
    "HT813": Model(series=Series.HT80, accounts=1),
    "HT812": Model(series=Series.HT81, accounts=2),
    "HT814": Model(series=Series.HT81, accounts=4),
    "HT818": Model(series=Series.HT81, accounts=8),
}

VARIANTS = re.compile(r"(GRP26[0-9]{2}|GXP1760)[A-Z]+")
"""A letter for PoE or Wi-Fi, in User-Agents and file names; the files are the same."""

_UNKNOWN: tuple[tuple[re.Pattern[str], Model], ...] = (
    (re.compile("GXP1[67][0-9]{2}.*"), _phone(_GXP16, 3, 0, 0, 0)),
    (re.compile("GXP(?:11|14|21|22)[0-9]{2}.*"), _phone(_GXP21, 4, 0, 0, 0)),
    (re.compile("GRP26[0-9]{2}.*"), _phone(_GRP26, 6, 0, 0, 0)),
    (re.compile("GXV3[0-9]{3}.*"), Model(series=Series.GXV33, accounts=6)),
    (re.compile("DP7[0-9]{2}.*"), Model(series=Series.DP7, accounts=10)),
    (re.compile("HT80[0-9].*"), Model(series=Series.HT80, accounts=2)),
    (re.compile("HT81[0-9].*"), Model(series=Series.HT81, accounts=8)),
)
"""Models of a known series of which no source tells more: their accounts are configured, their keys are not."""

_NAMELESS = Model(series=Series.GXP16, accounts=1)
"""What is assumed of a device that never told its model: what all phones have in common."""


def printed_name(model: str) -> str:
    """The model without the letters of its variant: `GRP2612P` and `GRP2612W` are the GRP2612."""
    variant = VARIANTS.fullmatch(model)
    return variant[1] if variant else model


def is_of_known_series(model: str) -> bool:
    """Whether its series is one of these, whatever is known of the model itself."""
    return any(pattern.fullmatch(model) for pattern, _model in _UNKNOWN)


def model_named(name: str | None) -> Model:
    """What is known of a model; what its series has in common where nothing else is."""
    known = MODELS.get(printed_name(name or ""))
    if known is not None:
        return known
    return next((model for pattern, model in _UNKNOWN if pattern.fullmatch(name or "")), _NAMELESS)


FIRMWARE: Mapping[Series, tuple[str, ...]] = {
    Series.GXP16: ("1.0.4", "1.0.7"),
    Series.GXP17: ("1.0.1",),
    Series.GXP21: ("1.0.7", "1.0.11"),
    Series.GRP26: ("1.0.3", "1.0.5"),
    Series.GXV32: ("1.0.3",),
    Series.GXV33: ("1.0.3",),
    Series.DP7: ("1.0.2",),
    Series.HT80: ("1.0.5", "1.0.10", "1.0.19", "1.0.27", "1.0.63"),
    Series.HT81: ("1.0.10", "1.0.63"),
}
"""The releases, by their first three numbers, for which the sources say which P-values they read."""
