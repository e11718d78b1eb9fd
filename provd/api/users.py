"""`/api/v1/users`."""

from __future__ import annotations

from typing import ClassVar

from provd.api._asked import how
from provd.api._bulk import bulk
from provd.api._call import Call
from provd.api._changes import answer
from provd.api._documents import gone, one
from provd.api._errors import MalformedRequest
from provd.api._query import USER_FILTERS, read_query
from provd.api._reply import Reply, Rows
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import (
    KEEPING,
    Says,
    bulk_of,
    creates,
    deletes,
    lists,
    patches,
    rehearsed,
    replaces,
    shows,
)
from provd.application.changing import By, Changes
from provd.application.users import Users

LISTS = lists("User", USER_FILTERS)
CREATES = rehearsed(creates("User", "UserGiven"))
REPLACES = rehearsed(replaces("User", "UserGiven"))
PATCHES = rehearsed(patches("User", "Patch"))
DELETES = rehearsed(deletes())
BULK = bulk_of("User")
SETS_PASSWORD = Says(
    status=204, reads="PasswordGiven", refuses=("no-such-document", "invalid", *KEEPING)
)


class UserRoutes(Noun):
    """Users: who may call, and by which roles."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/users"

    def __init__(self, door: Door, users: Users, changes: Changes) -> None:
        super().__init__(door)
        self._changes = changes
        self._users = users

    @route(app, "GET", "/", scope="users", action="list", says=LISTS, narrows=True)
    async def list(self, call: Call) -> Rows:
        """Those that the parameters choose."""
        asked = read_query(call, USER_FILTERS)
        found = await self._users.list(asked.query, asked.fields)
        return asked.rows(found)

    @route(app, "POST", "/", scope="users", action="create", says=CREATES)
    async def create(self, call: Call) -> Reply:
        """A new one, without a password."""
        asked, given = how(call), call.object()
        named(given)
        made_by = By(self._users, call.principal)
        return await answer(call, asked, self._changes, made_by, made_by.creating(given))

    @route(app, "POST", "/:bulk", scope="users", action="bulk", says=BULK)
    async def bulk(self, call: Call) -> Reply:
        """Many changes: all of them or, where `atomic` is false, those that can be made."""
        return await bulk(call, self._changes, By(self._users, call.principal), "users")

    @route(app, "GET", "/<document_id>", scope="users", action="read", says=shows("User"))
    async def show(self, call: Call, document_id: str) -> Reply:
        """One."""
        call.no_parameters()
        return one(await self._users.get(document_id))

    @route(app, "PUT", "/<document_id>", scope="users", action="update", says=REPLACES)
    async def replace(self, call: Call, document_id: str) -> Reply:
        """Another in its place, the password kept; with `If-None-Match: *`, a new one."""
        asked, given, wanted = how(call), call.object(), call.precondition()
        made_by = By(self._users, call.principal)
        proposal = made_by.replacing(document_id, given, wanted)
        return await answer(call, asked, self._changes, made_by, proposal)

    @route(
        app,
        "PATCH",
        "/<document_id>",
        scope="users",
        action="update",
        says=PATCHES,
    )
    async def patch(self, call: Call, document_id: str) -> Reply:
        """Merge (RFC 7396), or apply operations (RFC 6902)."""
        asked, patch, wanted = how(call), call.patch(), call.precondition()
        made_by = By(self._users, call.principal)
        proposal = made_by.patching(document_id, patch, wanted)
        return await answer(call, asked, self._changes, made_by, proposal)

    @route(
        app, "PUT", "/<document_id>/password", scope="users", action="password", says=SETS_PASSWORD
    )
    async def password(self, call: Call, document_id: str) -> Reply:
        """Give another password; every token of the user is void from then on."""
        call.no_parameters()
        await self._users.set_password(document_id, call.object(), call.principal, call.cause)
        return gone()

    @route(app, "DELETE", "/<document_id>", scope="users", action="delete", says=DELETES)
    async def delete(self, call: Call, document_id: str) -> Reply:
        """Delete it, and its tokens."""
        asked, wanted = how(call), call.precondition()
        made_by = By(self._users, call.principal)
        proposal = made_by.deleting(document_id, wanted)
        return await answer(call, asked, self._changes, made_by, proposal)


def named(given: dict[str, object]) -> str:
    """The id of what is to be created; nobody can use a name that was chosen for them.

    @raise MalformedRequest: there is none.
    """
    chosen = given.get("id")
    if not isinstance(chosen, str) or not chosen:
        raise MalformedRequest("id", "is missing", "a name")
    return chosen
