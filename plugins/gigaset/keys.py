"""The function keys of the Maxwell phones.

Key n is that of line n, where there is such a line, unless it was given a function.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from provd.sdk import RawConfigError, numbered

from .models import Model

Key = Mapping[str, object]

_NOTHING, _LINE, _SPEED_DIAL, _BLF, _DIVERT, _DTMF, _URL, _CODE = -1, 0, 3, 4, 6, 7, 8, 10
_KINDS: Mapping[str, tuple[int, str]] = {
    # the parameter that takes the value
    "blf": (_BLF, "PhoneNumber"),
    "code": (_CODE, "EnableCode"),
    "dtmf": (_DTMF, "DTMFCode"),
    "forward": (_DIVERT, "PhoneNumber"),
    "line": (_LINE, "Connection"),
    "park": (_SPEED_DIAL, "PhoneNumber"),
    "speeddial": (_SPEED_DIAL, "PhoneNumber"),
    "url": (_URL, "URL"),
}
_NUMBER = re.compile("[1-4]")


def function_keys(model: Model, raw_config: Mapping[str, Any]) -> tuple[list[Key], bool]:
    """What is written for each key, and whether something is left out.

    @raise RawConfigError: a key that has no number, or a function or a line that is none.
    """
    wanted = {**numbered(raw_config, "funckeys"), **numbered(raw_config, "X_gigaset_keys")}
    known = {number: _key(key, raw_config) for number, key in wanted.items()}
    lines = numbered(raw_config, "sip_lines")
    keys: list[Key] = [
        {"index": number - 1, **(known.get(number) or _from_the_factory(model, number, lines))}
        for number in range(1, model.keys + 1)
    ]
    left_out = any(key is None or number > model.keys for number, key in known.items())
    return keys, left_out


def _key(key: Mapping[str, Any], raw_config: Mapping[str, Any]) -> Key | None:
    """What is written for a key; None for one that says too little."""
    kind = str(key.get("type"))
    if kind not in _KINDS:
        raise RawConfigError(f"a key of type {kind!r}; those there are: {', '.join(_KINDS)}")
    number, parameter = _KINDS[kind]
    if kind == "line":
        return {**_line(str(key.get("line") or 1)), "label": str(key.get("label") or "")}
    value = str(key.get("value") or (raw_config.get("exten_park") if kind == "park" else "") or "")
    if not value:
        return None
    return {
        "type": number,
        "parameter": parameter,
        "value": value,
        "label": str(key.get("label") or value),
        "pickup": str(raw_config.get("exten_pickup_call") or "") if kind == "blf" else "",
    }


def _line(line: str) -> Key:
    if _NUMBER.fullmatch(line) is None:
        raise RawConfigError(f"a function key is of line {line!r}, which is no number from 1 to 4")
    # accounts are counted from 0
    return {"type": _LINE, "parameter": "Connection", "value": int(line) - 1, "label": ""}


def _from_the_factory(model: Model, number: int, lines: Mapping[int, Any]) -> Key:
    if number not in lines or number > model.lines:
        return {"type": _NOTHING, "parameter": "", "value": "", "label": ""}
    return _line(str(number))
