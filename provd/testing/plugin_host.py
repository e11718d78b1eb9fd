"""A plugin host over a directory, and the phone that asks it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twisted.internet.task import Clock

from provd.plugins import Advertised, Plugins
from provd.values import Inquiry, Protocol

PHONE = "/00005E005301.cfg"


def host_of(directory: Path, **settings: Any) -> Plugins:
    """The plugins below a directory, loaded; 2023-11-14 22:13:20 by its clock."""
    clock = Clock()
    clock.advance(1_700_000_000)
    advertised = Advertised("http://192.0.2.10:8667", 8667, 69)
    plugins = Plugins(directory, directory.parent / "overrides", advertised, clock, **settings)
    plugins.load_all()
    return plugins


def inquiry(path: str = PHONE, **more: Any) -> Inquiry:
    """A phone asks."""
    known: dict[str, Any] = {
        "id": "i",
        "protocol": Protocol.HTTP,
        "peer": "192.0.2.7",
        "arrived": 1.0,
    }
    return Inquiry(**(known | {"path": path} | more))
