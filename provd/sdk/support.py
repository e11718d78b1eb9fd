"""How well a plugin supports a device, and why it cannot configure one."""

from __future__ import annotations

from enum import IntEnum

from attrs import define

from provd.values import ProvdError


class DeviceSupport(IntEnum):
    """Levels of support; a plugin may add a little to a level to win over its sibling."""

    NONE = 0
    """Certainly not one of ours."""
    IMPROBABLE = 100
    UNKNOWN = 200
    PROBABLE = 300
    """The lowest level at which a device is associated by itself."""
    INCOMPLETE = 400
    """Ours, but an older or newer firmware than this plugin was written for."""
    COMPLETE = 500
    EXACT = 600
    """Ours: vendor, model and version."""


@define
class RawConfigError(ProvdError):
    """A plugin cannot configure a device with the raw config it has."""

    detail: str

    def __str__(self) -> str:
        return self.detail
