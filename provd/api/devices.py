"""`/api/v1/devices`."""

from __future__ import annotations

from typing import Any, ClassVar

from provd.api._about import ABOUT_DEVICES, About
from provd.api._call import Call
from provd.api._collection import Collection, routes
from provd.api._reply import Reply, Rows
from provd.api._routes import Door, route
from provd.api._says import KEEPING, Says, shows
from provd.application.actions import Actions
from provd.application.collection import Documents

ACTIONS = Says(answers="Action", listed=True, refuses=("no-such-document",))
ACTS = Says(
    answers="Acted",
    reads="Parameters",
    refuses=("no-such-document", "invalid", "operation-cancelled", "plugin-failed", *KEEPING),
)


class DeviceRoutes(Collection):
    """Devices, each with what the server observed of it."""

    about: ClassVar[About] = ABOUT_DEVICES
    app = routes(about)

    def __init__(self, door: Door, documents: Documents[Any], actions: Actions) -> None:
        super().__init__(door, documents)
        self._actions = actions

    @route(app, "GET", "/<document_id>/actions", scope="devices", action="actions", says=ACTIONS)
    async def actions(self, call: Call, document_id: str) -> Rows:
        """What can be done with it now, by the server and by its plugin."""
        call.no_parameters()
        await self.documents.get(document_id)
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
        await self.documents.get(document_id)
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
        await self.documents.get(document_id)
        given = call.object()
        return Reply(body=await self._actions.act(document_id, command, given, call.cause))
