"""`/api/v1/users`."""

from __future__ import annotations

from typing import ClassVar

from provd.api._about import ABOUT_USERS, About
from provd.api._call import Call
from provd.api._collection import Collection, routes
from provd.api._documents import gone
from provd.api._reply import Reply
from provd.api._routes import route
from provd.api._says import KEEPING, Says

SETS_PASSWORD = Says(
    status=204, reads="PasswordGiven", refuses=("no-such-document", "invalid", *KEEPING)
)


class UserRoutes(Collection):
    """Users: who may call, and by which roles; one takes its tokens along."""

    about: ClassVar[About] = ABOUT_USERS
    app = routes(about)

    @route(
        app, "PUT", "/<document_id>/password", scope="users", action="password", says=SETS_PASSWORD
    )
    async def password(self, call: Call, document_id: str) -> Reply:
        """Give another password; every token of the user is void from then on."""
        call.no_parameters()
        await self.documents.set_password(document_id, call.object(), call.principal, call.cause)
        return gone()
