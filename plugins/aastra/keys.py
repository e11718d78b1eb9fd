"""Which key of a phone the n-th function key is, and what is written for it.

A phone has programmable keys (`prgkeyN`, a lamp beside printed paper), soft keys (`softkeyN`, below
or beside the display) and top soft keys (`topsoftkeyN`).  Function keys of the raw config fill the
keys that keep their place first: those with a lamp or at the top, then those below.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provd.sdk import numbered

from .text import written

_KEYS: Mapping[str, tuple[tuple[str, int], ...]] = {
    "6730i": (("prgkey", 8),),
    "6731i": (("prgkey", 8),),
    "6735i": (("prgkey", 6), ("softkey", 20)),
    "6737i": (("topsoftkey", 10), ("softkey", 20)),
    "6739i": (("softkey", 55),),
    "6753i": (("prgkey", 6),),
    "6755i": (("prgkey", 6), ("softkey", 20)),
    "6757i": (("topsoftkey", 10), ("softkey", 20)),
    "6757iCT": (("topsoftkey", 10), ("softkey", 20)),
    "6863i": (("prgkey", 3),),
    "6865i": (("prgkey", 8),),
    "6867i": (("topsoftkey", 20), ("softkey", 18)),
    "6869i": (("topsoftkey", 44), ("softkey", 24)),
    "6873i": (("topsoftkey", 48), ("softkey", 30)),
    "6910": (("prgkey", 8),),
    "6920": (("topsoftkey", 20), ("softkey", 18)),
    "6930": (("topsoftkey", 44), ("softkey", 24)),
    "6940": (("topsoftkey", 48), ("softkey", 30)),
    "9143i": (("prgkey", 7),),
    "9480i": (("softkey", 20),),
    "9480iCT": (("softkey", 20),),
}
"""Model: kinds of keys in the order in which they are filled, with how many there are (administrator
guides, "Softkeys, programmable keys, expansion module keys")."""


def slot(model: str, number: int) -> str:
    """`prgkey3`, `topsoftkey12`; empty when the phone has no such key."""
    for kind, count in _KEYS.get(model.removesuffix("w"), ()):
        if number <= count:
            return f"{kind}{number}"
        number -= count
    return ""


def function_keys(
    model: str, raw_config: Mapping[str, Any]
) -> tuple[list[dict[str, object]], list[int]]:
    """What to write for each function key, and the numbers of those for which there is no key."""
    programmed: list[dict[str, object]] = []
    left_out: list[int] = []
    for number, key in numbered(raw_config, "funckeys").items():
        place, exten = slot(model, number), _extension(key, raw_config)
        if place and exten:
            programmed.append(
                {
                    "slot": place,
                    "type": key["type"],
                    # The phone parks in a way of each kind of server, which it is told first.
                    "value": written(f"asterisk;{exten}" if key["type"] == "park" else exten),
                    # Paper labels are not configured.
                    "label": ""
                    if place.startswith("prgkey")
                    else written(key.get("label") or exten),
                    "line": key.get("line") or 1,
                }
            )
        else:
            left_out.append(number)
    return programmed, left_out


def _extension(key: Mapping[str, Any], raw_config: Mapping[str, Any]) -> str:
    """What the key calls, watches or parks at; empty when nobody said."""
    shared = raw_config.get("exten_park") if key["type"] == "park" else ""
    return str(key.get("value") or shared or "")
