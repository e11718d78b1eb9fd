"""Devices and raw configs as legacy plugins see them: dictionaries of their own, with nothing empty in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provd.documents import Device, to_dict
from provd.values.package import PACKAGES

NEW = frozenset({"revision", "tenant", "endpoint"})
"""What documents have that legacy code has never seen."""


def device_as_legacy(device: Device) -> dict[str, Any]:
    """A device."""
    return {key: value for key, value in to_dict(device).items() if key not in NEW}


def raw_config_as_legacy(raw_config: Mapping[str, Any]) -> dict[str, Any]:
    """A raw config: a key that is there has a value, which plugins rely on."""
    found = _filled(raw_config)
    found.pop(PACKAGES, None)
    return found


def _filled(mapping: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _filled(value) if isinstance(value, Mapping) else value
        for key, value in mapping.items()
        if value is not None
    }
