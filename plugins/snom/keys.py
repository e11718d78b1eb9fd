"""Which key of a phone the n-th function key is, and what is written for it.

Keys are counted from 0: first those of the phone, then those of the first expansion module, of the
second and so on ("depends on the number of function keys on the phone, … and the position of the module in the
daisy chain": the D7's manual).  A key that nobody gave a function is a line key, as it is
from the factory.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from provd.sdk import RawConfigError, numbered

from .models import Model

_TYPES: Mapping[str, str] = {
    # ours and the vendor's: "Function Key Types"
    "speeddial": "speed",
    "blf": "blf",
    "park": "orbit",
    "line": "line",
    "extension": "dest",
    "intercom": "icom",
    "dtmf": "dtmf",
    "url": "url",
    "transfer": "transfer",
    "forward": "redirect",
    "multicast": "multicast",
    "keyevent": "keyevent",
    "presence": "presence",
    "shared-line": "mult",
    "conference": "conference",
    "record": "recorder",
    "auto-answer": "autoanswer",
    "ivr": "ivr",
    "push-to-talk": "p2t",
    "button": "button",
    "none": "none",
}
_SAY_ENOUGH = frozenset({"line", "shared-line", "record", "auto-answer", "intercom", "none"})
"""Types that need no value."""
_IDENTITY = re.compile("[1-9][0-9]{0,2}|active")


def function_keys(
    model: Model, raw_config: Mapping[str, Any]
) -> tuple[list[dict[str, object]], list[int]]:
    """What to write for every key, and the numbers of the function keys for which there is none.

    @raise RawConfigError: a key that has no number, a function or a line that is none.
    """
    wanted = {**numbered(raw_config, "funckeys"), **numbered(raw_config, "X_snom_keys")}
    known = {number: _key(number, key, raw_config) for number, key in wanted.items()}
    written = [
        known.get(number) or {"index": number - 1, "context": "active", "value": "line"}
        for number in range(1, model.all_keys + 1)
    ]
    left_out = [
        number for number, key in sorted(known.items()) if key is None or number > model.all_keys
    ]
    return written, left_out


def _key(
    number: int, key: Mapping[str, Any], raw_config: Mapping[str, Any]
) -> dict[str, object] | None:
    """What is written for a key; None for one that says too little."""
    kind = str(key.get("type"))
    if kind not in _TYPES:
        raise RawConfigError(
            f"function key {number} of type {kind!r}; those there are: {', '.join(sorted(_TYPES))}"
        )
    argument = str(
        key.get("value") or (raw_config.get("exten_park") if kind == "park" else "") or ""
    )
    if not argument and kind not in _SAY_ENOUGH:
        return None
    return {
        "index": number - 1,
        "context": _context(number, key.get("line")),
        "label": str(key.get("label") or argument),
        "value": f"{_TYPES[kind]} {_with_pickup(kind, argument, raw_config)}".rstrip(),
    }


def _with_pickup(kind: str, argument: str, raw_config: Mapping[str, Any]) -> str:
    """A watched extension is told how to pick up its calls: `201|*8`."""
    pickup = raw_config.get("exten_pickup_call") if kind == "blf" else ""
    return f"{argument}|{pickup}" if pickup else argument


def _context(number: int, line: object) -> str:
    """The identity that a key uses: that of its line, or whichever is active."""
    context = str(line or "active")
    if _IDENTITY.fullmatch(context) is None:
        raise RawConfigError(f"function key {number}: {context!r} is not the number of a line")
    return context
