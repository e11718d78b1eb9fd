"""What can be done with a device beside changing it: by the server itself, and by its plugin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from provd.application.deeds import US, parameter_problems
from provd.application.errors import OperationCancelled
from provd.application.operations import Operations, Work
from provd.application.readiness import Readiness
from provd.application.writing import write
from provd.contracts import IDocumentStore, IDraft, IPlugins
from provd.documents import Device
from provd.values import Action, Invalid, NoSuchDocument, PluginFailed, ProvdError

REVALIDATE = "revalidate"

OURS: Mapping[str, Action] = {
    REVALIDATE: Action(about="Look again whether everything is there to answer the device.")
}
"""What the server does itself; a plugin cannot take its place."""

ACT = "act"
"""The action of the scope `devices` that it takes."""


class Acting(Struct, frozen=True):
    """What is being done, on whose behalf."""

    device_id: str
    command: str
    plugin: str
    cause: str


class Actions:
    """The actions of devices."""

    def __init__(
        self,
        store: IDocumentStore,
        plugins: IPlugins,
        readiness: Readiness,
        operations: Operations,
    ) -> None:
        self._store = store
        self._plugins = plugins
        self._readiness = readiness
        self._operations = operations

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
        """Do it, and tell what came of it; what takes a while is an operation meanwhile.

        @raise NoSuchDocument: there is no such device, or it cannot do that.
        @raise Invalid: a parameter is missing, or one too many.
        @raise PluginFailed: the plugin could not.
        @raise OperationCancelled: somebody stopped it, or whoever began it may not do it any more.
        """
        device = self._device(device_id)
        _require_parameters(command, self._action(device, command), given)
        if command in OURS:
            result = await self._revalidate(device_id, cause)
        else:
            plugin = self._plugins.get(device.plugin or "")
            if plugin is None:
                raise NoSuchDocument("actions", command)
            base = self._readiness.base()
            acting = plugin.act(command, device, self._store, base, given)
            result = await self._watched(Acting(device_id, command, plugin.id, cause), acting)
        return {"command": command, "provider": self._provider(device, command), "result": result}

    async def _watched(self, what: Acting, acting: Deferred[Any]) -> Any:
        """What came of what a plugin does; an operation from the moment it does not answer at once."""

        def gave_up(failure: Failure) -> None:
            failure.trap(CancelledError)
            raise PluginFailed(what.plugin, f"{what.command} a device", "it gave up")

        acting.addErrback(gave_up)
        if acting.called:
            return await acting
        work = await self._begun(what, acting)
        try:
            result = await acting
        except ProvdError as error:
            if work.cancelled:
                raise OperationCancelled(work.id, work.reason) from error
            await work.fail(str(error))
            raise
        finally:
            self._operations.over(work)
        await work.succeed(result)
        return result

    async def _begun(self, what: Acting, acting: Deferred[Any]) -> Work:
        """The operation that shows it. @raise StoreUnavailable: it cannot be kept; nothing goes on."""
        try:
            work = await self._operations.start(
                f"action {what.command}",
                label=what.device_id,
                cause=what.cause,
                devices=(what.device_id,),
                action=ACT,
            )
        except ProvdError:
            acting.addErrback(lambda _given_up: None)
            acting.cancel()
            raise
        work.stopped_by(acting.cancel)
        return work

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
    problems = tuple(parameter_problems(action, given))
    if problems:
        raise Invalid(f"action {command}", problems)
