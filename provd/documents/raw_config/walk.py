"""Checking a raw config the slow way: every parameter against its row, every problem told.

A message never repeats what may be a secret: values are shown only where they are names
(choices, zones, locales) or should have been numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from provd.documents.raw_config.schema import (
    KEYS,
    NEEDS,
    SERVER_KEYS,
    TABLES,
    VALUE_REQUIRED,
    Key,
    Table,
    Type,
    is_custom,
)
from provd.documents.raw_config.zones import zone_names
from provd.documents.reading import json_type
from provd.values import Problem
from provd.values.package import PACKAGE_ID, PACKAGE_VERSION

LOCALE = re.compile("[a-z]{2}_[A-Z]{2}")
_NUMBER = re.compile("[0-9]+")
_INTEGER = re.compile("-?[0-9]{1,18}")

Fault = tuple[str, str]
"""(what is wrong, what would be right)."""


def problems_of(raw: Mapping[str, Any], at: str, *, complete: bool) -> Iterator[Problem]:
    """Every problem of a raw config; paths start with `at`."""
    for name, value in raw.items():
        path = f"{at}.{name}" if at else str(name)
        if key := KEYS.get(name):
            yield from _value(key, value, path)
        elif table := TABLES.get(name):
            yield from _table(table, value, path)
        elif not is_custom(name):
            yield Problem(path, "is not a known parameter", _custom_rule(name))
    yield from _missing(raw, at, complete=complete)


def _custom_rule(name: object) -> str:
    if isinstance(name, str) and name.startswith("XX_"):
        return "a name that starts with X_; those with XX_ are the plugins' own"
    return "Custom fields must start with `X_`"


def _missing(raw: Mapping[str, Any], at: str, *, complete: bool) -> Iterator[Problem]:
    prefix = f"{at}." if at else ""
    for flag, needed in NEEDS:
        # A VLAN id of 0 is a value: only nothing, and an empty text, are missing.
        if raw.get(flag) is True and raw.get(needed) in (None, ""):
            yield Problem(prefix + needed, f"is missing, and {flag} is true")
    if complete:
        for name in SERVER_KEYS:
            if raw.get(name) is None:
                yield Problem(prefix + name, "is missing", "what the server's settings give")


def _table(table: Table, value: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        yield Problem(path, f"is {json_type(value)}", "an object")
        return
    for number, row in value.items():
        where = f"{path}.{number}"
        if not isinstance(number, str) or (table.numbered and not _NUMBER.fullmatch(number)):
            yield Problem(where, "is keyed by something else than a number", "a key like '1'")
        if isinstance(row, Mapping):
            yield from _row(table, row, where)
        else:
            yield Problem(where, f"is {json_type(row)}", "an object")


def _row(table: Table, row: Mapping[str, Any], path: str) -> Iterator[Problem]:
    for key in table.row.values():
        yield from _value(key, row.get(key.name), f"{path}.{key.name}")
    kind = row.get("type") if table.name == "funckeys" else None
    if isinstance(kind, str) and kind in VALUE_REQUIRED and row.get("value") is None:
        yield Problem(f"{path}.value", f"is missing, and type is {kind}", "a text")


def _value(key: Key, value: Any, path: str) -> Iterator[Problem]:
    if value is None:
        if key.required:
            yield Problem(path, "is missing")
    elif fault := _FAULTS[key.type](key, value):
        yield Problem(path, *fault)


def _text(_key: Key, value: Any) -> Fault | None:
    return None if isinstance(value, str) else (f"is {json_type(value)}", "a text")


def _text_or_integer(_key: Key, value: Any) -> Fault | None:
    if isinstance(value, str) or _is_integer(value):
        return None
    return f"is {json_type(value)}", "a text or an integer"


def _flag(_key: Key, value: Any) -> Fault | None:
    return None if isinstance(value, bool) else (f"is {json_type(value)}", "true or false")


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _integer(key: Key, value: Any) -> Fault | None:
    wanted = "an integer" if key.low is None else f"an integer from {key.low} to {key.high}"
    if isinstance(value, str):
        if not _INTEGER.fullmatch(value):
            return f"is {value[:40]!r}", wanted
    elif not _is_integer(value):
        return f"is {json_type(value)}", wanted
    number = int(value)
    below = key.low is not None and number < key.low
    above = key.high is not None and number > key.high
    return (f"is {str(value)[:40]}", wanted) if below or above else None


def _choice(key: Key, value: Any) -> Fault | None:
    wanted = ", ".join(key.choices)
    if not isinstance(value, str):
        return f"is {json_type(value)}", wanted
    return None if value in key.choices else (f"is {value[:40]!r}", wanted)


def _texts(_key: Key, value: Any) -> Fault | None:
    if not isinstance(value, list | tuple):
        return f"is {json_type(value)}", "a list of texts"
    other = [at for at, item in enumerate(value) if not isinstance(item, str)]
    return (f"has something else than a text at {other[0]}", "a list of texts") if other else None


def _timezone(_key: Key, value: Any) -> Fault | None:
    if not isinstance(value, str):
        return f"is {json_type(value)}", "the name of an IANA time zone"
    if value in zone_names():
        return None
    return f"is {value[:40]!r}", "the name of an IANA time zone, like Europe/Paris"


def _locale(_key: Key, value: Any) -> Fault | None:
    if not isinstance(value, str):
        return f"is {json_type(value)}", "a locale like fr_FR"
    return None if LOCALE.match(value) else (f"is {value[:40]!r}", "a locale like fr_FR")


def _versions(_key: Key, value: Any) -> Fault | None:
    wanted = "an object of versions by the names of packages"
    if not isinstance(value, Mapping):
        return f"is {json_type(value)}", wanted
    for package, version in value.items():
        if not isinstance(package, str) or not PACKAGE_ID.fullmatch(package):
            return f"has {str(package)[:40]!r}, which is no name of a package", wanted
        if version is not None and not _is_version(version):
            return f"has something else than a version at {package}", wanted
    return None


def _is_version(value: object) -> bool:
    return isinstance(value, str) and PACKAGE_VERSION.fullmatch(value) is not None


_FAULTS: Mapping[Type, Callable[[Key, Any], Fault | None]] = {
    Type.TEXT: _text,
    Type.INTEGER: _integer,
    Type.FLAG: _flag,
    Type.CHOICE: _choice,
    Type.TEXTS: _texts,
    Type.TIMEZONE: _timezone,
    Type.LOCALE: _locale,
    Type.TEXT_OR_INTEGER: _text_or_integer,
    Type.VERSIONS: _versions,
}
