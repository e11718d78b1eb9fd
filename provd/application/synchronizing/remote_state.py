"""Which SIP account a device really runs: that of the file with its accounts that it fetched last.

Kept in the device as `remote_state_sip_username`, so that it is looked for under the account that it has,
and not under the one that it is going to have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from provd.application.readiness import Readiness
from provd.contracts import IDocumentStore, IDraft, ILoadedPlugin, IPlugins
from provd.documents import Device
from provd.pipeline import Memo
from provd.values import Content, Decision, Invalid, Outcome, PluginFailed, ProvdError

log = Logger("provd.synchronization")

REMEMBERED = 131_072
"""Devices of which it is remembered what was looked at last."""

Propose = Callable[[Callable[[IDraft], None]], Deferred[Any]]


class RemoteState:
    """Notes accounts as they are fetched."""

    def __init__(self, store: IDocumentStore, plugins: IPlugins, readiness: Readiness) -> None:
        self._store = store
        self._plugins = plugins
        self._readiness = readiness
        self._files = Memo(REMEMBERED)
        self._seen = Memo(REMEMBERED)

    def has_accounts(self, device: Device, path: str) -> bool:
        """Whether at a path is the file with a device's accounts, in whichever case it asks for it."""
        name = self._accounts_file(device)
        return bool(name) and path.rpartition("/")[2].lower() == name

    def _accounts_file(self, device: Device) -> str:
        """Its name in lower case; empty where nobody knows it."""
        plugin = self._plugin(device)
        if plugin is None or not plugin.synchronizes:
            return ""
        mark = (device.plugin, plugin.generation, device.mac, device.model, device.version)
        known = self._files.get(device.id)
        if known is not None and known[0] == mark:
            return str(known[1])
        try:
            name = plugin.accounts_file(device).lower()
        except PluginFailed:
            name = ""
        self._files.put(device.id, (mark, name))
        return name

    def observe(self, decision: Decision) -> None:
        """A device was answered: where that was the file with its accounts, it runs them now."""
        if type(decision.answer) is not Content:
            return
        verdict = decision.verdict
        if verdict is not None and verdict.outcome is not Outcome.GIVEN:
            return  # without its secrets it has no accounts in it
        device: Device = decision.device
        if not self.has_accounts(device, decision.inquiry.path):
            return
        mark = (device.revision, self._store.position("configs"))
        if self._seen.get(device.id) == mark:
            return
        self._seen.put(device.id, mark)
        username = self._username(device)
        if username is not None and username != (device.remote_state_sip_username or ""):
            self._keep(device.id, username, decision.inquiry.id)

    def _plugin(self, device: Device) -> ILoadedPlugin | None:
        return self._plugins.get(device.plugin) if device.plugin else None

    def _username(self, device: Device) -> str | None:
        """The account of its first line; None where nobody can tell."""
        plugin = self._plugin(device)
        assert plugin is not None  # noqa: S101 - it named the file
        try:
            raw_config = plugin.raw_config(device, self._store, self._readiness.base())
        except (Invalid, PluginFailed):
            return None
        return first_username(raw_config)

    def _keep(self, device_id: str, username: str, cause: str) -> None:
        draft = self._store.draft(cause)
        device: Device | None = draft.get("devices", device_id)
        if device is None:
            return
        changed = replace(device, remote_state_sip_username=username or None)
        draft.put("devices", changed, urgent=False)
        self._store.commit(draft).addErrback(_not_kept, device_id)


def first_username(raw_config: Mapping[str, Any]) -> str:
    """The SIP user of the first line of a raw config; empty for none."""
    lines = raw_config.get("sip_lines") or {}
    for key in sorted(lines, key=lambda key: (len(key), key)):
        username = lines[key].get("username")
        return username if isinstance(username, str) else ""
    return ""


def _not_kept(failure: Any, device_id: str) -> None:
    failure.trap(ProvdError)
    log.warn("what {device} runs is not kept: {why}", device=device_id, why=failure.value)
