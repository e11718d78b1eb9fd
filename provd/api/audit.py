"""`/api/v1/audit`: who changed what."""

from __future__ import annotations

from typing import ClassVar

from provd.api._call import Call
from provd.api._documents import one
from provd.api._query import AUDIT_FILTERS, read_query
from provd.api._reply import Reply, Rows
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import lists, shows
from provd.application.auditing import Auditing


class AuditRoutes(Noun):
    """The audit trail; a list of all of it is its export."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/audit"

    def __init__(self, door: Door, auditing: Auditing) -> None:
        super().__init__(door)
        self._auditing = auditing

    @route(app, "GET", "/", scope="audit", action="list", says=lists("AuditLine", AUDIT_FILTERS))
    async def list(self, call: Call) -> Rows:
        """The lines that the parameters choose; sorted by `id`, in order of time."""
        asked = read_query(call, AUDIT_FILTERS)
        found = await self._auditing.list(asked.query, asked.fields)
        return asked.rows(found)

    @route(app, "GET", "/<line_id>", scope="audit", action="read", says=shows("AuditLine"))
    async def show(self, call: Call, line_id: str) -> Reply:
        """One."""
        call.no_parameters()
        return one(await self._auditing.get(line_id))
