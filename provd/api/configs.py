"""`/api/v1/configs`."""

from __future__ import annotations

from typing import ClassVar

from provd.api._about import ABOUT_CONFIGS, About
from provd.api._call import Call
from provd.api._collection import Collection, routes
from provd.api._reply import Reply
from provd.api._routes import route
from provd.api._says import shows


class ConfigRoutes(Collection):
    """Configs, and what each comes to."""

    about: ClassVar[About] = ABOUT_CONFIGS
    app = routes(about)

    @route(
        app, "GET", "/<document_id>/raw", scope="configs", action="read", says=shows("Flattened")
    )
    async def raw(self, call: Call, document_id: str) -> Reply:
        """Flattened over its parents, with the origin of each value."""
        call.no_parameters()
        return Reply(body=await self.documents.raw(document_id), plain=frozenset({"origin"}))
