"""Where each value of a flattened raw config came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from provd.documents.flatten import Lineage, decode

SERVER = "(server)"
"""The origin of what the server's own settings give; no config can have that id."""


class _Origin(Struct, frozen=True):
    """A value that nothing is merged into came from there."""

    config_id: str


class _Emptied(_Origin, frozen=True):
    """An empty object came from there; a later layer may still be merged into it."""


def explain(lineage: Lineage, base: Mapping[str, Any]) -> dict[str, str]:
    """Dotted path of each value of `flatten(lineage, base)` → id of the config it came from.

    `SERVER` where it came from the server.  An object is told by what is inside it; one that is
    empty, and a list, count as one value.
    """
    origins: dict[str, Any] = {}
    _trace(origins, base, SERVER)
    for config in lineage.configs:
        _trace(origins, decode(config), config.id)
    return dict(_dotted(origins, ""))


def _trace(origins: dict[str, Any], layer: Mapping[str, Any], origin: str) -> None:
    """As `merge`, with every value replaced by where it came from."""
    for key, value in layer.items():
        if not isinstance(value, dict):
            origins[key] = _Origin(origin)
            continue
        below = origins.get(key)
        if not value:
            if type(below) is not dict and type(below) is not _Emptied:
                origins[key] = _Emptied(origin)
            continue
        if type(below) is not dict:
            below = origins[key] = {}
        _trace(below, value, origin)


def _dotted(origins: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, origin in origins.items():
        if isinstance(origin, _Origin):
            yield prefix + key, origin.config_id
        else:
            yield from _dotted(origin, f"{prefix}{key}.")
