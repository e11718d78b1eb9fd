"""What a site says of synchronizing its devices."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Driver = Literal["sip", "ami", "http", "plugin"]


class SynchronizationSettings(Struct, frozen=True, kw_only=True):
    """How devices are made to fetch their files again."""

    drivers: tuple[Driver, ...] = ("plugin", "sip", "ami", "http")
    """Which are tried, in this order: the first that a device understands, and that is set up, is taken."""
    per_second: Annotated[float, Meta(gt=0, le=10_000)] = 1000.0
    """Devices told in one second at most."""
    tries: Annotated[int, Meta(ge=1, le=20)] = 3
    """How often a device is told that cannot be reached, or does not come back."""
    backoff: Annotated[float, Meta(gt=0)] = 15.0
    """Seconds until the second try; twice as long until each one after it."""
    patience: Annotated[float, Meta(gt=0)] = 600.0
    """Seconds after which a device that was told, and did not ask for its files, has not come back."""
    networks: tuple[str, ...] = ()
    """Where devices may be told; empty is everywhere but on this host and on its own link (169.254/16)."""
