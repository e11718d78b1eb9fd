"""`/api/v1/tokens`: logging in, and taking tokens back."""

from __future__ import annotations

from typing import Any, ClassVar

from provd.api._call import Call
from provd.api._documents import gone, one
from provd.api._errors import MalformedRequest
from provd.api._query import TOKEN_FILTERS, read_query
from provd.api._reply import Reply, Rows
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import KEEPING, Says, lists, shows
from provd.application.tokens import Tokens

ISSUES = Says(
    answers="IssuedToken",
    status=201,
    reads="TokenWish",
    refuses=("invalid", "too-many-tokens", *KEEPING),
)
REVOKES = Says(status=204, refuses=("no-such-document", *KEEPING))
REVOKES_ALL = Says(answers="Revoked", reads="WhoseTokens", refuses=KEEPING)


class TokenRoutes(Noun):
    """Tokens of all users."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/tokens"

    def __init__(self, door: Door, tokens: Tokens) -> None:
        super().__init__(door)
        self._tokens = tokens

    @route(app, "POST", "/", scope="self", action="issue", says=ISSUES)
    async def issue(self, call: Call) -> Reply:
        """Log in: a token for whoever asks, which does no more than they may; its text is told once."""
        call.no_parameters()
        issued = await self._tokens.issue(call.object(), call.principal, call.cause)
        where = {"location": f"/api/v1/self/tokens/{issued['id']}"}
        return Reply(body=issued, status=201, headers=where)

    @route(
        app,
        "GET",
        "/",
        scope="tokens",
        action="list",
        says=lists("Token", TOKEN_FILTERS),
        narrows=True,
    )
    async def list(self, call: Call) -> Rows:
        """Those that the parameters choose, whosever they are."""
        asked = read_query(call, TOKEN_FILTERS)
        found = await self._tokens.list(asked.query, asked.fields)
        return asked.rows(found)

    @route(app, "GET", "/<token_id>", scope="tokens", action="read", says=shows("Token"))
    async def show(self, call: Call, token_id: str) -> Reply:
        """One, without its text."""
        call.no_parameters()
        return one(await self._tokens.get(token_id))

    @route(app, "DELETE", "/<token_id>", scope="tokens", action="revoke", says=REVOKES)
    async def revoke(self, call: Call, token_id: str) -> Reply:
        """Refuse it from now on."""
        call.no_parameters()
        await self._tokens.revoke(token_id, call.cause)
        return gone()

    @route(app, "POST", "/revoke", scope="tokens", action="revoke_all", says=REVOKES_ALL)
    async def revoke_all(self, call: Call) -> Reply:
        """Refuse every token of a `subject`, or of everybody, from now on."""
        call.no_parameters()
        subject = _subject(call.object())
        count = await self._tokens.revoke_all(call.cause, subject=subject)
        return Reply(body={"revoked": count})


def _subject(given: dict[str, Any]) -> str:
    """Whose tokens; empty: everybody's. @raise MalformedRequest: there is no telling."""
    for key in given:
        if key != "subject":
            raise MalformedRequest(key[:80], "means nothing here", "subject")
    subject = given.get("subject", "")
    if "subject" in given and (not isinstance(subject, str) or not subject):
        raise MalformedRequest("subject", "is no name", "the name of a user, or no such key")
    return str(subject)
