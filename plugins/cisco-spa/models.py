"""What these devices are: lines, keys, and in which of three dialects they are told of clock and network.

Lines and keys as in the vendor's administration guides of the SPA300 and SPA500 series, of the SPA9x2, and
as Wazo's plugins for them count.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct


class Series(StrEnum):
    """Devices that know the same parameters."""

    PHONE = "phone"
    GATEWAY = "gateway"
    """The older adapters for telephones: clock and VLAN in the parameters of phones, no keys."""
    ROUTER = "router"
    """The SPA100, SPA200 and ATA190 series: clock, VLAN and passwords in `<router-configuration>`."""


class Model(Struct, frozen=True):
    """One model."""

    series: Series
    lines: int
    keys: int = 0
    """Line keys."""
    modules: int = 0
    """Attendant consoles (SPA500S, SPA932) that can be attached."""


KEYS_OF_A_MODULE = 32

MODELS: Mapping[str, Model] = {
    "SPA301": Model(Series.PHONE, 1),
    "SPA303": Model(Series.PHONE, 3, 3, 2),
    "SPA501G": Model(Series.PHONE, 8, 8, 2),
    "SPA502G": Model(Series.PHONE, 1, 0, 2),
    "SPA504G": Model(Series.PHONE, 4, 4, 2),
    "SPA508G": Model(Series.PHONE, 8, 8, 2),
    "SPA509G": Model(Series.PHONE, 12, 12, 2),
    "SPA512G": Model(Series.PHONE, 1, 0, 2),
    "SPA514G": Model(Series.PHONE, 4, 4, 2),
    "SPA525G": Model(Series.PHONE, 5, 5, 2),
    "SPA525G2": Model(Series.PHONE, 5, 5, 2),
    "SPA901": Model(Series.PHONE, 1),
    "SPA921": Model(Series.PHONE, 1),
    "SPA922": Model(Series.PHONE, 1),
    "SPA941": Model(Series.PHONE, 4, 4),
    "SPA942": Model(Series.PHONE, 4, 4),
    "SPA962": Model(Series.PHONE, 6, 6, 2),
    "SPA2102": Model(Series.GATEWAY, 2),
    # Its second port is a line of the telephone network, which nothing here configures.
    "SPA3102": Model(Series.GATEWAY, 1),
    "SPA8000": Model(Series.GATEWAY, 8),
    # The other four of its eight ports are lines of the telephone network.
    "SPA8800": Model(Series.GATEWAY, 4),
    "SPA112": Model(Series.ROUTER, 2),
    "SPA122": Model(Series.ROUTER, 2),
    # Its other port is a line of the telephone network; of its DECT handsets no source tells.
    "SPA232D": Model(Series.ROUTER, 1),
    "ATA191": Model(Series.ROUTER, 2),
    "ATA192": Model(Series.ROUTER, 2),
}

_NAMELESS = Model(Series.PHONE, 12)
"""What is assumed of a device that never told its model: every line is written, no key is."""


def model_named(name: str | None) -> Model:
    """What is known of a model."""
    return MODELS.get(name or "", _NAMELESS)


def tells_its_registrar(name: str | None) -> bool:
    """Whether it can register elsewhere than at its proxy (`Registrar_Server_1_`: ATA191, ATA192)."""
    return (name or "") in {"ATA191", "ATA192"}
