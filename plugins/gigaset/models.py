"""The models, as data: which form of file each reads, and how many lines and keys it has.

Sources: Wazo's plugins (handsets of the N series), Gigaset's wiki (capacities in the User-Agents of the N610 to
N870), the models of Tancredi (Maxwell).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct


class Form(StrEnum):
    """How the file of a model is written."""

    BASE = "ProviderFrame, BS_IP_Data1"
    """Of the N510, and of base stations of its age: lines 2 to 6 by suffixes."""
    MULTICELL = "ProviderFrame, BS_VOIP_Data"
    """Of the N720: providers and accounts in arrays."""
    DECT = "provisioning, SipProvider"
    """Of the N530 to N870: providers, accounts and handsets by their numbers."""
    DESK = "provisioning, SIP.Account"
    """Of the Maxwell phones."""


class Model(Struct, frozen=True, kw_only=True):
    """One model."""

    lines: int
    form: Form
    keys: int = 0
    proven: bool = True
    """A source writes files for this very model."""

    @property
    def kind(self) -> str:
        """What it is."""
        return "deskphone" if self.form is Form.DESK else "dect"

    @property
    def has_backup(self) -> bool:
        """A parameter of the form names a second server."""
        return self.form in {Form.DECT, Form.DESK}


def _base(*, proven: bool = True) -> Model:
    return Model(lines=6, form=Form.BASE, proven=proven)


def _dect(lines: int, *, proven: bool = True) -> Model:
    return Model(lines=lines, form=Form.DECT, proven=proven)


def _desk(keys: int) -> Model:
    return Model(lines=4, form=Form.DESK, keys=keys)


MODELS: Mapping[str, Model] = {
    "C590 IP": _base(proven=False),
    "C610 IP": _base(proven=False),
    "Maxwell 2": _desk(8),
    "Maxwell 3": _desk(8),
    "Maxwell 4": _desk(8),
    "Maxwell Basic": _desk(0),
    "N300 IP": _base(proven=False),
    "N510 IP PRO": _base(),
    "N530 IP PRO": _dect(8, proven=False),
    "N610 IP PRO": _dect(20),
    "N670 IP PRO": _dect(20),
    "N720 DM PRO": Model(lines=100, form=Form.MULTICELL),
    "N720 IP PRO": Model(lines=100, form=Form.MULTICELL),
    "N770 IP PRO": _dect(100),
    "N870 IP PRO": _dect(250),
    "N870 VI PRO": _dect(250, proven=False),
    "N870E IP PRO": _dect(250),
}
"""Names as the devices write them in their User-Agent, without `Gigaset`; a line is a handset's."""

NO_FILES = frozenset({"C470 IP", "C475 IP", "S675 IP", "S685 IP"})
"""Models that are known, and that no source configures with files."""

BASE_OF = {"N720 DM PRO": "N720 IP PRO"}
"""The model of the base stations that a manager of several cells brings their firmware."""

UNKNOWN = Model(lines=4, form=Form.DESK, proven=False)
"""What is assumed where no User-Agent tells the model: all that are known to send one are listed."""
UNKNOWN_DECT = Model(lines=6, form=Form.DECT, proven=False)

_PRO = re.compile(r"N[0-9]{3}.* PRO")


def model_named(name: str | None) -> Model:
    """What is known of a model."""
    other = UNKNOWN_DECT if _PRO.fullmatch(name or "") else UNKNOWN
    return MODELS.get(name or "", other)
