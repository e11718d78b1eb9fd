"""Update: what a request teaches about a device that is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from provd.pipeline.case import Case
from provd.pipeline.stages import AbstractDeviceUpdater, as_updater
from provd.values import IDENTITY_KEYS, Step

_DESCRIBING = frozenset({"ip", "mac", "sn", "uuid", "vendor", "model", "version"})
_REFRESHED = frozenset({"ip", "version"})
"""Facts that devices repeat in every request: written behind, no answer waits for them."""


class NullDeviceUpdater(AbstractDeviceUpdater):
    """Changes nothing."""

    def revise(self, case: Case) -> None:
        """Leave the device as it is."""


class DynamicDeviceUpdater(AbstractDeviceUpdater):
    """Copies some keys of the device info to the device: when it lacks them, or always."""

    def __init__(self, key_or_keys: str | Sequence[str], force_update: bool = False) -> None:  # noqa: FBT001, FBT002 - the signature pipeline files use
        """Copy one key or several; `force_update` also replaces what is there."""
        self._keys = (key_or_keys,) if isinstance(key_or_keys, str) else tuple(key_or_keys)
        self._force = force_update

    def revise(self, case: Case) -> None:
        """Take over what differs."""
        info, device, changes = case.info, case.device, case.changes
        for key in self._keys:
            told = info.get(key)
            if told is None:
                continue
            known = changes[key] if key in changes else getattr(device, key)
            if known != told and (self._force or not known):
                _learn(case, key, told)


class AddInfoDeviceUpdater(DynamicDeviceUpdater):
    """Copies everything the device lacks."""

    def __init__(self) -> None:
        """Every key that describes a device."""
        super().__init__(tuple(sorted(_DESCRIBING)))

    def revise(self, case: Case) -> None:
        """Take over what is not known yet: nothing, nearly always."""
        device, changes = case.device, case.changes
        for key, told in case.info.items():
            if key in _DESCRIBING and key not in changes and not getattr(device, key):
                _learn(case, key, told)
        if case.guess and not case.value("vendor"):
            _learn(case, "vendor", case.guess)


def _learn(case: Case, key: str, value: str) -> None:
    if key in IDENTITY_KEYS:
        assert case.device is not None  # noqa: S101 - the update step runs only with a device
        holders = [
            held for held in case.draft.by("devices", key, value) if held.id != case.device.id
        ]
        if holders:
            case.note(
                Step.UPDATE,
                "{key} {value} belongs to device {device}: it is not taken over",
                key=key,
                value=value,
                device=holders[0].id,
            )
            return
    case.change(key, value, urgent=key not in _REFRESHED)


class RemoveOutdatedIpDeviceUpdater(AbstractDeviceUpdater):
    """Takes its address away from every other device that had it: one address, one device.

    Not where many devices share an address (the `nat` setting, or a declared network).
    """

    def __init__(self, app: Any) -> None:
        """`app.nat` and `app.limits` are asked at each request."""
        self._app = app

    def revise(self, case: Case) -> None:
        """Propose the others without their ip, to be written behind."""
        address = case.info.get("ip")
        if not address or self._app.nat or self._app.limits.is_shared(address):
            return
        device = case.device
        for other in case.draft.by("devices", "ip", address):
            if device is None or other.id != device.id:
                case.draft.put("devices", replace(other, ip=None), urgent=False)


class AutocreateConfigDeviceUpdater(AbstractDeviceUpdater):
    """Gives a device without a config one of its own, made from the autocreate config."""

    def __init__(self, app: Any) -> None:
        """`app.create_config(case)` proposes the config."""
        self._app = app

    def revise(self, case: Case) -> None:
        """Propose the config and attach it."""
        if case.value("config") is None:
            config_id = self._app.create_config(case)
            if config_id is not None:
                case.change("config", config_id, urgent=True)


class CompositeDeviceUpdater(AbstractDeviceUpdater):
    """Several updaters, one after the other."""

    def __init__(self, updaters: Sequence[Any]) -> None:
        """Ask `updaters` in order."""
        self.updaters = [as_updater(updater) for updater in updaters]

    def revise(self, case: Case) -> None:
        """Let each change the device."""
        for updater in self.updaters:
            updater.revise(case)
