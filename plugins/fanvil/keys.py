"""Which key of a phone the n-th function key is, and what is written for it.

Function keys of the raw config fill the keys beside the display, page by page, then those of the pages, then those of the
expansion modules.  A key
that nobody gave a function is that of the line of its number, where there is such a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from provd.sdk import RawConfigError, numbered

from .models import Form, Model

_NOTHING, _MEMORY, _LINE, _EVENT, _DTMF, _MULTICAST = 0, 1, 2, 3, 4, 14
_MEMORIES: Mapping[str, str] = {
    # `1002@1/f` calls 1002 on line 1
    "speeddial": "f",
    "blf": "ba",
    "park": "c",
    "intercom": "i",
    "forward": "a",
    "mwi": "m",
}
_EVENTS: Mapping[str, str] = {
    "dnd": "F_DND",
    "hold": "F_HOLD",
    "lock": "F_LOCK",
    "pickup": "F_PICKUP",
    "prefix": "F_PREFIX",
    "record": "F_RECORD",
    "redial": "F_REDIAL",
    "transfer": "F_B_TRANSFER",
    "voicemail": "F_MWI",
}
_OLD_EVENTS: Mapping[str, str] = {**_EVENTS, "record": "F_REC"}
_TYPES = sorted({*_MEMORIES, *_EVENTS, "line", "dtmf", "multicast"})
_NUMBER = re.compile("[1-9][0-9]?")

Key = dict[str, object]
Slot = tuple[str, int, int]
"""`dssSide`, `internal` or `external`, the page or module, the key on it."""


def slots(model: Model) -> Iterator[Slot]:
    """The keys in the order in which they are filled."""
    areas = (("dssSide", model.side), ("internal", model.internal), ("external", model.external))
    for area, pages in areas:
        for page in range(1, pages.pages + 1):
            for number in range(1, pages.keys + 1):
                yield area, page, number


def function_keys(
    model: Model, raw_config: Mapping[str, Any]
) -> tuple[list[tuple[str, int, list[Key]]], list[int]]:
    """What to write for the keys of each page, and the numbers of the function keys for which there is none.

    @raise RawConfigError: a key that has no number, or a function or a line that is none.
    """
    wanted = {**numbered(raw_config, "funckeys"), **numbered(raw_config, "X_fanvil_keys")}
    known = {number: _key(model.form, key, raw_config) for number, key in wanted.items()}
    lines = numbered(raw_config, "sip_lines")
    written = [
        (slot, {"number": slot[2], **(known.get(number) or _from_the_factory(number, lines))})
        for number, slot in enumerate(slots(model), start=1)
    ]
    pages = [
        (area, page, [key for _slot, key in keys])
        for (area, page), keys in groupby(written, key=lambda each: each[0][:2])
    ]
    left_out = [
        number for number, key in sorted(known.items()) if key is None or number > len(written)
    ]
    return pages, left_out


def _key(form: Form, key: Mapping[str, Any], raw_config: Mapping[str, Any]) -> Key | None:
    """What is written for a key; None for one that says too little."""
    kind = str(key.get("type"))
    if kind not in _TYPES:
        raise RawConfigError(f"a key of type {kind!r}; those there are: {', '.join(_TYPES)}")
    line = str(key.get("line") or 1)
    if _NUMBER.fullmatch(line) is None:
        raise RawConfigError(f"a function key is of line {line!r}, which is no number from 1 to 99")
    value = str(key.get("value") or _usual_value(kind, raw_config) or "")
    label = str(key.get("label") or value)
    if kind == "line":
        return {"type": _LINE, "value": f"SIP{line}", "label": str(key.get("label") or "")}
    if kind in _EVENTS:
        events = _OLD_EVENTS if form is Form.OLD else _EVENTS
        event = f"{events[kind]}:{value}" if kind == "prefix" else events[kind]
        return {"type": _EVENT, "value": event, "label": label}
    if not value:
        return None
    return {**_called(kind, value, line, raw_config), "label": label}


def _called(kind: str, value: str, line: str, raw_config: Mapping[str, Any]) -> Key:
    """A key that calls or sends its value."""
    if kind == "dtmf":
        return {"type": _DTMF, "value": value}
    if kind == "multicast":
        return {"type": _MULTICAST, "value": value}
    pickup = raw_config.get("exten_pickup_call") if kind == "blf" else ""
    # What is behind the letters is called to take the call that the watched extension is rung by.
    return {
        "type": _MEMORY,
        "value": f"{value}@{line}/{_MEMORIES[kind]}" + (f"{pickup}{value}" if pickup else ""),
    }


def _usual_value(kind: str, raw_config: Mapping[str, Any]) -> Any:
    """What a key without a value calls."""
    extension = {"park": "exten_park", "mwi": "exten_voicemail"}.get(kind)
    return raw_config.get(extension) if extension else ""


def _from_the_factory(number: int, lines: Mapping[int, Mapping[str, Any]]) -> Key:
    if number not in lines:
        return {"type": _NOTHING, "value": "", "label": ""}
    return {"type": _LINE, "value": f"SIP{number}", "label": ""}
