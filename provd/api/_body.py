"""Reading JSON from a stranger: bounded in bytes, values and depth, strict where parsers differ.

Duplicate keys, NaN, infinities, lone surrogates and numbers beyond a double are refused: every
one of them has made two programs read one document differently.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

import msgspec

from provd.api._errors import MalformedRequest
from provd.documents.reading import json_type

BODY_LIMIT = 1 << 20
"""Bytes of a request's body that are read at most."""

DEPTH_LIMIT = 32
"""How deep arrays and objects may nest; the deepest raw config needs four."""

VALUES_LIMIT = 5000
"""How many values a body may hold: a phone's whole raw config has some hundreds.  Reading and
validating so many takes ten milliseconds, and phones wait meanwhile."""

# The closing quote is optional so that a string without an end is stepped over once, not once per character.
EXACT = 1 << 53
"""Below this every integer is a double, and every double without a fraction is that integer."""

_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]|,', re.DOTALL)


def read_json(body: bytes, part: str = "body") -> Any:
    """The value that `body` spells.

    @raise MalformedRequest: it is not strict JSON (RFC 8259, UTF-8), or nests too deep.
    """
    _bound(body, part)
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_without_duplicates,
            parse_constant=_refuse_constant,
            parse_float=_finite,
        )
        # Python accepts lone surrogates, which no encoder can write again.
        msgspec.json.encode(value)
    except (ValueError, RecursionError) as error:
        raise MalformedRequest(part, f"not JSON: {error}", "one JSON value in UTF-8") from error
    return value


def read_object(body: bytes, part: str = "body") -> dict[str, Any]:
    """The object that `body` spells. @raise MalformedRequest: it is not one."""
    value = read_json(body, part)
    if not isinstance(value, dict):
        raise MalformedRequest(part, f"is {json_type(value)}", "a JSON object")
    return value


def _bound(body: bytes, part: str) -> None:
    depth = 0
    values = 1
    for token in _TOKENS.finditer(body):
        first = body[token.start()]
        if first in b"[{":
            depth += 1
            if depth > DEPTH_LIMIT:
                raise MalformedRequest(part, "nests too deep", f"{DEPTH_LIMIT} levels at most")
        elif first in b"]}":
            depth -= 1
        elif first == 0x2C:
            values += 1
            if values > VALUES_LIMIT:
                raise MalformedRequest(part, "holds too much", f"{VALUES_LIMIT} values at most")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for twice, _value in pairs:
            if twice in seen:
                break
            seen.add(twice)
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is beyond any double")
    # 10.0 is an integer to JSON Schema, and to programs whose only numbers are doubles.
    return int(value) if value.is_integer() and abs(value) < EXACT else value
