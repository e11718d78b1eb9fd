"""The models that read `SEP<MAC>.cnf.xml`, how many line buttons each has, and the expansion modules.

Sources: chan-sccp's table of buttons and Wazo's plugins; usecallmanager.nz ("SEPMAC.cnf.xml": elements by series,
modules with their buttons; "User Locale": the file of texts of each model) for what of the 6900, 7800, 8800, 8900 and
9900 series reads the file as those of the 7900 series do.  The buttons of the 7800 and 8800 series are confirmed by none
of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Module(Struct, frozen=True):
    """An expansion module."""

    device_type: str
    """What the file calls it."""
    buttons: int
    has_load: bool = False
    """Whether its firmware is a load of its own."""


class Model(Struct, frozen=True):
    """One model."""

    buttons: int = 48
    """Of one that nobody knows: those of a 7960G with three modules."""
    modules: tuple[str, ...] = ()
    """Kinds that fit."""
    most_modules: int = 0
    is_text: bool = False
    """Its SIP firmware reads `SIP<MAC>.cnf`."""
    is_sccp_only: bool = False
    may_be_multiplatform: bool = False
    """The same phone is sold with firmware that reads none of these files."""
    waits_simply: bool = False
    """Call waiting is on or off, and not for the user to change."""


MODULES: Mapping[str, Module] = {
    "7914": Module("7914", 14, has_load=True),
    "7915-12": Module("7915", 12, has_load=True),
    "7915-24": Module("7915", 24, has_load=True),
    "7916-12": Module("7916", 12, has_load=True),
    "7916-24": Module("7916", 24, has_load=True),
    "BEKEM": Module("BEKEM", 36),
    "CP-8800-Audio": Module("CP-8800-Audio", 28),
    "CP-8800-Video": Module("CP-8800-Video", 28),
    "CKEM": Module("CKEM", 36),
}

_OLDER, _NEWER = ("7914",), ("7915-24", "7915-12", "7916-24", "7916-12")


def _new(buttons: int, *modules: str, most: int = 0) -> Model:
    """Of the 7800 and 8800 series."""
    return Model(buttons, modules, most, may_be_multiplatform=True, waits_simply=True)


ADAPTER = "ATA190"
"""Reads the same as `ATA<MAC>.cnf.xml`, one file for each of its two ports (Cisco's guide "Cisco Unified Communications
Manager Express Configuration and Test for Cisco ATA 190")."""

MODELS: Mapping[str, Model] = {
    ADAPTER: Model(2),
    "6901": Model(1),
    "6911": Model(1),
    "6921": Model(2),
    "6941": Model(4),
    "6945": Model(4),
    "6961": Model(12),
    "7811": _new(1),
    "7821": _new(2),
    "7832": _new(1),
    "7841": _new(4),
    "7861": _new(16),
    "7906G": Model(1),
    "7911G": Model(1),
    "7921G": Model(6, is_sccp_only=True),
    "7925G": Model(6, is_sccp_only=True),
    "7926G": Model(6, is_sccp_only=True),
    "7931G": Model(24),
    "7937G": Model(1, is_sccp_only=True),
    "7940G": Model(2, is_text=True),
    "7941G": Model(2),
    "7942G": Model(2),
    "7945G": Model(2),
    "7960G": Model(6, _OLDER, 2, is_text=True),
    "7961G": Model(6, _OLDER, 2),
    "7962G": Model(6, (*_NEWER, *_OLDER), 2),
    "7965G": Model(6, (*_NEWER, *_OLDER), 2),
    "7970G": Model(8, _OLDER, 2),
    "7971G": Model(8, _OLDER, 2),
    "7975G": Model(8, (*_NEWER, *_OLDER), 2),
    "8811": _new(5),
    "8821": Model(6, waits_simply=True),
    "8832": _new(1),
    "8841": _new(5),
    "8845": _new(5),
    "8851": _new(5, "BEKEM", "CP-8800-Audio", most=2),
    "8861": _new(5, "BEKEM", "CP-8800-Audio", most=3),
    "8865": _new(5, "BEKEM", "CP-8800-Video", most=3),
    "8941": Model(4),
    "8945": Model(4),
    "8961": Model(5, ("CKEM",), 1),
    "9951": Model(5, ("CKEM",), 2),
    "9971": Model(6, ("CKEM",), 3),
}
UNKNOWN = Model()
"""Taken for a phone of which nobody said what it is."""
