"""Which button the n-th function key is, and the expansion modules that add buttons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from provd.sdk import RawConfigError, numbered

from .models import MODULES, Model, Module

KEY, LOAD = "X_cisco_expansion_modules", "X_cisco_module_load"


def attached(name: str, model: Model, raw_config: Mapping[str, Any]) -> list[Module]:
    """The modules that somebody said are attached, from the left: nothing else tells the phone of them.

    @raise RawConfigError: there is no such module, it does not fit, or there are more than the phone takes.
    """
    said = raw_config.get(KEY) or []
    if not isinstance(said, list):
        raise RawConfigError(f"{KEY} is no list of modules")
    for each in said:
        if each not in MODULES or (model.modules and each not in model.modules):
            fitting = " or ".join(model.modules or MODULES)
            raise RawConfigError(f"{KEY}: {each!r} does not fit; {fitting} does")
    most = model.most_modules or (0 if name else 3)
    if len(said) > most:
        raise RawConfigError(f"{KEY}: a {name or 'phone'} takes {most}")
    return [MODULES[each] for each in said]


def told(modules: Sequence[Module], raw_config: Mapping[str, Any]) -> list[dict[str, object]]:
    """What the file says of each module."""
    load = raw_config.get(LOAD) or ""
    return [
        {
            "place": place,
            "type": module.device_type.partition("-")[0] if module.has_load else module.device_type,
            "buttons": module.buttons,
            "load": load if module.has_load else "",
        }
        for place, module in enumerate(modules, 1)
    ]


def speed_dials(
    buttons: int, raw_config: Mapping[str, Any], lines: int
) -> tuple[list[dict[str, object]], list[int]]:
    """The n-th function key is the n-th button after the lines; those beyond the last are left out."""
    written: list[dict[str, object]] = []
    left_out: list[int] = []
    for number, key in numbered(raw_config, "funckeys").items():
        value = key.get("value") or (raw_config.get("exten_park") if key["type"] == "park" else "")
        if value and lines + number <= buttons:
            written.append(
                {
                    "button": lines + number,
                    "number": number,
                    "label": key.get("label") or value,
                    "value": value,
                    "watched": key["type"] == "blf",
                }
            )
        else:
            left_out.append(number)
    return written, left_out
