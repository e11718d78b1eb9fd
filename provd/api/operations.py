"""`/api/v1/operations`: long work, running and finished."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from provd.api._about import ABOUT_OPERATIONS, About
from provd.api._call import Call
from provd.api._collection import Collection, routes
from provd.api._deeds import Where, action_routes
from provd.api._documents import one
from provd.api._reply import Reply
from provd.api._routes import route
from provd.api._says import KEEPING, shows
from provd.application.deeds import Deed, deeds_of_operations

CANCELS = shows("Operation", "not-cancellable", *KEEPING)


class OperationRoutes(Collection):
    """Operations: progress, result, reason."""

    about: ClassVar[About] = ABOUT_OPERATIONS
    app = routes(about)
    action_routes(app, "operations", "/<document_id>")

    async def deeds(self, call: Call, where: Where) -> Sequence[tuple[str, Deed]]:
        """What can be done with one of them."""
        call.no_parameters()
        return [*(await deeds_of_operations(self.documents)(where["document_id"])).items()]

    @route(app, "POST", "/<document_id>/cancel", scope="operations", action="cancel", says=CANCELS)
    async def cancel(self, call: Call, document_id: str) -> Reply:
        """Stop it where it stands."""
        call.no_parameters()
        return one(await self.documents.cancel(document_id, call.cause))
