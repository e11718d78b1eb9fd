"""`/api/v1/devices`."""

from __future__ import annotations

from typing import ClassVar

from provd.api._call import PATCH_TYPES, Call
from provd.api._documents import created, gone, one
from provd.api._query import DEVICE_FILTERS, read_query
from provd.api._reply import Reply, Rows
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import (
    KEEPING,
    creates,
    deletes,
    lists,
    patches,
    replaces,
    shows,
)
from provd.application.auditing import Auditing
from provd.application.devices import Devices

LISTS = lists("Device", DEVICE_FILTERS)
CREATES = creates("Device", "DeviceGiven", "key-claimed")
REPLACES = replaces("Device", "DeviceGiven", "key-claimed")
PATCHES = patches("Device", "Patch", "key-claimed")
REVEALS = shows("Device", *KEEPING)


class DeviceRoutes(Noun):
    """Devices, each with what the server observed of it."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/devices"

    def __init__(self, door: Door, devices: Devices, auditing: Auditing) -> None:
        super().__init__(door)
        self._devices = devices
        self._auditing = auditing

    @route(app, "GET", "/", scope="devices", action="list", says=LISTS, narrows=True)
    async def list(self, call: Call) -> Rows:
        """Those that the parameters choose."""
        asked = read_query(call, DEVICE_FILTERS)
        found = await self._devices.list(asked.query, asked.fields)
        return asked.rows(found)

    @route(app, "POST", "/", scope="devices", action="create", says=CREATES)
    async def create(self, call: Call) -> Reply:
        """A new one, under its own id or one that is chosen."""
        call.no_parameters()
        return created(self.prefix, await self._devices.create(call.object(), call.cause))

    @route(app, "GET", "/<document_id>", scope="devices", action="read", says=shows("Device"))
    async def show(self, call: Call, document_id: str) -> Reply:
        """One."""
        call.no_parameters()
        return one(await self._devices.get(document_id))

    @route(app, "GET", "/<document_id>/clear", scope="devices", action="reveal", says=REVEALS)
    async def reveal(self, call: Call, document_id: str) -> Reply:
        """With its secrets in clear; that somebody asked for them is written down."""
        call.no_parameters()
        await self._auditing.reveal("devices", document_id, call.cause)
        return one(await self._devices.get(document_id))

    @route(app, "PUT", "/<document_id>", scope="devices", action="update", says=REPLACES)
    async def replace(self, call: Call, document_id: str) -> Reply:
        """Another in its place; with `If-None-Match: *`, a new one."""
        call.no_parameters()
        wanted = call.precondition()
        device = await self._devices.replace(document_id, call.object(), call.cause, wanted)
        return created(self.prefix, device) if wanted.absent else one(device)

    @route(app, "PATCH", "/<document_id>", scope="devices", action="update", says=PATCHES)
    async def patch(self, call: Call, document_id: str) -> Reply:
        """Merge (RFC 7396)."""
        call.no_parameters()
        patch, wanted = call.object(PATCH_TYPES), call.precondition()
        return one(await self._devices.patch(document_id, patch, call.cause, wanted))

    @route(app, "DELETE", "/<document_id>", scope="devices", action="delete", says=deletes())
    async def delete(self, call: Call, document_id: str) -> Reply:
        """Forget it."""
        call.no_parameters()
        await self._devices.delete(document_id, call.cause, call.precondition())
        return gone()
