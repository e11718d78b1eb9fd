"""`/api/v1/roles`."""

from __future__ import annotations

from typing import ClassVar

from provd.api._asked import how
from provd.api._bulk import bulk
from provd.api._call import Call
from provd.api._changes import answer
from provd.api._documents import one
from provd.api._query import ROLE_FILTERS, read_query
from provd.api._reply import Reply, Rows
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import bulk_of, creates, deletes, lists, patches, rehearsed, replaces, shows
from provd.api.users import named
from provd.application.changing import By, Changes
from provd.application.roles import Roles

LISTS = lists("Role", ROLE_FILTERS)
CREATES = rehearsed(creates("Role", "RoleGiven", "built-in"))
REPLACES = rehearsed(replaces("Role", "RoleGiven", "built-in"))
PATCHES = rehearsed(patches("Role", "Patch", "built-in"))
DELETES = rehearsed(deletes("built-in"))
BULK = bulk_of("Role", "built-in")


class RoleRoutes(Noun):
    """Roles: lists of claims that users have by name."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/roles"

    def __init__(self, door: Door, roles: Roles, changes: Changes) -> None:
        super().__init__(door)
        self._changes = changes
        self._roles = roles

    @route(app, "GET", "/", scope="roles", action="list", says=LISTS)
    async def list(self, call: Call) -> Rows:
        """The built-in ones, then the others that the parameters choose."""
        asked = read_query(call, ROLE_FILTERS)
        found = await self._roles.list(asked.query, asked.fields)
        return asked.rows(found)

    @route(app, "POST", "/", scope="roles", action="create", says=CREATES)
    async def create(self, call: Call) -> Reply:
        """A new one."""
        asked, given = how(call), call.object()
        named(given)
        made_by = By(self._roles, call.principal)
        return await answer(call, asked, self._changes, made_by, made_by.creating(given))

    @route(app, "POST", "/:bulk", scope="roles", action="bulk", says=BULK)
    async def bulk(self, call: Call) -> Reply:
        """Many changes: all of them or, where `atomic` is false, those that can be made."""
        return await bulk(call, self._changes, By(self._roles, call.principal), "roles")

    @route(app, "GET", "/<document_id>", scope="roles", action="read", says=shows("Role"))
    async def show(self, call: Call, document_id: str) -> Reply:
        """One, built in or not."""
        call.no_parameters()
        return one(await self._roles.get(document_id))

    @route(app, "PUT", "/<document_id>", scope="roles", action="update", says=REPLACES)
    async def replace(self, call: Call, document_id: str) -> Reply:
        """Another in its place; with `If-None-Match: *`, a new one."""
        asked, given, wanted = how(call), call.object(), call.precondition()
        made_by = By(self._roles, call.principal)
        proposal = made_by.replacing(document_id, given, wanted)
        return await answer(call, asked, self._changes, made_by, proposal)

    @route(app, "PATCH", "/<document_id>", scope="roles", action="update", says=PATCHES)
    async def patch(self, call: Call, document_id: str) -> Reply:
        """Merge (RFC 7396), or apply operations (RFC 6902)."""
        asked, patch, wanted = how(call), call.patch(), call.precondition()
        made_by = By(self._roles, call.principal)
        proposal = made_by.patching(document_id, patch, wanted)
        return await answer(call, asked, self._changes, made_by, proposal)

    @route(app, "DELETE", "/<document_id>", scope="roles", action="delete", says=DELETES)
    async def delete(self, call: Call, document_id: str) -> Reply:
        """Delete it; its users have it no more."""
        asked, wanted = how(call), call.precondition()
        made_by = By(self._roles, call.principal)
        proposal = made_by.deleting(document_id, wanted)
        return await answer(call, asked, self._changes, made_by, proposal)
