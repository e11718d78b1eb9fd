"""Why a device is not configured: everything that is missing to answer it, as sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from provd.contracts import IPlugins, IReadable
from provd.documents import Device, Status, Wanted, configured
from provd.values import PluginFailed

BaseRawConfig = Callable[[], dict[str, Any]]
"""A fresh copy of what every raw config starts from."""


class Readiness:
    """Judges devices against the plugins that are loaded and the configs a view holds."""

    def __init__(self, plugins: IPlugins, base: BaseRawConfig) -> None:
        """@raise Invalid: the base raw config cannot be used; better told at the start than to a client."""
        self._plugins = plugins
        self.base = base
        # Made once: judging ten thousand devices needs it as often.
        self._base = base()

    def adopt(self, base: Mapping[str, Any]) -> None:
        """Judge by another base from now on; the caller sees to it that devices are judged again."""
        self._base = dict(base)

    def problems(self, device: Device, view: IReadable) -> Sequence[str]:
        """What speaks against answering the device; nothing when it is configured."""
        if not device.plugin:
            return ("no plugin is associated with it; set its `plugin`",)
        plugin = self._plugins.get(device.plugin)
        if plugin is None:
            return (f"its plugin {device.plugin!r} is not loaded; see `provd plugins list`",)
        if not device.config:
            return ("it has no config; set its `config`",)
        if view.get("configs", device.config) is None:
            return (f"its config {device.config!r} does not exist; create it or set another",)
        try:
            return tuple(plugin.check(device, view, self._base))
        except PluginFailed as failure:
            return (str(failure),)

    def judge(self, device: Device, view: IReadable) -> Status:
        """The device's status with what was found; the caller proposes it."""
        status = view.get("statuses", device.id) or Status(id=device.id, tenant=device.tenant)
        return configured(status, self.problems(device, view), self._wanted(device, view))

    def _wanted(self, device: Device, view: IReadable) -> Wanted | None:
        """Which firmware it is to run, as far as its plugin knows any."""
        plugin = self._plugins.get(device.plugin) if device.plugin else None
        found = plugin.wanted(device, view, self._base) if plugin is not None else None
        if found is None:
            return None
        return Wanted(
            package=found.package,
            version=found.version,
            pinned=found.pinned,
            installed=found.installed,
        )


class WholeReadiness(Readiness):
    """Judges by everything there is, whatever those who ask for it may see of it themselves.

    What a device is answered does not depend on who changed it last.
    """

    def __init__(self, readiness: Readiness) -> None:
        """Another's judgement, and its base."""
        self._readiness = readiness
        self.base = readiness.base

    def problems(self, device: Device, view: IReadable) -> Sequence[str]:
        return self._readiness.problems(device, getattr(view, "whole", view))

    def judge(self, device: Device, view: IReadable) -> Status:
        return self._readiness.judge(device, getattr(view, "whole", view))
