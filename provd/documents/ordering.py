"""The order of JSON values, where there has to be one: equality, comparison and sorting.

Values of one type compare as one expects; values of two types never compare (a selector simply
does not match) and sort in a fixed order: missing and null, booleans, numbers, text, lists,
objects.  A boolean is no number: `true` is not 1, though Python thinks so.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from provd.documents.natural import natural_key

SortKey = tuple[int, Any]
"""Rank of the type, then something that compares within the type."""

MISSING: SortKey = (0, 0)
"""Sorts before everything."""

_RANK: dict[type, int] = {bool: 1, int: 2, float: 2, str: 3, list: 4, dict: 5}


def sort_key(value: Any) -> SortKey:
    """Where a JSON value sorts."""
    if value is None:
        return MISSING
    rank = _RANK[type(value)]
    if rank == 4:
        return rank, tuple(sort_key(element) for element in value)
    if rank == 5:
        return rank, msgspec.json.encode(value, order="deterministic")
    return rank, value


def natural_sort_key(value: Any) -> SortKey:
    """Where a JSON value sorts of which texts are versions."""
    if type(value) is str:
        return _RANK[str], _natural(value)
    return sort_key(value)


_natural = lru_cache(maxsize=4096)(natural_key)
"""Many devices have few versions."""


def same(left: Any, right: Any) -> bool:
    """Whether two JSON values are equal."""
    return bool(left == right) and (type(left) is bool) == (type(right) is bool)


def compares(holds: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    """Whether `left` stands in that relation (`operator.lt`, …) to `right`; never across types."""
    rank = _RANK.get(type(left))
    if rank is None or rank == 5 or rank != _RANK.get(type(right)):
        return False
    if rank == 4:
        return holds(sort_key(left), sort_key(right))
    return holds(left, right)
