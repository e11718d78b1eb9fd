"""Dotted paths into JSON objects, as selectors, sorts and projections use them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Path = tuple[str, ...]


def values_at(path: Path, document: Mapping[str, Any]) -> Sequence[Any]:
    """Every value at a path: none where something is missing on the way.

    The way leads through objects; before the last component a list of objects may stand, and
    then each of its elements is looked into.
    """
    place: Any = document
    for name in path[:-1]:
        if not isinstance(place, dict) or name not in place:
            return ()
        place = place[name]
    last = path[-1]
    if isinstance(place, dict):
        return (place[last],) if last in place else ()
    if isinstance(place, list):
        return [each[last] for each in place if isinstance(each, dict) and last in each]
    return ()
