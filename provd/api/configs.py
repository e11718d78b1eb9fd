"""`/api/v1/configs`."""

from __future__ import annotations

from typing import ClassVar

from provd.access import Principal
from provd.api._asked import how
from provd.api._bulk import bulk
from provd.api._call import Call
from provd.api._changes import answer
from provd.api._documents import one
from provd.api._query import CONFIG_FILTERS, read_query
from provd.api._reply import Reply, Rows
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import (
    KEEPING,
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
from provd.application.auditing import Auditing
from provd.application.changing import Changes
from provd.application.configs import Configs
from provd.application.waiting import Waiting

LISTS = waited(lists("Config", CONFIG_FILTERS))
CREATES = rehearsed(creates("Config", "ConfigGiven"))
REPLACES = rehearsed(replaces("Config", "ConfigGiven"))
PATCHES = rehearsed(patches("Config", "Patch"))
REVEALS = shows("Config", *KEEPING)

DELETES = rehearsed(deletes())
SHOWS = waited(shows("Config"))
BULK = bulk_of("Config")

SHOWN = ("configs",)
"""Collections whose changes a list may show."""


class ConfigRoutes(Noun):
    """Configs, and what each comes to."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/configs"

    def __init__(
        self,
        door: Door,
        configs: Configs,
        auditing: Auditing,
        changes: Changes,
        waiting: Waiting,
    ) -> None:
        super().__init__(door)
        self._configs = configs
        self._auditing = auditing
        self._changes = changes
        self._waiting = waiting

    def seen_by(self, principal: Principal) -> Noun:
        """Those of the caller's tenants, and no others."""
        parts = self.door.over(principal.tenants or frozenset())
        return ConfigRoutes(self.door, parts.configs, parts.auditing, parts.changes, self._waiting)

    @route(app, "GET", "/", scope="configs", action="list", says=LISTS, narrows=True)
    async def list(self, call: Call) -> Reply | Rows:
        """Those that the parameters choose."""
        asked = read_query(call, CONFIG_FILTERS)

        async def read() -> Rows:
            return asked.rows(await self._configs.list(asked.query, asked.fields))

        return await watched_list(call, self._waiting, SHOWN, read)

    @route(app, "POST", "/", scope="configs", action="create", says=CREATES)
    async def create(self, call: Call) -> Reply:
        """A new one, under its own id or one that is chosen."""
        asked = how(call)
        proposal = self._configs.creating(call.object())
        return await answer(call, asked, self._changes, self._configs, proposal)

    @route(app, "POST", "/:bulk", scope="configs", action="bulk", says=BULK)
    async def bulk(self, call: Call) -> Reply:
        """Many changes: all of them or, where `atomic` is false, those that can be made."""
        return await bulk(call, self._changes, self._configs, "configs")

    @route(app, "GET", "/<document_id>", scope="configs", action="read", says=SHOWS)
    async def show(self, call: Call, document_id: str) -> Reply:
        """One; with `Prefer: wait`, once it is another than If-None-Match names."""
        call.no_parameters()

        async def read() -> Reply:
            return one(await self._configs.get(document_id))

        return await watched(call, self._waiting, ("configs", document_id), read)

    @route(app, "GET", "/<document_id>/clear", scope="configs", action="reveal", says=REVEALS)
    async def reveal(self, call: Call, document_id: str) -> Reply:
        """With its secrets in clear; that somebody asked for them is written down."""
        call.no_parameters()
        await self._auditing.reveal("configs", document_id, call.cause)
        return one(await self._configs.get(document_id))

    @route(
        app, "GET", "/<document_id>/raw", scope="configs", action="read", says=shows("Flattened")
    )
    async def raw(self, call: Call, document_id: str) -> Reply:
        """Flattened over its parents, with the origin of each value."""
        call.no_parameters()
        return Reply(body=await self._configs.raw(document_id), plain=frozenset({"origin"}))

    @route(app, "PUT", "/<document_id>", scope="configs", action="update", says=REPLACES)
    async def replace(self, call: Call, document_id: str) -> Reply:
        """Another in its place; with `If-None-Match: *`, a new one."""
        asked = how(call)
        proposal = self._configs.replacing(document_id, call.object(), call.precondition())
        return await answer(call, asked, self._changes, self._configs, proposal)

    @route(app, "PATCH", "/<document_id>", scope="configs", action="update", says=PATCHES)
    async def patch(self, call: Call, document_id: str) -> Reply:
        """Merge (RFC 7396), or apply operations (RFC 6902)."""
        asked = how(call)
        patch, wanted = call.patch(), call.precondition()
        proposal = self._configs.patching(document_id, patch, wanted, hides=call.hides)
        return await answer(call, asked, self._changes, self._configs, proposal)

    @route(app, "DELETE", "/<document_id>", scope="configs", action="delete", says=DELETES)
    async def delete(self, call: Call, document_id: str) -> Reply:
        """Delete it, unless it says that it may not be."""
        asked = how(call)
        proposal = self._configs.deleting(document_id, call.precondition())
        return await answer(call, asked, self._changes, self._configs, proposal)
