"""Inheritance: a config over its parents over the server's own base, as one raw config.

Parents come before their child, in the order of `parent_ids`, depth first; a config that several
share is applied once, at its first visit.  So later parents win over earlier ones and the config
itself wins over all.  Parents that do not exist are passed over, cycles do no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from provd.documents.config import Config

GetConfig = Callable[[str], Config | None]

ABSENT = 0
"""The revision under which a lineage lists a config that was not there."""
PROPOSED = -1
"""The revision under which it lists one that was not kept yet: no later check will find it equal."""


class Lineage(Struct, frozen=True, gc=False):
    """A config and what it inherits from, in order of application."""

    configs: tuple[Config, ...]
    """Parents before children; the config itself is the last."""
    seen: tuple[tuple[str, int], ...]
    """(id, revision) of every config that was looked for, `ABSENT` ones included: the flattened
    result stays right for as long as these do."""


def revision_of(config: Config | None) -> int:
    """What a lineage lists for a config that it looked for."""
    return ABSENT if config is None else config.revision or PROPOSED


def linearize(config_id: str, get: GetConfig) -> Lineage | None:
    """The lineage of a config; None when there is no such config.

    Iterative, since the length of a chain of parents is the operators' choice.
    """
    config = get(config_id)
    if config is None:
        return None
    seen = {config_id: revision_of(config)}
    applied: list[Config] = []
    path: list[tuple[Config, Iterator[str]]] = [(config, iter(config.parent_ids))]
    while path:
        child, parents = path[-1]
        for parent_id in parents:
            if parent_id not in seen:
                parent = get(parent_id)
                seen[parent_id] = revision_of(parent)
                if parent is not None:
                    path.append((parent, iter(parent.parent_ids)))
                    break
        else:
            path.pop()
            applied.append(child)
    return Lineage(tuple(applied), tuple(seen.items()))


class DecodedConfigs:
    """Raw configs of parents, decoded once for their many children; the oldest is forgotten first.

    An entry is good for as long as the document it came from has the same raw config, so a
    draft's proposal never meets what is stored under the same id.
    """

    def __init__(self, limit: int = 1000) -> None:
        self._limit = limit
        self._entries: dict[str, tuple[Config, dict[str, Any]]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def of(self, config: Config) -> dict[str, Any]:
        """The decoded raw config, shared: callers only read it."""
        entry = self._entries.get(config.id)
        if entry is not None and (entry[0] is config or entry[0].raw_config == config.raw_config):
            return entry[1]
        decoded = decode(config)
        self._entries.pop(config.id, None)
        while len(self._entries) >= self._limit:
            del self._entries[next(iter(self._entries))]
        self._entries[config.id] = (config, decoded)
        return decoded


def decode(config: Config) -> dict[str, Any]:
    """A fresh dict of a config's own parameters, without what it inherits."""
    decoded: dict[str, Any] = msgspec.json.decode(config.raw_config)
    return decoded


def flatten(
    lineage: Lineage, base: Mapping[str, Any], decoded: DecodedConfigs | None = None
) -> dict[str, Any]:
    """The raw config that a lineage gives over the server's base: fresh dicts and lists throughout.

    An object over an object is merged; anything else replaces what was there, null included.  A lineage
    of no configs gives the base.
    """
    of = decode if decoded is None else decoded.of
    flat: dict[str, Any] = {}
    merge(flat, base)
    if not lineage.configs:
        return flat
    for config in lineage.configs[:-1]:
        merge(flat, of(config))
    # A device's own config has one reader: there is nothing to gain from remembering it, and
    # what is decoded for this call alone can be taken over without a copy.
    _adopt(flat, decode(lineage.configs[-1]))
    return flat


def _adopt(into: dict[str, Any], layer: dict[str, Any]) -> None:
    """Like `merge`, for a layer that nobody else has."""
    for key, value in layer.items():
        if type(value) is dict and type(below := into.get(key)) is dict:
            _adopt(below, value)
        else:
            into[key] = value


def merge(into: dict[str, Any], layer: Mapping[str, Any]) -> None:
    """Apply a layer in place, sharing nothing with it that can change."""
    for key, value in layer.items():
        if isinstance(value, dict):
            below = into.get(key)
            if type(below) is not dict:
                below = into[key] = {}
            merge(below, value)
        elif isinstance(value, list):
            into[key] = _copy_of_list(value)
        else:
            into[key] = value


def _copy_of_list(items: list[Any]) -> list[Any]:
    return [_copy(item) if isinstance(item, dict | list) else item for item in items]


def _copy(value: dict[str, Any] | list[Any]) -> Any:
    if isinstance(value, list):
        return _copy_of_list(value)
    copied: dict[str, Any] = {}
    merge(copied, value)
    return copied
