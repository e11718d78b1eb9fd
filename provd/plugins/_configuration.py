"""From a device to the raw config its files are rendered with, or to every reason why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import define

from provd.contracts import IReadable
from provd.documents import (
    DecodedConfigs,
    Device,
    Lineage,
    check_raw_config,
    complete_raw_config,
    flatten,
    linearize,
)
from provd.sdk.packages import Firmware, wanted_firmware
from provd.values import ProvdError
from provd.values.package import PACKAGES, PackageVersion


@define
class NotConfigured(ProvdError):
    """A device has no raw config that its plugin can use."""

    reasons: tuple[str, ...]

    def __str__(self) -> str:
        return "the device is not configured: " + "; ".join(self.reasons)


def lineage_of(device: Device, view: IReadable) -> Lineage:
    """The configs a device is configured with.

    @raise NotConfigured: it has none, or one that does not exist.
    """
    if not device.config:
        raise NotConfigured(("it has no config",))
    lineage = linearize(device.config, lambda config_id: view.get("configs", config_id))
    if lineage is None:
        raise NotConfigured((f"its config {device.config!r} does not exist",))
    return lineage


def wanted_of(
    device: Device,
    view: IReadable,
    base: Mapping[str, Any],
    decoded: DecodedConfigs,
    known: Sequence[PackageVersion],
) -> Firmware | None:
    """Which of these packages a device should run, also one that cannot be configured."""
    try:
        raw_config = flatten(lineage_of(device, view), base, decoded)
    except NotConfigured:
        raw_config = {}
    return wanted_firmware(device.model, {**raw_config, PACKAGES: known})


def raw_config_of(
    lineage: Lineage, base: Mapping[str, Any], decoded: DecodedConfigs
) -> dict[str, Any]:
    """The raw config that a lineage gives over `base`: validated, completed, and the caller's own.

    @raise NotConfigured: with every problem it has.
    """
    raw_config = flatten(lineage, base, decoded)
    problems = check_raw_config(raw_config, complete=True)
    if problems:
        raise NotConfigured(tuple(map(str, problems)))
    complete_raw_config(raw_config)
    return raw_config
