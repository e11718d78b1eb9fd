"""`/api/v1/self`: what callers see of themselves."""

from __future__ import annotations

from typing import Any, ClassVar

from provd.access import Forbidden, NotAuthenticated, Principal
from provd.api._about import ABOUT_TOKENS
from provd.api._call import Call
from provd.api._documents import gone
from provd.api._query import read_query
from provd.api._reply import Reply, Rows
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import KEEPING, Says, lists
from provd.application.tokens import Tokens
from provd.application.users import Users

LISTS = lists(ABOUT_TOKENS.schema, ABOUT_TOKENS.filters)
REVOKES = Says(status=204, refuses=("no-such-document", *KEEPING))
SETS_PASSWORD = Says(
    status=204, reads="PasswordGiven", refuses=("no-such-document", "invalid", *KEEPING)
)


class SelfRoutes(Noun):
    """Whoever calls: who they are, what they may do, and tokens of their own."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/self"
    everybodys: ClassVar[bool] = True

    def __init__(self, door: Door, users: Users, tokens: Tokens) -> None:
        super().__init__(door)
        self._users = users
        self._tokens = tokens

    @route(app, "GET", "/", scope="self", action="read", says=Says(answers="Whoami"))
    async def show(self, call: Call) -> Reply:
        """Who calls, by which proof, and with which rights."""
        call.no_parameters()
        return Reply(body=_tell(call.principal))

    @route(app, "GET", "/tokens", scope="self", action="tokens", says=LISTS)
    async def tokens(self, call: Call) -> Rows:
        """One's own tokens."""
        asked = read_query(call, ABOUT_TOKENS.filters)
        if call.principal.anonymous:
            return Rows(total=0, items=())
        subject = call.principal.user
        found = await self._tokens.of(subject, asked.query, asked.fields)
        return asked.rows(found)

    @route(app, "DELETE", "/tokens/<token_id>", scope="self", action="revoke", says=REVOKES)
    async def revoke(self, call: Call, token_id: str) -> Reply:
        """Give back one of one's own tokens: it is refused from now on."""
        call.no_parameters()
        subject = _somebody(call.principal)
        await self._tokens.revoke(token_id, call.cause, subject=subject)
        return gone()

    @route(app, "PUT", "/password", scope="self", action="password", says=SETS_PASSWORD)
    async def password(self, call: Call) -> Reply:
        """Another password of one's own; the present one must be shown, by HTTP basic."""
        call.no_parameters()
        given = call.object()
        by = call.principal
        user = _somebody(by)
        if by.provider != "password":
            raise Forbidden(user, "self", "password", "show the present one, by HTTP basic")
        await self._users.set_password(user, given, by, call.cause)
        return gone()


def _somebody(principal: Principal) -> str:
    """The caller's name. @raise NotAuthenticated: nobody had to say."""
    if principal.anonymous:
        raise NotAuthenticated
    return principal.user


def _tell(principal: Principal) -> dict[str, Any]:
    rights = [
        {
            "scope": scope,
            "action": action,
            "specific": ["*"] if only is None else sorted(only),
        }
        for scope, action in sorted(principal.rights)
        if principal.permits((scope, action))
        for only in (principal.only((scope, action)),)
    ]
    return {
        "user": principal.user,
        "provider": principal.provider,
        "token": principal.token,
        "anonymous": principal.anonymous,
        "rights": rights,
    }
