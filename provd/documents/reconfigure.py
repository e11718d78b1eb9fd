"""Whether a change to a device is one that its files depend on."""

from __future__ import annotations

import msgspec

from provd.documents.device import Device

RECONFIGURING = ("plugin", "config", "mac", "uuid", "vendor", "model", "version", "options")
"""The fields of a device that go into what it is configured with."""


def needs_reconfiguration(before: Device | None, after: Device) -> bool:
    """Whether the device must be configured again; a new one (`before` None) must."""
    if before is None:
        return True
    return any(
        getattr(before, field) != getattr(after, field) for field in RECONFIGURING[:-1]
    ) or not _same_options(before, after)


def _same_options(before: Device, after: Device) -> bool:
    """The texts may differ in spaces and order, and still say the same."""
    return before.options == after.options or msgspec.json.decode(
        before.options
    ) == msgspec.json.decode(after.options)
