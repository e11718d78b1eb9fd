"""`/api/v1/devices`."""

from __future__ import annotations

from typing import ClassVar

from provd.access import Principal
from provd.api._asked import how
from provd.api._bulk import bulk
from provd.api._call import Call
from provd.api._changes import answer
from provd.api._documents import one
from provd.api._query import DEVICE_FILTERS, read_query
from provd.api._reply import Reply, Rows
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import (
    KEEPING,
    Says,
    bulk_of,
    creates,
    deletes,
    lists,
    patches,
    rehearsed,
    replaces,
    shows,
    waited,
)
from provd.api._watch import watched, watched_list
from provd.application.actions import Actions
from provd.application.auditing import Auditing
from provd.application.changing import Changes
from provd.application.devices import Devices
from provd.application.waiting import Waiting

LISTS = waited(lists("Device", DEVICE_FILTERS))
CREATES = rehearsed(creates("Device", "DeviceGiven", "key-claimed"))
REPLACES = rehearsed(replaces("Device", "DeviceGiven", "key-claimed"))
PATCHES = rehearsed(patches("Device", "Patch", "key-claimed"))
REVEALS = shows("Device", *KEEPING)

DELETES = rehearsed(deletes())
SHOWS = waited(shows("Device"))
BULK = bulk_of("Device")

ACTIONS = Says(answers="Action", listed=True, refuses=("no-such-document",))
ACTS = Says(
    answers="Acted",
    reads="Parameters",
    refuses=("no-such-document", "invalid", "plugin-failed", *KEEPING),
)

SHOWN = ("devices", "statuses", "configs")
"""Collections whose changes a list may show."""


class DeviceRoutes(Noun):
    """Devices, each with what the server observed of it."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/devices"

    def __init__(
        self,
        door: Door,
        devices: Devices,
        auditing: Auditing,
        changes: Changes,
        waiting: Waiting,
        actions: Actions,
    ) -> None:
        super().__init__(door)
        self._actions = actions
        self._devices = devices
        self._auditing = auditing
        self._changes = changes
        self._waiting = waiting

    def seen_by(self, principal: Principal) -> Noun:
        """Those of the caller's tenants, and no others."""
        parts = self.door.over(principal.tenants or frozenset())
        return DeviceRoutes(
            self.door, parts.devices, parts.auditing, parts.changes, self._waiting, self._actions
        )

    @route(app, "GET", "/", scope="devices", action="list", says=LISTS, narrows=True)
    async def list(self, call: Call) -> Reply | Rows:
        """Those that the parameters choose."""
        asked = read_query(call, DEVICE_FILTERS)

        async def read() -> Rows:
            return asked.rows(await self._devices.list(asked.query, asked.fields))

        return await watched_list(call, self._waiting, SHOWN, read)

    @route(app, "POST", "/", scope="devices", action="create", says=CREATES)
    async def create(self, call: Call) -> Reply:
        """A new one, under its own id or one that is chosen."""
        asked = how(call)
        proposal = self._devices.creating(call.object())
        return await answer(call, asked, self._changes, self._devices, proposal)

    @route(app, "POST", "/:bulk", scope="devices", action="bulk", says=BULK)
    async def bulk(self, call: Call) -> Reply:
        """Many changes: all of them or, where `atomic` is false, those that can be made."""
        return await bulk(call, self._changes, self._devices, "devices")

    @route(app, "GET", "/<document_id>", scope="devices", action="read", says=SHOWS)
    async def show(self, call: Call, document_id: str) -> Reply:
        """One; with `Prefer: wait`, once it is another than If-None-Match names."""
        call.no_parameters()

        async def read() -> Reply:
            return one(await self._devices.get(document_id))

        return await watched(call, self._waiting, ("devices", document_id), read)

    @route(app, "GET", "/<document_id>/clear", scope="devices", action="reveal", says=REVEALS)
    async def reveal(self, call: Call, document_id: str) -> Reply:
        """With its secrets in clear; that somebody asked for them is written down."""
        call.no_parameters()
        await self._auditing.reveal("devices", document_id, call.cause)
        return one(await self._devices.get(document_id))

    @route(app, "GET", "/<document_id>/actions", scope="devices", action="actions", says=ACTIONS)
    async def actions(self, call: Call, document_id: str) -> Rows:
        """What can be done with it now, by the server and by its plugin."""
        call.no_parameters()
        await self._devices.get(document_id)
        found = self._actions.of(document_id)
        return Rows(total=len(found), items=found)

    @route(
        app,
        "GET",
        "/<document_id>/actions/<command>",
        scope="devices",
        action="actions",
        says=shows("Action"),
    )
    async def action(self, call: Call, document_id: str, command: str) -> Reply:
        """One of them, with what it takes."""
        call.no_parameters()
        await self._devices.get(document_id)
        return Reply(body=self._actions.one(document_id, command))

    @route(
        app,
        "POST",
        "/<document_id>/actions/<command>",
        scope="devices",
        action="act",
        says=ACTS,
    )
    async def act(self, call: Call, document_id: str, command: str) -> Reply:
        """Do it; the body has its parameters."""
        call.no_parameters()
        await self._devices.get(document_id)
        given = call.object()
        return Reply(body=await self._actions.act(document_id, command, given, call.cause))

    @route(app, "PUT", "/<document_id>", scope="devices", action="update", says=REPLACES)
    async def replace(self, call: Call, document_id: str) -> Reply:
        """Another in its place; with `If-None-Match: *`, a new one."""
        asked = how(call)
        proposal = self._devices.replacing(document_id, call.object(), call.precondition())
        return await answer(call, asked, self._changes, self._devices, proposal)

    @route(app, "PATCH", "/<document_id>", scope="devices", action="update", says=PATCHES)
    async def patch(self, call: Call, document_id: str) -> Reply:
        """Merge (RFC 7396), or apply operations (RFC 6902)."""
        asked = how(call)
        patch, wanted = call.patch(), call.precondition()
        proposal = self._devices.patching(document_id, patch, wanted, hides=call.hides)
        return await answer(call, asked, self._changes, self._devices, proposal)

    @route(app, "DELETE", "/<document_id>", scope="devices", action="delete", says=DELETES)
    async def delete(self, call: Call, document_id: str) -> Reply:
        """Forget it."""
        asked = how(call)
        proposal = self._devices.deleting(document_id, call.precondition())
        return await answer(call, asked, self._changes, self._devices, proposal)
