"""`/api/v1/devices`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from provd.api._about import ABOUT_DEVICES, About
from provd.api._call import Call
from provd.api._collection import Collection, routes
from provd.api._deeds import Where, action_routes
from provd.api._query import read_query
from provd.api._reply import Reply
from provd.api._routes import Door, route
from provd.api._says import KEEPING, Says, filtered
from provd.application.actions import Actions
from provd.application.collection import Documents
from provd.application.deeds import Deed
from provd.application.synchronizing.choosing import SYNCHRONIZE

SYNCHRONIZES = Says(
    answers="SynchronizationBegun",
    reads="SynchronizationWish",
    status=202,
    parameters=filtered(ABOUT_DEVICES.fields),
    refuses=("invalid", "too-broad", *KEEPING),
)


class DeviceRoutes(Collection):
    """Devices, each with what the server observed of it."""

    about: ClassVar[About] = ABOUT_DEVICES
    app = routes(about)
    action_routes(app, "devices", "/<document_id>")

    def __init__(self, door: Door, documents: Documents[Any], actions: Actions) -> None:
        super().__init__(door, documents)
        self._actions = actions

    async def deeds(self, call: Call, where: Where) -> Sequence[tuple[str, Deed]]:
        """What can be done with one that is there for the caller, by the server and by its plugin."""
        call.no_parameters()
        await self.documents.get(where["document_id"])
        return self._actions.deeds(where["document_id"])

    @route(
        app,
        "POST",
        "/:synchronize",
        scope="devices",
        action="act",
        says=SYNCHRONIZES,
        narrows=True,
    )
    async def synchronize(self, call: Call) -> Reply:
        """Have all devices fetch their files again that the parameters choose, as a list is chosen from."""
        asked = read_query(call, self.about.fields)
        found = await self.documents.list(asked.query, ("id",))
        device_ids = [each["id"] async for each in self.door.slices.over(found.items)]
        deed = self._actions.synchronize(device_ids, f"{len(device_ids)} devices")
        return Reply(body=await deed.done(SYNCHRONIZE, call.object(), call.cause), status=202)
