"""Accepting a right raw config quickly: the schema's tables compiled into msgspec Structs.

Whatever is accepted here has no problems; whatever is not is walked, which may still find
nothing wrong with it.  The two are held together by a differential test.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta, ValidationError, convert, defstruct

from provd.documents.raw_config.schema import (
    KEYS,
    KNOWN,
    NEEDS,
    SERVER_KEYS,
    TABLES,
    VALUE_REQUIRED,
    Key,
    Table,
    Type,
)
from provd.documents.raw_config.walk import LOCALE
from provd.documents.raw_config.zones import zone_names
from provd.values.package import PACKAGE_ID, PACKAGE_VERSION


def _integer(key: Key) -> Any:
    r"""An integer within its bounds, or digits that are too few to leave them.

    `\Z`, since `$` would let a line end pass.
    """
    if key.low is None or key.high is None:
        return int | Annotated[str, Meta(pattern=r"\A[0-9]{1,18}\Z")]
    bounded = Annotated[int, Meta(ge=key.low, le=key.high)]
    digits = len(str(key.high)) - 1
    if key.low != 0 or digits == 0:
        return bounded
    return bounded | Annotated[str, Meta(pattern=rf"\A[0-9]{{1,{digits}}}\Z")]


_PACKAGE = Annotated[str, Meta(pattern=rf"\A{PACKAGE_ID.pattern}\Z")]
_VERSION = Annotated[str, Meta(pattern=rf"\A{PACKAGE_VERSION.pattern}\Z")]


def _annotation(key: Key) -> Any:
    match key.type:
        case Type.INTEGER:
            accepted = _integer(key)
        case Type.FLAG:
            accepted = bool
        case Type.CHOICE:
            accepted = Literal[key.choices]
        case Type.TEXTS:
            accepted = list[str]
        case Type.TEXT_OR_INTEGER:
            accepted = str | int
        case Type.VERSIONS:
            accepted = dict[_PACKAGE, _VERSION | None]
        case _:
            accepted = str
    return accepted if key.required else accepted | None


def _fields(keys: Iterable[Key]) -> list[Any]:
    return [
        (key.name, _annotation(key)) if key.required else (key.name, _annotation(key), None)
        for key in keys
    ]


def _struct(name: str, keys: Iterable[Key], *tables: tuple[str, Any, Any]) -> Any:
    ordered = sorted(keys, key=lambda key: not key.required)
    return defstruct(name, [*_fields(ordered), *tables], gc=False)


def _table(table: Table) -> tuple[str, Any, Any]:
    rows: Any = dict.__class_getitem__((str, _struct(table.name, table.row.values())))
    return table.name, rows, _NO_ROWS


_NOTHING = (None, "")
_NO_ROWS: Mapping[str, Any] = {}
_RawConfig = _struct("RawConfig", KEYS.values(), *(_table(table) for table in TABLES.values()))


def is_plainly_right(raw: dict[str, Any], *, complete: bool) -> bool:
    """True only for a raw config without problems; some 10 µs for sixty parameters."""
    try:
        shape = convert(raw, _RawConfig)
    except ValidationError:
        return False
    return (
        _names_are_known(raw)
        and _regions_are_known(shape)
        and _numbered(shape.funckeys)
        and _numbered(shape.sccp_call_managers)
        and _values_are_there(shape.funckeys)
        and not any(raw.get(flag) and raw.get(needed) in _NOTHING for flag, needed in NEEDS)
        and not (complete and any(raw.get(name) is None for name in SERVER_KEYS))
    )


def _names_are_known(raw: dict[str, Any]) -> bool:
    return all(name.startswith("X_") for name in raw.keys() - KNOWN)


def _regions_are_known(shape: Any) -> bool:
    if shape.timezone is not None and shape.timezone not in zone_names():
        return False
    return shape.locale is None or LOCALE.match(shape.locale) is not None


def _numbered(rows: Mapping[str, Any]) -> bool:
    if not rows:
        return True
    digits = "".join(rows)
    return "" not in rows and digits.isascii() and digits.isdigit()


def _values_are_there(keys: Mapping[str, Any]) -> bool:
    return all(key.value is not None or key.type not in VALUE_REQUIRED for key in keys.values())
