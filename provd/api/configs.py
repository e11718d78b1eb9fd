"""`/api/v1/configs`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from provd.api._about import ABOUT_CONFIGS, About
from provd.api._call import Call
from provd.api._collection import Collection, routes
from provd.api._deeds import Where, action_routes
from provd.api._reply import Reply
from provd.api._routes import Door, route
from provd.api._says import shows
from provd.application.collection import Documents
from provd.application.deeds import Deed, deeds_of_configs
from provd.application.revalidation import Revalidation


class ConfigRoutes(Collection):
    """Configs, and what each comes to."""

    about: ClassVar[About] = ABOUT_CONFIGS
    app = routes(about)
    action_routes(app, "configs", "/<document_id>")

    def __init__(self, door: Door, documents: Documents[Any], revalidation: Revalidation) -> None:
        super().__init__(door, documents)
        self._revalidation = revalidation

    async def deeds(self, call: Call, where: Where) -> Sequence[tuple[str, Deed]]:
        """What can be done with one of them."""
        call.no_parameters()
        deeds = deeds_of_configs(self.documents, self._revalidation)
        return [*(await deeds(where["document_id"])).items()]

    @route(
        app, "GET", "/<document_id>/raw", scope="configs", action="read", says=shows("Flattened")
    )
    async def raw(self, call: Call, document_id: str) -> Reply:
        """Flattened over its parents, with the origin of each value."""
        call.no_parameters()
        return Reply(body=await self.documents.raw(document_id), plain=frozenset({"origin"}))
