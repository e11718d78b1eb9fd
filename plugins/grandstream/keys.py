"""Which key of a phone the n-th function key is, and what is written for it.

Function keys of the raw config fill the keys of the display ("VPK"), then those beside it ("MPK"), then those
of expansion modules.  A line key that nobody gave a function is what it is from the factory: the key of
the line of its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from provd.sdk import RawConfigError, numbered

from .accounts import PValue
from .models import Model, Series

_NUMBER = re.compile("[1-9][0-9]?")
_MODES: Mapping[str, int] = {"none": -1, "speeddial": 0, "blf": 1, "park": 9}
"""What a key does; on a line key everything but `none` is ten more, and 0 is the line."""
_WORDS: Mapping[str, str] = {
    "none": "none",
    "line": "default",
    "speeddial": "speeddial",
    "blf": "blf",
    "park": "callpark",
}
"""The GRP phones take words, whose numbers have changed between their releases."""
_LINE, _MORE = 0, 10
_WITHOUT_NONE = frozenset({Series.GXV32, Series.GXV33})
"""Video phones, on which a key without a function is one that calls nobody."""


class Slot(Struct, frozen=True):
    """One key: the numbers of the four P-values that it is made of."""

    mode: int
    account: int
    label: int
    value: int
    line: int = 0
    """The line whose key it is from the factory; 0 for a key that is none."""


def slots(model: Model) -> Iterator[Slot]:
    """The keys of a model in the order in which they are filled."""
    for number in range(1, model.virtual_keys + 1):
        yield _virtual(number, number if number <= model.line_keys else 0)
    for number in range(1, model.physical_keys + 1):
        yield _physical(number)
    for number in range(1, model.extension_keys + 1):
        yield _in_a_row(23000 + 5 * (number - 1))


def _in_a_row(first: int, line: int = 0) -> Slot:
    return Slot(first, first + 1, first + 2, first + 3, line)


def _virtual(number: int, line: int) -> Slot:
    if number > 6:
        return _in_a_row(23800 + 4 * (number - 7), line)
    at = 2 * (number - 1)
    return Slot(1363 + at, 1364 + at, 1465 + at, 1466 + at, line)


def _physical(number: int) -> Slot:
    if number > 18:
        return _in_a_row(1440 + 4 * (number - 19))
    if number > 7:
        return _in_a_row(353 + 4 * (number - 8))
    at = 3 * (number - 1)
    return Slot(322 + number, 301 + at, 302 + at, 303 + at)


def function_keys(model: Model, raw_config: Mapping[str, Any]) -> tuple[list[PValue], list[int]]:
    """What is written for the keys, and the numbers of the function keys for which there is no key.

    @raise RawConfigError: a key that has no number, or a line that is none.
    """
    wanted = numbered(raw_config, "funckeys")
    lines = {line for line in numbered(raw_config, "sip_lines") if line <= model.accounts}
    written: list[PValue] = []
    filled: set[int] = set()
    last = max(wanted, default=0)
    for number, slot in enumerate(slots(model), start=1):
        key = wanted.get(number, {})
        value = key.get("value") or _usual_value(key, raw_config)
        mode = _mode(model.series, str(key.get("type")), slot) if value else None
        if mode is not None:
            filled.add(number)
            label = key.get("label") or value
            written += _key(slot, mode, _account(key), label, value)
        elif slot.line in lines:
            written += _key(slot, _mode(model.series, "line", slot), slot.line - 1, "", "")
        elif model.series not in _WITHOUT_NONE:
            written += _unused(model.series, slot)
        elif number < last:
            written += _key(slot, _MODES["speeddial"], 0, "", "")
    return written, [number for number in wanted if number not in filled]


def _key(slot: Slot, mode: object, account: int, label: object, value: object) -> list[PValue]:
    return [(slot.mode, mode), (slot.account, account), (slot.label, label), (slot.value, value)]


def _unused(series: Series, slot: Slot) -> list[PValue]:
    """A key that does nothing; it has to be said, since the one after it counts from it."""
    if series is Series.GXP16 and slot.line:
        return _key(slot, _LINE, 0, "", "")
    return [(slot.mode, _mode(series, "none", slot))]


def _mode(series: Series, kind: str, slot: Slot) -> int | str | None:
    """How the series says what a key does; None where it cannot."""
    if series is Series.GRP26:
        return _WORDS.get(kind)
    if kind == "line":
        return _LINE
    mode = _MODES.get(kind)
    if not slot.line or mode is None or kind == "none":
        return mode
    if series is Series.GXP16 and kind != "speeddial":
        # The line keys of a GXP16xx neither watch nor park.
        return None
    return mode + _MORE


def _account(key: Mapping[str, Any]) -> int:
    said = str(key.get("line") or 1)
    if _NUMBER.fullmatch(said) is None:
        raise RawConfigError(f"a function key is of line {said!r}, which is no number from 1 to 99")
    return int(said) - 1


def _usual_value(key: Mapping[str, Any], raw_config: Mapping[str, Any]) -> Any:
    """What a key without a value calls."""
    return raw_config.get("exten_park") if key.get("type") == "park" else ""
