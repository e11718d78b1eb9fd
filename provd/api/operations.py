"""`/api/v1/operations`: long work, running and finished."""

from __future__ import annotations

from typing import ClassVar

from provd.api._call import Call
from provd.api._documents import one
from provd.api._query import OPERATION_FILTERS, read_query
from provd.api._reply import Reply, Rows
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import KEEPING, lists, shows, waited
from provd.api._watch import watched, watched_list
from provd.application.operations import Operations
from provd.application.waiting import Waiting

LISTS = waited(lists("Operation", OPERATION_FILTERS))
SHOWS = waited(shows("Operation"))
CANCELS = shows("Operation", "not-cancellable", *KEEPING)


class OperationRoutes(Noun):
    """Operations: progress, result, reason."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/operations"

    def __init__(self, door: Door, operations: Operations, waiting: Waiting) -> None:
        super().__init__(door)
        self._operations = operations
        self._waiting = waiting

    @route(app, "GET", "/", scope="operations", action="list", says=LISTS, narrows=True)
    async def list(self, call: Call) -> Reply | Rows:
        """Those that the parameters choose."""
        asked = read_query(call, OPERATION_FILTERS)

        async def read() -> Rows:
            return asked.rows(await self._operations.list(asked.query, asked.fields))

        return await watched_list(call, self._waiting, ("operations",), read)

    @route(app, "GET", "/<operation_id>", scope="operations", action="read", says=SHOWS)
    async def show(self, call: Call, operation_id: str) -> Reply:
        """One."""
        call.no_parameters()

        async def read() -> Reply:
            return one(await self._operations.get(operation_id))

        return await watched(call, self._waiting, ("operations", operation_id), read)

    @route(app, "POST", "/<operation_id>/cancel", scope="operations", action="cancel", says=CANCELS)
    async def cancel(self, call: Call, operation_id: str) -> Reply:
        """Stop it where it stands."""
        call.no_parameters()
        return one(await self._operations.cancel(operation_id, call.cause))
