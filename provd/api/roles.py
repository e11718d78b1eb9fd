"""`/api/v1/roles`."""

from __future__ import annotations

from typing import ClassVar

from provd.api._call import Call
from provd.api._documents import created, gone, one
from provd.api._query import ROLE_FILTERS, read_query
from provd.api._reply import Reply, Rows
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import creates, deletes, lists, patches, replaces, shows
from provd.api.users import named
from provd.application.precondition import ABSENT
from provd.application.roles import Roles

LISTS = lists("Role", ROLE_FILTERS)
CREATES = creates("Role", "RoleGiven", "built-in")
REPLACES = replaces("Role", "RoleGiven", "built-in")
PATCHES = patches("Role", "Patch", "built-in")


class RoleRoutes(Noun):
    """Roles: lists of claims that users have by name."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/roles"

    def __init__(self, door: Door, roles: Roles) -> None:
        super().__init__(door)
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
        call.no_parameters()
        given = call.object()
        role_id = named(given)
        role = await self._roles.replace(role_id, given, call.principal, call.cause, ABSENT)
        return created(self.prefix, role)

    @route(app, "GET", "/<document_id>", scope="roles", action="read", says=shows("Role"))
    async def show(self, call: Call, document_id: str) -> Reply:
        """One, built in or not."""
        call.no_parameters()
        return one(await self._roles.get(document_id))

    @route(app, "PUT", "/<document_id>", scope="roles", action="update", says=REPLACES)
    async def replace(self, call: Call, document_id: str) -> Reply:
        """Another in its place; with `If-None-Match: *`, a new one."""
        call.no_parameters()
        given, wanted = call.object(), call.precondition()
        role = await self._roles.replace(document_id, given, call.principal, call.cause, wanted)
        return created(self.prefix, role) if wanted.absent else one(role)

    @route(app, "PATCH", "/<document_id>", scope="roles", action="update", says=PATCHES)
    async def patch(self, call: Call, document_id: str) -> Reply:
        """Merge (RFC 7396), or apply operations (RFC 6902)."""
        call.no_parameters()
        patch, wanted = call.patch(), call.precondition()
        return one(await self._roles.patch(document_id, patch, call.principal, call.cause, wanted))

    @route(
        app, "DELETE", "/<document_id>", scope="roles", action="delete", says=deletes("built-in")
    )
    async def delete(self, call: Call, document_id: str) -> Reply:
        """Delete it; its users have it no more."""
        call.no_parameters()
        wanted = call.precondition()
        await self._roles.delete(document_id, call.principal, call.cause, wanted)
        return gone()
