"""`/api/v1/leases` and `/api/v1/tenures`: who has which address, and who had it."""

from __future__ import annotations

from typing import ClassVar

from provd.api._about import ABOUT_LEASES, ABOUT_TENURES, About
from provd.api._call import Call
from provd.api._collection import Collection, routes
from provd.api._documents import one
from provd.api._reply import Reply
from provd.api._routes import route
from provd.api._says import KEEPING, deletes, rehearsed, shows

DELETES = rehearsed(deletes())
RELEASES = shows("Lease", "read-only", *KEEPING)


class LeaseRoutes(Collection):
    """Leases: made by the server alone; operators look at them, and end them."""

    about: ClassVar[About] = ABOUT_LEASES
    app = routes(about)

    @route(app, "DELETE", "/<document_id>", scope=about.scope, action="delete", says=DELETES)
    async def delete(self, call: Call, document_id: str) -> Reply:
        """Forget it: its address is as if nobody had ever had it."""
        return await super().delete(call, document_id)

    @route(
        app,
        "POST",
        "/<document_id>/release",
        scope=about.scope,
        action="release",
        says=RELEASES,
    )
    async def release(self, call: Call, document_id: str) -> Reply:
        """Free its address at once; its client is not told, and is refused when it renews."""
        call.no_parameters()
        return one(await self.documents.release(document_id, call.cause))


class TenureRoutes(Collection):
    """Tenures: every client's time with every address, as far back as they are kept."""

    about: ClassVar[About] = ABOUT_TENURES
    app = routes(about)
