"""`/api/v1/tokens`: logging in, and taking tokens back."""

from __future__ import annotations

from typing import Any, ClassVar

from provd.api._about import ABOUT_TOKENS, About
from provd.api._call import Call
from provd.api._collection import Collection, routes
from provd.api._documents import gone
from provd.api._errors import MalformedRequest
from provd.api._reply import Reply
from provd.api._routes import route
from provd.api._says import KEEPING, Says

ISSUES = Says(
    answers="IssuedToken",
    status=201,
    reads="TokenWish",
    refuses=("invalid", "too-many-tokens", *KEEPING),
)
REVOKES = Says(status=204, refuses=("no-such-document", *KEEPING))
REVOKES_ALL = Says(answers="Revoked", reads="WhoseTokens", refuses=KEEPING)


class TokenRoutes(Collection):
    """Tokens of all users."""

    about: ClassVar[About] = ABOUT_TOKENS
    app = routes(about)

    @route(app, "POST", "/", scope="self", action="issue", says=ISSUES)
    async def issue(self, call: Call) -> Reply:
        """Log in: a token for whoever asks, which does no more than they may; its text is told once."""
        call.no_parameters()
        issued = await self.documents.issue(call.object(), call.principal, call.cause)
        where = {"location": f"/api/v1/self/tokens/{issued['id']}"}
        return Reply(body=issued, status=201, headers=where)

    @route(app, "DELETE", "/<document_id>", scope="tokens", action="revoke", says=REVOKES)
    async def revoke(self, call: Call, document_id: str) -> Reply:
        """Refuse it from now on."""
        call.no_parameters()
        await self.documents.revoke(document_id, call.cause)
        return gone()

    @route(app, "POST", "/revoke", scope="tokens", action="revoke_all", says=REVOKES_ALL)
    async def revoke_all(self, call: Call) -> Reply:
        """Refuse every token of a `subject`, or of everybody, from now on."""
        call.no_parameters()
        subject = _subject(call.object())
        count = await self.documents.revoke_all(call.cause, subject=subject)
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
