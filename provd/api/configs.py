"""`/api/v1/configs`."""

from __future__ import annotations

from typing import ClassVar

from provd.api._call import PATCH_TYPES, Call
from provd.api._documents import created, gone, one
from provd.api._query import CONFIG_FILTERS, read_query
from provd.api._reply import Reply, Rows
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import KEEPING, creates, deletes, lists, patches, replaces, shows
from provd.application.auditing import Auditing
from provd.application.configs import Configs

LISTS = lists("Config", CONFIG_FILTERS)
CREATES = creates("Config", "ConfigGiven")
REPLACES = replaces("Config", "ConfigGiven")
PATCHES = patches("Config", "Patch")
REVEALS = shows("Config", *KEEPING)


class ConfigRoutes(Noun):
    """Configs, and what each comes to."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/configs"

    def __init__(self, door: Door, configs: Configs, auditing: Auditing) -> None:
        super().__init__(door)
        self._configs = configs
        self._auditing = auditing

    @route(app, "GET", "/", scope="configs", action="list", says=LISTS, narrows=True)
    async def list(self, call: Call) -> Rows:
        """Those that the parameters choose."""
        asked = read_query(call, CONFIG_FILTERS)
        found = await self._configs.list(asked.query, asked.fields)
        return asked.rows(found)

    @route(app, "POST", "/", scope="configs", action="create", says=CREATES)
    async def create(self, call: Call) -> Reply:
        """A new one, under its own id or one that is chosen."""
        call.no_parameters()
        return created(self.prefix, await self._configs.create(call.object(), call.cause))

    @route(app, "GET", "/<document_id>", scope="configs", action="read", says=shows("Config"))
    async def show(self, call: Call, document_id: str) -> Reply:
        """One."""
        call.no_parameters()
        return one(await self._configs.get(document_id))

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
        call.no_parameters()
        wanted = call.precondition()
        config = await self._configs.replace(document_id, call.object(), call.cause, wanted)
        return created(self.prefix, config) if wanted.absent else one(config)

    @route(app, "PATCH", "/<document_id>", scope="configs", action="update", says=PATCHES)
    async def patch(self, call: Call, document_id: str) -> Reply:
        """Merge (RFC 7396)."""
        call.no_parameters()
        patch, wanted = call.object(PATCH_TYPES), call.precondition()
        return one(await self._configs.patch(document_id, patch, call.cause, wanted))

    @route(app, "DELETE", "/<document_id>", scope="configs", action="delete", says=deletes())
    async def delete(self, call: Call, document_id: str) -> Reply:
        """Delete it, unless it says that it may not be."""
        call.no_parameters()
        await self._configs.delete(document_id, call.cause, call.precondition())
        return gone()
