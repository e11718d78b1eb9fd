"""Which key of a phone the n-th function key is, and what is written for it.

Function keys of the raw config fill the line keys of the phone, then its memory keys, then the keys of
the expansion modules, one module after the other.  A line key that nobody gave a function is what
it is from the factory: the key of the line of its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from provd.sdk import RawConfigError, numbered

from .models import Model, Module

_TYPES: Mapping[str, int] = {
    "conference": 1,
    "forward": 2,
    "transfer": 3,
    "hold": 4,
    "dnd": 5,
    "redial": 6,
    "pickup": 9,
    "park": 10,
    "dtmf": 11,
    "voicemail": 12,
    "speeddial": 13,
    "intercom": 14,
    "line": 15,
    "blf": 16,
    "group-pickup": 23,
    "record": 25,
    "history": 28,
    "directory": 29,
    "menu": 30,
    "ldap": 38,
}
"""What a key does, by the numbers that Yealink's configuration templates list ("Valid types are")."""

_NOTHING, _LINE = 0, 15
_COUNTED_FROM_0 = frozenset({9, 10, 12, 16})
"""Types whose line is counted from 0 by release 70 ("the value 0 stands for line 1")."""
_NUMBER = re.compile("[1-9][0-9]{0,2}")
PROGRAMMABLE_KEYS = 14


def slots(model: Model, module: Module | None) -> Iterator[str]:
    """`linekey.1`, …, `memorykey.1`, …, `expansion_module.1.key.1`, …: the keys in the order in which they are filled."""
    for number in range(1, model.line_keys + 1):
        yield f"linekey.{number}"
    for number in range(1, model.memory_keys + 1):
        yield f"memorykey.{number}"
    for row in range(1, module.most + 1 if module else 1):
        for number in range(1, module.keys + 1 if module else 1):
            if module and number not in module.gaps:
                yield f"expansion_module.{row}.key.{number}"


def chosen_module(model: Model, raw_config: Mapping[str, Any]) -> Module | None:
    """The expansion module that somebody named, or else the first that fits.

    @raise RawConfigError: one was named that this model does not take.
    """
    wanted = raw_config.get("X_yealink_expansion_module")
    for module in model.modules:
        if not wanted or wanted == module.name:
            return module
    if wanted and model.modules:
        fitting = " or ".join(module.name for module in model.modules)
        raise RawConfigError(f"X_yealink_expansion_module: {wanted!r} does not fit; {fitting} does")
    return None


def function_keys(
    model: Model, release: int, raw_config: Mapping[str, Any]
) -> tuple[list[dict[str, object]], list[int]]:
    """What to write for each key, and the numbers of the function keys for which there is no key.

    @raise RawConfigError: a key that has no number, or a function that is none.
    """
    wanted = {**numbered(raw_config, "funckeys"), **numbered(raw_config, "X_yealink_keys")}
    places = list(islice(slots(model, chosen_module(model, raw_config)), 999))
    written: list[dict[str, object]] = []
    for number, place in enumerate(places, start=1):
        if number in wanted and (key := _key(place, release, wanted[number], raw_config)):
            written.append(key)
        elif place.startswith(("linekey.", "memorykey.")):
            written.append(_from_the_factory(number, place, raw_config))
    kept = {key["slot"] for key in written if key["type"] != _NOTHING}
    left_out = [n for n in sorted(wanted) if n > len(places) or places[n - 1] not in kept]
    return written, left_out


def programmable_keys(release: int, raw_config: Mapping[str, Any]) -> list[dict[str, object]]:
    """What to write for the keys below the display and beside it, by their number of Yealink's.

    @raise RawConfigError: a key that the phones do not have, or a function that is none.
    """
    wanted = numbered(raw_config, "X_yealink_programmable_keys")
    if beyond := [number for number in wanted if number > PROGRAMMABLE_KEYS]:
        raise RawConfigError(
            f"X_yealink_programmable_keys: there are {PROGRAMMABLE_KEYS}, and no {min(beyond)}"
        )
    places = ((f"programablekey.{number}", wanted[number]) for number in sorted(wanted))
    keys = (_key(place, release, key, raw_config) for place, key in places)
    return [key for key in keys if key]


def _key(
    place: str, release: int, key: Mapping[str, Any], raw_config: Mapping[str, Any]
) -> dict[str, object] | None:
    """What is written for a key; None for one that says too little."""
    kind = _TYPES.get(str(key.get("type")))
    if kind is None:
        raise RawConfigError(
            f"a key of type {key.get('type')!r}; those there are: {', '.join(sorted(_TYPES))}"
        )
    value = str(key.get("value") or _usual_value(str(key["type"]), raw_config) or "")
    if not value and key["type"] in {"speeddial", "blf", "park", "dtmf", "intercom"}:
        return None
    return {
        "slot": place,
        "type": kind,
        "line": _line(key.get("line") or 1, kind, release),
        "value": value,
        # Memory keys have paper labels.
        "label": "" if place.startswith("memorykey.") else str(key.get("label") or value),
        "pickup": str(raw_config.get("exten_pickup_call") or "") if kind == _TYPES["blf"] else "",
    }


def _usual_value(kind: str, raw_config: Mapping[str, Any]) -> Any:
    """What a key without a value calls."""
    extension = {"park": "exten_park", "voicemail": "exten_voicemail"}.get(kind)
    return raw_config.get(extension) if extension else ""


def _line(said: object, kind: int, release: int) -> object:
    number = str(said)
    if release < 72 and kind in _COUNTED_FROM_0 and _NUMBER.fullmatch(number):
        return int(number) - 1
    return number


def _from_the_factory(number: int, place: str, raw_config: Mapping[str, Any]) -> dict[str, object]:
    """A line key is that of its line, where there is such a line; any other key does nothing."""
    line = raw_config.get("sip_lines", {}).get(str(number)) if place[0] == "l" else None
    if line is None:
        return {"slot": place, "type": _NOTHING}
    label = line.get("number") or line.get("display_name") or line.get("username") or ""
    return {"slot": place, "type": _LINE, "line": number, "value": "", "label": label, "pickup": ""}
