"""What can be done with a device beside changing it: by the server itself, and by its plugin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provd.application.readiness import Readiness
from provd.application.writing import write
from provd.contracts import IDocumentStore, IDraft, IPlugins
from provd.documents import Device
from provd.values import Action, Invalid, NoSuchDocument, Problem

REVALIDATE = "revalidate"

OURS: Mapping[str, Action] = {
    REVALIDATE: Action(about="Look again whether everything is there to answer the device.")
}
"""What the server does itself; a plugin cannot take its place."""

US = "provd"


class Actions:
    """The actions of devices."""

    def __init__(self, store: IDocumentStore, plugins: IPlugins, readiness: Readiness) -> None:
        self._store = store
        self._plugins = plugins
        self._readiness = readiness

    def of(self, device_id: str) -> list[dict[str, Any]]:
        """What can be done with a device now, by name. @raise NoSuchDocument: there is none."""
        device = self._device(device_id)
        found = {**self._of_plugin(device), **OURS}
        return [self._told(device, command, each) for command, each in sorted(found.items())]

    def one(self, device_id: str, command: str) -> dict[str, Any]:
        """One of them. @raise NoSuchDocument: there is no such device, or it cannot do that."""
        device = self._device(device_id)
        return self._told(device, command, self._action(device, command))

    async def act(
        self, device_id: str, command: str, given: Mapping[str, Any], cause: str
    ) -> dict[str, Any]:
        """Do it, and tell what came of it.

        @raise NoSuchDocument: there is no such device, or it cannot do that.
        @raise Invalid: a parameter is missing, or one too many.
        @raise PluginFailed: the plugin could not.
        """
        device = self._device(device_id)
        _require_parameters(command, self._action(device, command), given)
        if command in OURS:
            result = await self._revalidate(device_id, cause)
        else:
            plugin = self._plugins.get(device.plugin or "")
            if plugin is None:
                raise NoSuchDocument("actions", command)
            result = await plugin.act(command, device, self._store, self._readiness.base(), given)
        return {"command": command, "provider": self._provider(device, command), "result": result}

    async def _revalidate(self, device_id: str, cause: str) -> dict[str, Any]:
        def propose(draft: IDraft) -> dict[str, Any]:
            device: Device | None = draft.read("devices", device_id)
            if device is None:
                raise NoSuchDocument("devices", device_id)
            status = self._readiness.judge(device, draft)
            draft.put("statuses", status)
            return {"configured": status.configured, "problems": list(status.problems)}

        return await write(self._store, cause, propose)

    def _device(self, device_id: str) -> Device:
        device: Device | None = self._store.get("devices", device_id)
        if device is None:
            raise NoSuchDocument("devices", device_id)
        return device

    def _of_plugin(self, device: Device) -> Mapping[str, Action]:
        plugin = self._plugins.get(device.plugin) if device.plugin else None
        return plugin.actions if plugin is not None else {}

    def _action(self, device: Device, command: str) -> Action:
        action = OURS.get(command) or self._of_plugin(device).get(command)
        if action is None:
            raise NoSuchDocument("actions", command)
        return action

    @staticmethod
    def _provider(device: Device, command: str) -> str:
        return US if command in OURS else device.plugin or US

    def _told(self, device: Device, command: str, action: Action) -> dict[str, Any]:
        return {
            "command": command,
            "provider": self._provider(device, command),
            "about": action.about,
            "required": list(action.required),
            "optional": list(action.optional),
        }


def _require_parameters(command: str, action: Action, given: Mapping[str, Any]) -> None:
    known = {*action.required, *action.optional}
    problems = [
        Problem(name, "is missing", "a value")
        for name in action.required
        if given.get(name) is None
    ]
    problems += [
        Problem(name, "is no parameter of this", ", ".join(sorted(known)))
        for name in given
        if name not in known
    ]
    if problems:
        raise Invalid(f"action {command}", tuple(problems))
