"""Shortage: the pools of a subnet that are nearly full, noted by the server while they are."""

from __future__ import annotations

from msgspec import Struct

from provd.documents.base import Document, Kind


class ShortPool(Struct, frozen=True, kw_only=True, gc=False):
    """A pool that is fuller than its subnet's `low_water`."""

    first: str
    last: str
    taken: int
    """How many of its addresses nobody else could get when it was noted, reserved ones apart."""
    size: int
    """Of how many, reserved ones apart."""


class SubnetShortage(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Of the subnet of the same id. It is there while a pool is short, and goes when none is."""

    pools: tuple[ShortPool, ...] = ()
    """Which, in order of address."""
    since: float = 0.0
    """When the first of them was noted, in seconds since the epoch."""


SHORTAGES = Kind(name="shortages", type=SubnetShortage)
