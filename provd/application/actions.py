"""What can be done with a device beside changing it: by the server itself, and by its plugin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from msgspec import Struct
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from provd.application.deeds import Deed, Given
from provd.application.device_secrets import DeviceDeeds
from provd.application.errors import OperationCancelled
from provd.application.operations import Operations, Work
from provd.application.readiness import Readiness
from provd.application.synchronizing import ACTION, Synchronizing
from provd.application.synchronizing.choosing import SYNCHRONIZE
from provd.application.writing import write
from provd.contracts import IDocumentStore, IDraft, ILoadedPlugin, IPlugins
from provd.documents import Device
from provd.values import Action, NoSuchDocument, PluginFailed, Problem, ProvdError

REVALIDATE = "revalidate"

OURS = Action(about="Look again whether everything is there to answer the device.")
"""What the server does itself; no plugin can take its place."""

ACT = "act"
"""The action of the scope `devices` that it takes."""

RIGHT = ("devices", ACT)

MOST_AT_ONCE = 20_000
"""Devices of one operation: each is named in it, and it is written as a whole."""


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
        synchronizing: Synchronizing,
        device_deeds: DeviceDeeds,
    ) -> None:
        self._store = store
        self._plugins = plugins
        self._readiness = readiness
        self._operations = operations
        self._synchronizing = synchronizing
        self._of_secrets = device_deeds.of

    def deeds(self, device_id: str) -> list[tuple[str, Deed]]:
        """What can be done with a device now, in order of command; what takes a while is an operation
        meanwhile.

        Doing it raises `PluginFailed` where the plugin cannot, and `OperationCancelled` where somebody
        stopped it or whoever began it may not do it any more.

        @raise NoSuchDocument: there is no such device.
        """
        device: Device | None = self._store.get("devices", device_id)
        if device is None:
            raise NoSuchDocument("devices", device_id)
        plugin = self._plugins.get(device.plugin) if device.plugin else None
        found = dict(self._of_plugin(plugin, device)) if plugin is not None else {}
        if plugin is not None and self._synchronizing.can(plugin):
            found[SYNCHRONIZE] = self.synchronize((device_id,), device_id)
        found[REVALIDATE] = Deed(
            action=OURS,
            right=RIGHT,
            do=lambda _given, cause: self._revalidate(device_id, cause),
        )
        found.update(self._of_secrets(device_id))
        return sorted(found.items())

    def synchronize(self, device_ids: Sequence[str], label: str = "") -> Deed:
        """Having these devices fetch their files again."""

        async def do(given: Given, cause: str) -> Mapping[str, Any]:
            begun = await self._synchronizing.begin(device_ids, given, cause, label)
            return {"operation": begun, "devices": len(device_ids)}

        def check(given: Given) -> Iterator[Problem]:
            if len(device_ids) > MOST_AT_ONCE:
                yield Problem(
                    "", f"{len(device_ids)} devices are chosen", f"{MOST_AT_ONCE} at most"
                )
            yield from self._synchronizing.problems(given)

        return Deed(action=ACTION, right=RIGHT, do=do, check=check)

    def _of_plugin(self, plugin: ILoadedPlugin, device: Device) -> Iterator[tuple[str, Deed]]:
        for command, action in plugin.actions.items():
            do = partial(self._act, plugin, device, command)
            yield command, Deed(action=action, right=RIGHT, do=do, provider=plugin.id)

    async def _act(
        self, plugin: ILoadedPlugin, device: Device, command: str, given: Given, cause: str
    ) -> Mapping[str, Any]:
        acting = plugin.act(command, device, self._store, self._readiness.base(), given)
        found: Mapping[str, Any] = await self._watched(
            Acting(device.id, command, plugin.id, cause), acting
        )
        return found

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
