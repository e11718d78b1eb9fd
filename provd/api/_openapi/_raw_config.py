"""The parameters of a raw config as JSON Schema: from the table that checks them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from provd.documents.raw_config.schema import (
    FUNCTION_KEY,
    KEYS,
    NEEDS,
    TABLES,
    VALUE_REQUIRED,
    Key,
    Table,
    Type,
)
from provd.values.package import PACKAGE_ID, PACKAGE_VERSION

Schema = dict[str, Any]


def raw_config_schema() -> Schema:
    """The layer of parameters that a config may hold."""
    return {
        "type": "object",
        "description": "The parameters of one layer; what begins with X_ is anybody's own.",
        "properties": {
            **{name: _nullable(key) for name, key in KEYS.items()},
            **{name: _table(table) for name, table in TABLES.items()},
        },
        "patternProperties": {"^X_": {}},
        "additionalProperties": False,
        "allOf": [_needs(flag, needed) for flag, needed in NEEDS],
    }


def _nullable(key: Key) -> Schema:
    schema = _SCHEMAS[key.type](key)
    if not key.required:
        schema = {"anyOf": [schema, {"type": "null"}]}
    return {**schema, **_words(key)}


def _words(key: Key) -> Schema:
    sentences = [key.about, f"Default: {key.default}." if key.default else ""]
    about = " ".join(each for each in sentences if each)
    words: Schema = {"description": about} if about else {}
    return words | ({"format": "password"} if key.secret else {})


def _table(table: Table) -> Schema:
    row = _function_key() if table.row is FUNCTION_KEY else _row(table.row)
    schema: Schema = {
        "type": "object",
        "description": table.about,
        "additionalProperties": row,
    }
    return schema | ({"propertyNames": {"pattern": "^[0-9]+$"}} if table.numbered else {})


def _row(keys: Mapping[str, Key]) -> Schema:
    required = [name for name, key in keys.items() if key.required]
    return {
        "type": "object",
        "properties": {name: _nullable(key) for name, key in keys.items()},
        **({"required": required} if required else {}),
    }


def _function_key() -> Schema:
    return _row(FUNCTION_KEY) | {
        "if": {"properties": {"type": {"enum": sorted(VALUE_REQUIRED)}}, "required": ["type"]},
        "then": {"properties": {"value": {"type": "string"}}, "required": ["value"]},
    }


def _needs(flag: str, needed: str) -> Schema:
    return {
        "if": {"properties": {flag: {"const": True}}, "required": [flag]},
        "then": {"properties": {needed: {"not": {"enum": [None, ""]}}}, "required": [needed]},
    }


def _integer(key: Key) -> Schema:
    number: Schema = {"type": "integer"}
    spelled = "-?[0-9]{1,18}"
    if key.low is not None and key.high is not None:
        number |= {"minimum": key.low, "maximum": key.high}
        spelled = f"0{{0,10}}({up_to(key.high)})"
    return {"anyOf": [number, {"type": "string", "pattern": f"^{spelled}$"}]}


def up_to(high: int) -> str:
    """A regular expression for the numbers from 0 to `high`, spelled without zeros in front."""
    digits = str(high)
    ways = [digits, *([f"[0-9]{{1,{len(digits) - 1}}}"] if len(digits) > 1 else [])]
    for at, digit in enumerate(digits):
        low = 0 if at or len(digits) == 1 else 1
        if int(digit) > low:
            rest = "[0-9]" * (len(digits) - at - 1)
            ways.append(f"{digits[:at]}[{low}-{int(digit) - 1}]{rest}")
    return "|".join(ways)


_SCHEMAS: Mapping[Type, Callable[[Key], Schema]] = {
    Type.TEXT: lambda _key: {"type": "string"},
    Type.INTEGER: _integer,
    Type.FLAG: lambda _key: {"type": "boolean"},
    Type.CHOICE: lambda key: {"type": "string", "enum": list(key.choices)},
    Type.TEXTS: lambda _key: {"type": "array", "items": {"type": "string"}},
    Type.TIMEZONE: lambda _key: {"type": "string", "examples": ["Europe/Paris"]},
    Type.LOCALE: lambda _key: {"type": "string", "pattern": "^[a-z]{2}_[A-Z]{2}"},
    Type.TEXT_OR_INTEGER: lambda _key: {"type": ["string", "integer"]},
    Type.VERSIONS: lambda _key: {
        "type": "object",
        "propertyNames": {"pattern": f"^{PACKAGE_ID.pattern}$"},
        "additionalProperties": {
            "anyOf": [
                {"type": "string", "pattern": f"^{PACKAGE_VERSION.pattern}$"},
                {"type": "null"},
            ]
        },
    },
}
