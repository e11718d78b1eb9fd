"""A legacy plugin as the host knows plugins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from zope.interface import implementer

from provd.compat.extraction import LONGEST, clues_of, stopped_after
from provd.compat.files import served
from provd.compat.naming import names_a_device
from provd.compat.surface.plugins import Plugin
from provd.compat.surface.synchronize import Wanted, asked_for
from provd.compat.views import device_as_legacy
from provd.compat.writing import Writing
from provd.sdk import (
    Answer,
    IAssociate,
    IIdentify,
    Info,
    IPlugin,
    IServe,
    ISynchronize,
    ITellSecrets,
    IView,
    Notify,
    Way,
)

STANDARD = "standard_sip_synchronize"


@implementer(IPlugin, IIdentify, IAssociate, IServe, ITellSecrets, ISynchronize)
class LegacyPlugin:
    """Asks the legacy object, and has its files written before a device is given one."""

    def __init__(self, plugin: Plugin, directory: Path, writing: Writing) -> None:
        self._plugin = plugin
        self._directory = directory
        self._writing = writing
        self.clues = clues_of(plugin)
        # Its extractors say nothing of most requests for firmware: the field finds those devices by address.
        self.by_address = frozenset({"http", "tftp"})

    def associate(self, info: Info) -> int:
        """What its associator says; not at all where it has none."""
        associator = self._plugin.pg_associator
        if associator is None:
            return 0
        with stopped_after(LONGEST):
            return int(associator.associate(info))

    def serve(self, path: str, view: IView) -> Answer | Deferred[Answer]:
        """A file, once those of its device are what they should be.

        In a what-if nothing is written: what would be is answered.
        """
        if self._writing.is_current(view):
            return self._served(path, view, {})
        return Deferred.fromCoroutine(self._once_written(path, view))

    async def _once_written(self, path: str, view: IView) -> Answer:
        return self._served(path, view, await self._writing.write(view))

    def _served(self, path: str, view: IView, rehearsed: Mapping[str, bytes]) -> Answer:
        with stopped_after(LONGEST):
            return served(self._plugin, self._directory, path, view, rehearsed)

    def tells_secrets(self, path: str) -> bool:
        """Whether the plugin says so of a file's name; of one that says nothing, whether a device's MAC address is in it."""
        if type(self._plugin).is_sensitive_filename is Plugin.is_sensitive_filename:
            return names_a_device(path)
        return bool(self._plugin.is_sensitive_filename(path.rsplit("/", 1)[-1]))

    def ways(self, device: Any, raw_config: Mapping[str, Any]) -> Sequence[Way]:
        """The notifications that it asks for; none where it does not ask for any, but acts."""
        if STANDARD not in _names(type(self._plugin).synchronize):
            return ()
        wanted: list[Wanted] = []
        token = asked_for.set(wanted)
        try:
            done = self._plugin.synchronize(device_as_legacy(device), dict(raw_config))
            done.addErrback(lambda _failed: None)
        finally:
            asked_for.reset(token)
        return [Notify(event=each.event) for each in wanted]

    def accounts_file(self, device: Any) -> str:
        """The file after which a device runs other accounts."""
        return self._plugin.get_remote_state_trigger_filename(device_as_legacy(device)) or ""


def _names(function: Any) -> set[str]:
    """The names that a function uses, and those that the functions of its module use which it calls."""
    code = function.__code__
    found = set(code.co_names)
    for name in code.co_names:
        other = function.__globals__.get(name)
        if hasattr(other, "__code__"):
            found.update(other.__code__.co_names)
    return found
