"""Filters of a list: `version=Gte(3.2)`, `model=In(6730i,6731i)`, `sip.port=5060`, as selectors of the store.

======================  =========================================================
`x`, `Eq(x)`, `Ne(x)`   equal or not; nothing between the parentheses: has none, has one
`Lt Lte Gt Gte (x)`     before or after; of a version, as people read versions
`Between(a,b)`          from a to b, both included; `Except(a,b)`: outside of that
`In(a,b,…)` `Nin(…)`    one of these, or none of them
`Re(pattern)`           the pattern (RE2) is found in the text
======================  =========================================================

Different filters must all hold; a filter that is given several times may hold in either way.  An
argument with commas or spaces of its own is written as a JSON text.  A field of a known type is
compared as that; below a dotted path, and for keys that provd does not know, `5060` is the number
as well as the text.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from provd.values import parse_ip, parse_mac

Operators = dict[str, Any]
"""The operators of one alternative, all of which must hold."""

_FUNCTION = re.compile(r"(Eq|Ne|Lte?|Gte?|Between|Except|In|Nin|Re)\((.*)\)", re.DOTALL)
_BEGUN = re.compile(r"(?:Eq|Ne|Lte?|Gte?|Between|Except|In|Nin|Re)\(")
_RELATIONS = {"Lt": "$lt", "Lte": "$le", "Gt": "$gt", "Gte": "$ge"}
_COUNTS = {"Between": 2, "Except": 2}
_DECODER = json.JSONDecoder()
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_FRACTION = re.compile("[.eE]")
_LITERALS: Mapping[str, Any] = {"true": True, "false": False, "null": None}

LONGEST_NUMBER = 40
"""Characters of a number."""


class Field(Struct, frozen=True):
    """How one field may be asked for."""

    spell: Callable[[str], Any] = str
    """From how a value may be spelled to how documents spell it. @raise ValueError: it is none."""
    versions: bool = False
    """Its texts are versions."""
    many: bool = False
    """It is a list: its elements are asked for."""
    loose: bool = False
    """Nobody knows its type: a number is a text as well."""


def flag(text: str) -> bool:
    """`true` or `false`. @raise ValueError: neither."""
    if text not in {"true", "false"}:
        raise ValueError("neither true nor false")
    return text == "true"


def amount(text: str) -> int | float:
    """A number. @raise ValueError: it is none."""
    if len(text) > LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        raise ValueError("not a number")
    value = float(text) if _FRACTION.search(text) else int(text)
    if not math.isfinite(value):
        raise ValueError("beyond any double")
    return value


TEXT = Field()
FLAG = Field(flag)
NUMBER = Field(amount)
LIST = Field(many=True)
LOOSE = Field(loose=True)
MAC, IP = Field(parse_mac), Field(parse_ip)


def is_free(name: str) -> bool:
    """Whether a parameter that is no known field is a path into documents, or a key of somebody's own."""
    return "." in name or name.startswith("X_")


def condition(field: Field, texts: Sequence[str]) -> Operators:
    """The operators that one filter, given once or several times, comes to.

    @raise ValueError: one is no filter; the message says why.
    """
    alternatives = [each for text in texts for each in _alternatives(field, text)]
    if all(each.keys() == {"$in"} for each in alternatives):
        return {"$in": [value for each in alternatives for value in each["$in"]]}
    return alternatives[0] if len(alternatives) == 1 else {"$any": alternatives}


def _alternatives(field: Field, text: str) -> list[Operators]:
    found = _FUNCTION.fullmatch(text)
    if found is None:
        if _BEGUN.match(text):
            raise ValueError("begins like a function and has no closing parenthesis at its end")
        return _equal("Eq", field, [text])
    name, inside = found.groups()
    if name == "Re":
        _refuse_lists(field, name)
        return [{"$re": inside}]
    given = _arguments(inside)
    wanted = _COUNTS.get(name, len(given) if name in {"In", "Nin"} else 1)
    if len(given) != wanted:
        raise ValueError(f"{name} takes {wanted} values, not {len(given)}")
    if name in {"Eq", "Ne", "In", "Nin"}:
        return _equal(name, field, given)
    _refuse_lists(field, name)
    return _ordered(name, field, given)


def _arguments(inside: str) -> list[str]:
    """What stands between the parentheses, separated by commas; a JSON text keeps its own."""
    found: list[str] = []
    rest = inside
    while True:
        rest = rest.lstrip()
        if rest.startswith('"'):
            value, end = _DECODER.raw_decode(rest)
            value.encode("utf-8")  # half a surrogate pair is no text
            rest = rest[end:].lstrip()
            if rest and not rest.startswith(","):
                raise ValueError("a JSON text is followed by neither a comma nor the end")
        else:
            value = rest.partition(",")[0]
            rest = rest[len(value) :]
            value = value.rstrip()
        found.append(value)
        if not rest:
            return found
        rest = rest[1:]


def _equal(name: str, field: Field, given: Sequence[str]) -> list[Operators]:
    negative = name in {"Ne", "Nin"}
    if list(given) == [""]:
        return [{"$exists": negative}]
    values = [value for text in given for value in _spelled(field, text)]
    if not field.many:
        return [{"$nin" if negative else "$in": values}]
    if not negative:
        return [{"$contains": value} for value in values]
    return [{"$lacks": values}]


def _ordered(name: str, field: Field, given: Sequence[str]) -> list[Operators]:
    if field.versions:
        low, high = given[0], given[-1]
        return [{"$natural": each} for each in _relations(name, low, high)]
    ends = [[value for value in _spelled(field, text) if value is not None] for text in given]
    # What is compared in two ways is compared with both ends in one of them.
    pairs = [(low, high) for low in ends[0] for high in ends[-1] if _alike(low, high)]
    if not pairs:
        raise ValueError("has ends of two types")
    return [each for low, high in pairs for each in _relations(name, low, high)]


def _relations(name: str, low: Any, high: Any) -> list[Operators]:
    if name == "Between":
        return [{"$ge": low, "$le": high}]
    if name == "Except":
        return [{"$lt": low}, {"$gt": high}]
    return [{_RELATIONS[name]: low}]


def _alike(low: Any, high: Any) -> bool:
    return isinstance(low, str) == isinstance(high, str) and (type(low) is bool) == (
        type(high) is bool
    )


def _spelled(field: Field, text: str) -> list[Any]:
    """What a text means: one value, and where nobody knows the type, the JSON value it spells as well."""
    if not field.loose:
        return [field.spell(text)]
    if text in _LITERALS:
        return [text, _LITERALS[text]]
    try:
        return [text, amount(text)]
    except ValueError:
        return [text]


def _refuse_lists(field: Field, name: str) -> None:
    if field.many:
        raise ValueError(f"is a list, and {name} is not for lists; Eq, Ne and In are")
