"""`/api/v1/users`."""

from __future__ import annotations

from typing import ClassVar

from provd.api._call import Call
from provd.api._documents import created, gone, one
from provd.api._errors import MalformedRequest
from provd.api._query import USER_FILTERS, read_query
from provd.api._reply import Reply, Rows
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import KEEPING, Says, creates, deletes, lists, patches, replaces, shows
from provd.application.precondition import ABSENT
from provd.application.users import Users

LISTS = lists("User", USER_FILTERS)
CREATES = creates("User", "UserGiven")
REPLACES = replaces("User", "UserGiven")
SETS_PASSWORD = Says(
    status=204, reads="PasswordGiven", refuses=("no-such-document", "invalid", *KEEPING)
)


class UserRoutes(Noun):
    """Users: who may call, and by which roles."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/users"

    def __init__(self, door: Door, users: Users) -> None:
        super().__init__(door)
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
        call.no_parameters()
        given = call.object()
        user_id = named(given)
        user = await self._users.replace(user_id, given, call.principal, call.cause, ABSENT)
        return created(self.prefix, user)

    @route(app, "GET", "/<document_id>", scope="users", action="read", says=shows("User"))
    async def show(self, call: Call, document_id: str) -> Reply:
        """One."""
        call.no_parameters()
        return one(await self._users.get(document_id))

    @route(app, "PUT", "/<document_id>", scope="users", action="update", says=REPLACES)
    async def replace(self, call: Call, document_id: str) -> Reply:
        """Another in its place, the password kept; with `If-None-Match: *`, a new one."""
        call.no_parameters()
        given, wanted = call.object(), call.precondition()
        user = await self._users.replace(document_id, given, call.principal, call.cause, wanted)
        return created(self.prefix, user) if wanted.absent else one(user)

    @route(
        app,
        "PATCH",
        "/<document_id>",
        scope="users",
        action="update",
        says=patches("User", "Patch"),
    )
    async def patch(self, call: Call, document_id: str) -> Reply:
        """Merge (RFC 7396), or apply operations (RFC 6902)."""
        call.no_parameters()
        patch, wanted = call.patch(), call.precondition()
        return one(await self._users.patch(document_id, patch, call.principal, call.cause, wanted))

    @route(
        app, "PUT", "/<document_id>/password", scope="users", action="password", says=SETS_PASSWORD
    )
    async def password(self, call: Call, document_id: str) -> Reply:
        """Give another password; every token of the user is void from then on."""
        call.no_parameters()
        await self._users.set_password(document_id, call.object(), call.principal, call.cause)
        return gone()

    @route(app, "DELETE", "/<document_id>", scope="users", action="delete", says=deletes())
    async def delete(self, call: Call, document_id: str) -> Reply:
        """Delete it, and its tokens."""
        call.no_parameters()
        wanted = call.precondition()
        await self._users.delete(document_id, call.principal, call.cause, wanted)
        return gone()


def named(given: dict[str, object]) -> str:
    """The id of what is to be created; nobody can use a name that was chosen for them.

    @raise MalformedRequest: there is none.
    """
    chosen = given.get("id")
    if not isinstance(chosen, str) or not chosen:
        raise MalformedRequest("id", "is missing", "a name")
    return chosen
