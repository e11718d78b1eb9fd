"""`devices.config`: what a plugin raises when it cannot configure a device."""

from __future__ import annotations

from provd.values import ProvdError


class RawConfigError(ProvdError):
    """The raw config of a device lacks something, or says what the plugin cannot do."""
