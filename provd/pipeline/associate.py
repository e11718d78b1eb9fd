"""Associate: which plugin a device belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zope.interface import implementer

from provd.contracts import IAssociator, IConflictSolver, ILoadedPlugin, IPlugins
from provd.documents.natural import natural_key
from provd.pipeline.case import Case
from provd.pipeline.guess import Guesses
from provd.pipeline.stages import AbstractDeviceUpdater
from provd.sdk import DeviceSupport
from provd.values import Info, PluginFailed, Step


@implementer(IAssociator)
class AbstractPluginAssociator:
    """An associator: override `associate`."""

    def associate(self, dev_info: Info) -> int:
        """A level of support."""
        raise NotImplementedError


class BasePgAssociator(AbstractPluginAssociator):
    """An associator that needs to know the vendor: override `_do_associate`."""

    def associate(self, dev_info: Info) -> int:
        """UNKNOWN without a vendor, else what `_do_associate` says."""
        vendor = dev_info.get("vendor")
        if vendor is None:
            return DeviceSupport.UNKNOWN
        return self._do_associate(vendor, dev_info.get("model"), dev_info.get("version"))

    def _do_associate(self, vendor: str, model: str | None, version: str | None) -> int:
        raise NotImplementedError


@implementer(IConflictSolver)
class AbstractConflictSolver:
    """A conflict solver: override `solve`."""

    def solve(self, plugin_ids: Sequence[str]) -> str | None:
        """One of the ids."""
        raise NotImplementedError


class ReverseAlphabeticConflictSolver(AbstractConflictSolver):
    """The last id in natural order: of two versions of a family, the newer (10.x beats 8.x)."""

    def solve(self, plugin_ids: Sequence[str]) -> str | None:
        """The greatest id; None of none."""
        return max(plugin_ids, key=natural_key, default=None)


class PluginAssociatorDeviceUpdater(AbstractDeviceUpdater):
    """Gives a device without a plugin the one that supports it best."""

    force_update = False
    """Set to associate anew at every request."""
    min_level = DeviceSupport.PROBABLE
    """Below this a device stays without a plugin."""

    def __init__(self, pg_mgr: IPlugins, conflict_solver: Any) -> None:
        """Ask every loaded plugin; `conflict_solver.solve(ids)` settles ties."""
        self._plugins = pg_mgr
        self._guesses = Guesses(pg_mgr)
        self._solver = conflict_solver

    def revise(self, case: Case) -> None:
        """Attach the best plugin, if one is good enough."""
        if case.value("plugin") is not None and not self.force_update and not self._undone(case):
            return
        level, ids = self._best(case, _told(case))
        if level < self.min_level:
            if case.matched_by != "added" or ids:
                case.note(Step.UPDATE, "no plugin supports this device well enough")
            return
        chosen = ids[0] if len(ids) == 1 else self._solver.solve(ids)
        if len(ids) > 1:
            case.note(
                Step.UPDATE,
                "{plugins} support it equally well ({level}): {chosen} is taken",
                plugins=", ".join(ids),
                level=level,
                chosen=chosen,
            )
        if chosen is not None:
            case.change("plugin", chosen, urgent=True)

    def _undone(self, case: Case) -> bool:
        """Whether the device was somebody's by a guess only, and now says that it is another's."""
        device, told = case.device, case.info.get("vendor")
        if device is None or told is None or told == device.vendor or device.added != "auto":
            return False
        if not device.vendor or self._guesses.of(device.mac) != device.vendor:
            return False
        case.note(
            Step.UPDATE,
            "its vendor was guessed to be {guess}: it is {vendor}",
            guess=device.vendor,
            vendor=told,
        )
        case.change("vendor", told, urgent=True)
        plugin = self._plugins.get(device.plugin) if device.plugin else None
        return plugin is None or self._level(plugin, case, case.info) < self.min_level

    def _best(self, case: Case, info: Info) -> tuple[int, list[str]]:
        best, ids = 0, []
        for plugin in self._plugins.loaded():
            level = self._level(plugin, case, info)
            if level > best:
                best, ids = level, [plugin.id]
            elif level == best and level:
                ids.append(plugin.id)
        return best, ids

    @staticmethod
    def _level(plugin: ILoadedPlugin, case: Case, info: Info) -> int:
        try:
            level: int = plugin.associate(info, keep=case.keep)
        except PluginFailed as error:
            case.note(Step.UPDATE, "{why}: it is ignored", why=str(error))
            return 0
        return level


def _told(case: Case) -> Info:
    """What was concluded; where nobody said of which vendor it is, and it is guessed, what is known of that."""
    known = case.value("vendor")
    if not case.guess or not known or "vendor" in case.info:
        return case.info
    return {**case.info, "vendor": known}
