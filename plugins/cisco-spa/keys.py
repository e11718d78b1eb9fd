"""What the n-th function key is: the n-th line key that lines leave free, then the keys of attendant consoles.

A key that is no line's has an "extended function": `fnc=blf+sd+cp;sub=1002@$PROXY;ext=1002@$PROXY;vid=1;nme=Bob`, where
`$PROXY` is the server of line `vid` (the vendor's administration guides of its later phones with that firmware,
"Programmable features on line keys").  Its fields are separated by semicolons, which it has no way to write, and
`$` begins the name of something to put in, so that a dollar is written twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from provd.sdk import RawConfigError, numbered

from .clock import Parameters
from .models import KEYS_OF_A_MODULE, Model

_CALLED = re.compile(r"[0-9A-Za-z*#+._-]{1,64}")
"""What can be dialled, watched or parked at."""


def function_keys(model: Model, raw_config: Mapping[str, Any]) -> tuple[Parameters, list[int]]:
    """The parameters of all keys, those of lines among them; the numbers of those that are left out.

    @raise RawConfigError: a number of a key is none; what a key calls would begin another field.
    """
    lines = {
        number: row
        for number, row in numbered(raw_config, "sip_lines").items()
        if number <= model.lines
    }
    free = [number for number in range(1, model.keys + 1) if number not in lines]
    functions, left_out = _functions(model, free, raw_config)
    written: Parameters = []
    for number in range(1, model.keys + 1):
        line = lines.get(number)
        if line is not None:
            label = line.get("number") or line.get("username")
            written += _key(number, str(number), _text(label), "")
        else:
            label, function = functions.pop(f"{number}", ("", ""))
            written += _key(number, "Disabled", label, function)
    if functions:
        written.append(("Server_Type", "Asterisk"))
        modules = {int(slot[5]) for slot in functions}
        written += [(f"Unit_{module}_Enable", "Yes") for module in sorted(modules)]
    written += [(slot, function) for slot, (_label, function) in functions.items()]
    if model.keys or model.modules:
        pickup = raw_config.get("exten_pickup_call")
        written.append(("Attendant_Console_Call_Pickup_Code", pickup))
    return written, left_out


def _functions(
    model: Model, free: list[int], raw_config: Mapping[str, Any]
) -> tuple[dict[str, tuple[str, str]], list[int]]:
    """Label and function by slot: the number of a line key, or the parameter of a key of a console."""
    found: dict[str, tuple[str, str]] = {}
    left_out: list[int] = []
    for number, key in numbered(raw_config, "funckeys").items():
        slot, exten = _slot(model, free, number), _extension(key, raw_config)
        if exten and not _CALLED.fullmatch(exten):
            raise RawConfigError(
                f"funckeys: {exten!r} at {number} is nothing that a key could dial"
            )
        if slot and exten:
            label = _text(key.get("label") or exten)
            found[slot] = (label, _function(key, exten, label))
        else:
            left_out.append(number)
    return found, left_out


def _key(number: int, extension: str, label: str, function: str) -> Parameters:
    return [
        (f"Extension_{number}_", extension),
        (f"Short_Name_{number}_", label),
        (f"Extended_Function_{number}_", function),
    ]


def _slot(model: Model, free: list[int], number: int) -> str:
    """`3`, or `Unit_1_Key_7`; empty when the phone has no such key."""
    if number <= len(free):
        return str(free[number - 1])
    module, at = divmod(number - len(free) - 1, KEYS_OF_A_MODULE)
    return f"Unit_{module + 1}_Key_{at + 1}" if module < model.modules else ""


def _function(key: Mapping[str, Any], exten: str, label: str) -> str:
    """A parking place is dialled: the vendor's own way to park is one of other servers."""
    who, line = f"{exten}@$PROXY", int(key.get("line") or 1)
    watched = f"fnc=blf+sd+cp;sub={who}" if key["type"] == "blf" else "fnc=sd"
    return f"{watched};ext={who};vid={line};nme={label}"


def _extension(key: Mapping[str, Any], raw_config: Mapping[str, Any]) -> str:
    """What the key calls, watches or parks at; empty when nobody said."""
    shared = raw_config.get("exten_park") if key["type"] == "park" else ""
    return str(key.get("value") or shared or "")


def _text(text: object) -> str:
    """A label as such a function holds it."""
    return str(text or "").replace(";", ",").replace("$", "$$")
