"""Which key of a phone the n-th function key is, and what is written for it.

A phone has programmable keys (`prgkeyN`, a lamp beside printed paper), soft keys (`softkeyN`, below
or beside the display) and top soft keys (`topsoftkeyN`).  Function keys of the raw config fill the
keys that keep their place first: those with a lamp or at the top, then those below, then those of the expansion
modules (`expmod1 keyN`), one module after the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from provd.sdk import RawConfigError, numbered

from .models import MODELS, MOST_MODULES, Model, Module
from .text import written


class Slot(Struct, frozen=True):
    """A key of a phone."""

    name: str
    """`prgkey3`, `topsoftkey12`, `expmod1 key40`."""
    has_label: bool
    """Paper labels are not configured."""
    watches: bool = True
    """Whether it can show what another phone does."""


def slot(name: str, module: Module | None, number: int) -> Slot | None:
    """The n-th key of a model with modules of one kind; None when the phone has no such key."""
    for kind, count in MODELS.get(name, Model()).keys:
        if number <= count:
            # The 6800 series has no busy lamp fields below its display (Wazo's plugin).
            watches = not (kind == "softkey" and name.startswith("68"))
            return Slot(f"{kind}{number}", kind != "prgkey", watches)
        number -= count
    if module is None or number > module.keys * MOST_MODULES:
        return None
    at, key = divmod(number - 1, module.keys)
    return Slot(f"expmod{at + 1} key{key + 1}", module.has_display)


def chosen_module(name: str, raw_config: Mapping[str, Any]) -> Module | None:
    """The expansion module that somebody named, or else the first that fits.

    @raise RawConfigError: one was named that this model does not take.
    """
    modules = MODELS.get(name, Model()).modules
    wanted = raw_config.get("X_aastra_expansion_module")
    for module in modules:
        if not wanted or wanted == module.name:
            return module
    if wanted and modules:
        fitting = " or ".join(module.name for module in modules)
        raise RawConfigError(f"X_aastra_expansion_module: {wanted!r} does not fit; {fitting} does")
    return None


def function_keys(
    model: str, raw_config: Mapping[str, Any]
) -> tuple[list[dict[str, object]], list[int]]:
    """What to write for each function key, and the numbers of those for which there is no key.

    @raise RawConfigError: a number that is none; an expansion module that does not fit.
    """
    module = chosen_module(model, raw_config)
    programmed: list[dict[str, object]] = []
    left_out: list[int] = []
    for number, key in numbered(raw_config, "funckeys").items():
        place, exten = slot(model, module, number), _extension(key, raw_config)
        if place and exten:
            programmed.append(_key(place, key, exten))
        else:
            left_out.append(number)
    return programmed, left_out


def _key(place: Slot, key: Mapping[str, Any], exten: str) -> dict[str, object]:
    return {
        "slot": place.name,
        "type": key["type"] if key["type"] != "blf" or place.watches else "speeddial",
        # The phone parks in a way of each kind of server, which it is told first.
        "value": written(f"asterisk;{exten}" if key["type"] == "park" else exten),
        "label": written(key.get("label") or exten) if place.has_label else "",
        "line": key.get("line") or 1,
    }


def _extension(key: Mapping[str, Any], raw_config: Mapping[str, Any]) -> str:
    """What the key calls, watches or parks at; empty when nobody said."""
    shared = raw_config.get("exten_park") if key["type"] == "park" else ""
    return str(key.get("value") or shared or "")
