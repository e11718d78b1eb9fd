"""What the n-th function key is: a busy lamp field, a speed dial or a parking place.

Function keys are the line keys that lines leave free, in their order, those of expansion modules last.  A
busy lamp field is a row of `attendant.resourceList`, which also holds parking places ("automata": calls are
transferred to them and taken from them, engineering advisory 62475).  A speed dial is an entry of the
phone's directory with an index.  Where line keys are flexible, each is told what it is and keeps its place; else
the phone sets up lines, then speed dials and watched numbers, one after another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from provd.sdk import numbered

from .models import Model


class Keys(Struct, frozen=True):
    """What the templates write."""

    watched: list[dict[str, object]]
    dialled: list[dict[str, object]]
    line_keys: list[dict[str, object]]
    """One row for each line key up to the last that is used; empty where keys are not flexible."""
    left_out: list[int]
    """The numbers of those for which there is no key, or no number to call."""
    line: int
    """The line that watches: the phone has one for all."""


def function_keys(model: Model, lines: list[int], raw_config: Mapping[str, Any]) -> Keys:
    """The keys of a phone with these lines.

    @raise RawConfigError: a number of a key is none.
    """
    keys = Keys([], [], [], [], _line(lines, raw_config))
    places = {at: ("Line", number) for at, number in enumerate(lines, start=1)}
    for number, key in numbered(raw_config, "funckeys").items():
        category, place = _category(key), len(lines) + number
        exten = _extension(key, raw_config)
        if not exten or _beyond(place, model) or (category == "BLF" and not model.watches):
            keys.left_out.append(number)
            continue
        rows = keys.watched if category == "BLF" else keys.dialled
        rows.append(_row(len(rows) + 1, exten, key))
        # Watched numbers come in the order of the list, which index 0 says.
        places[place] = (category, 0 if category == "BLF" else len(rows))
    if model.series.flexible and len(places) > len(lines):
        keys.line_keys.extend(_line_keys(places))
    return keys


def _category(key: Mapping[str, Any]) -> str:
    return "SpeedDial" if key["type"] == "speeddial" else "BLF"


def _extension(key: Mapping[str, Any], raw_config: Mapping[str, Any]) -> str:
    """What the key calls, watches or parks at; empty when nobody said."""
    shared = raw_config.get("exten_park") if key["type"] == "park" else ""
    return str(key.get("value") or shared or "")


def _beyond(place: int, model: Model) -> bool:
    return model.all_keys is not None and place > model.all_keys


def _row(index: int, exten: str, key: Mapping[str, Any]) -> dict[str, object]:
    return {
        "index": index,
        "value": exten,
        "label": key.get("label") or exten,
        "type": "automata" if key["type"] == "park" else "normal",
    }


def _line_keys(places: Mapping[int, tuple[str, int]]) -> list[dict[str, object]]:
    """Every key up to the last, those without a use too: a key that is told nothing takes what comes."""
    rows = [(at, *places.get(at, ("Unassigned", 0))) for at in range(1, max(places) + 1)]
    return [{"at": at, "category": category, "index": index} for at, category, index in rows]


def _line(lines: list[int], raw_config: Mapping[str, Any]) -> int:
    """The line of the first watching key that names one; the phone's first where there is none such."""
    lines = lines or [1]
    for key in numbered(raw_config, "funckeys").values():
        if _category(key) == "BLF" and key.get("line"):
            return next((line for line in lines if str(line) == str(key["line"])), lines[0])
    return lines[0]
