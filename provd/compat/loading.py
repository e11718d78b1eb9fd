"""Finding out which plugins are legacy ones, and making them plugins of ours."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from twisted.logger import Logger
from zope.interface import implementer

from provd.compat.adaptor import LegacyPlugin
from provd.compat.configuring import Configuring
from provd.compat.execution import ENTRY, plugin_class
from provd.compat.logs import take_over
from provd.compat.surface.plugins import CACHE_DIR, INSTALLED_DIR, PKG_DIR, TFTPBOOT_DIR
from provd.compat.views import device_as_legacy
from provd.compat.writing import Writing
from provd.contracts import IAdaptPlugins
from provd.documents import Device
from provd.values import Change

log = Logger("provd.plugins")

NATIVE = "PLUGIN"


@implementer(IAdaptPlugins)
class LegacyPlugins:
    """Adapts legacy plugins for the host."""

    def __init__(self, configuring: Configuring) -> None:
        take_over()
        self._configuring = configuring
        self._writing: dict[str, Writing] = {}

    def knows(self, directory: Path) -> bool:
        """Whether a directory has an entry that binds no `PLUGIN`, as every native one does."""
        try:
            tree = ast.parse((directory / ENTRY).read_bytes())
        except (OSError, SyntaxError, ValueError):
            return False
        return not any(NATIVE in _bound(statement) for statement in tree.body)

    def adapted(self, directory: Path) -> LegacyPlugin:
        """The plugin. @raise NoPluginClass: there is none; and whatever its code raises."""
        for place in (TFTPBOOT_DIR, INSTALLED_DIR, CACHE_DIR, PKG_DIR):
            (directory / place).mkdir(parents=True, exist_ok=True)
        plugin = plugin_class(directory)(None, str(directory), {"proxies": {}}, {})
        plugin.id = directory.name
        self._configuring.forget(directory.name)
        writing = self._writing[directory.name] = Writing(directory.name, self._configuring)
        return LegacyPlugin(plugin, directory, writing)

    def told(self, changes: Sequence[Change]) -> None:
        """Devices changed (a subscriber of the feed): the files of those that a plugin has no more go."""
        for change in changes:
            before = change.before
            if isinstance(before, Device) and not _is_still_its(before, change.after):
                self._take_away(before)

    def _take_away(self, before: Device) -> None:
        plugin_id = before.plugin
        if plugin_id is None or plugin_id not in self._writing or not before.config:
            return
        self._writing[plugin_id].forget(before.id)
        taken = self._configuring.ask(plugin_id, "deconfigure", device_as_legacy(before))
        taken.addErrback(
            lambda failure: log.error(
                "Plugin {plugin} left files of device {device}: {error}",
                plugin=plugin_id,
                device=before.id,
                error=failure.value,
            )
        )


def _is_still_its(before: Device, after: Any) -> bool:
    return (
        isinstance(after, Device)
        and after.config is not None
        and (after.plugin, after.mac, after.model) == (before.plugin, before.mac, before.model)
    )


def _bound(statement: ast.stmt) -> set[str]:
    targets: list[ast.expr] = statement.targets if isinstance(statement, ast.Assign) else []
    if isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    return {each.id for each in targets if isinstance(each, ast.Name)}
