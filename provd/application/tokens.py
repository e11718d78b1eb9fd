"""Issuing tokens and taking them back."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from msgspec.structs import replace

from provd.access import (
    AUDIENCE,
    ONCE,
    AccessSettings,
    Forbidden,
    NotAuthenticated,
    Principal,
    SigningKeys,
    digest_of,
)
from provd.application.collection import Documents
from provd.application.errors import TooManyTokens
from provd.application.listing import Listing
from provd.application.roles import require_known
from provd.application.slices import Slices
from provd.application.writing import write
from provd.contracts import IDocumentStore, IDraft
from provd.documents import TOKENS, Kind, Query, Token, TokenWish, User, parse_token_wish
from provd.values import NoSuchDocument

COLLECTION = "tokens"

MOST = 200
"""Tokens of one user that live at once."""

FIRST_USER = "admin"
SUPERUSER = "superuser"
FIRST_LIFE = 86400.0
"""Seconds in which the token of the first start must be exchanged."""


class Tokens(Documents[Token]):
    """Tokens of all users."""

    kind: ClassVar[Kind] = TOKENS

    def __init__(
        self,
        store: IDocumentStore,
        slices: Slices,
        keys: SigningKeys,
        new_id: Callable[[], str],
        now: Callable[[], float],
        settings: AccessSettings,
    ) -> None:
        super().__init__(store, slices)
        self._keys = keys
        self._new_id = new_id
        self._now = now
        self._settings = settings

    def adopt(self, settings: AccessSettings) -> None:
        """Let tokens live as long as these settings say; those that were issued keep their end."""
        self._settings = settings

    async def issue(self, given: Mapping[str, Any], by: Principal, cause: str) -> dict[str, Any]:
        """A token for whoever asks; its text is in `token`, and nowhere else ever.

        Asked for with a token, the new one may do no more and lives no longer; and a token that is good
        once is spent by it.

        @raise Invalid, NotAuthenticated, Forbidden, TooManyTokens: none is issued.
        """
        if by.anonymous:
            raise NotAuthenticated("a token is somebody's, and nothing says who you are")
        wish = parse_token_wish(given, self._settings.longest_token_seconds)
        require_known(wish.claims or (), by.rights, "token")
        if not by.covers(wish.claims or ()):
            raise Forbidden(by.user, COLLECTION, "issue", "it would do more than you may yourself")
        made: list[Token] = []

        def propose(draft: IDraft) -> None:
            shown_token = self._spend(draft, by)
            self._make_room(draft, by.user)
            made[:] = [self._make(wish, by, shown_token)]
            draft.put(COLLECTION, made[0])

        await write(self._store, cause, propose)
        return self.shown(made[0]) | {"token": self._sign(made[0])}

    async def of(self, subject: str, query: Query, fields: Sequence[str] = ()) -> Listing:
        """The tokens of one user that a query is about. @raise MalformedSelector: its selector is none."""
        selector = {**query.selector, "subject": subject}
        return await self.list(replace(query, selector=selector), fields)

    async def revoke(self, token_id: str, cause: str, *, subject: str = "") -> None:
        """Refuse a token from now on, with `subject` only if it is that user's. Idempotent.

        @raise NoSuchDocument: there is none.
        """

        def propose(draft: IDraft) -> None:
            token: Token | None = draft.read(COLLECTION, token_id)
            if token is None or (subject and token.subject != subject):
                raise NoSuchDocument(COLLECTION, token_id)
            draft.put(COLLECTION, replace(token, revoked=True))

        await write(self._store, cause, propose)

    async def revoke_all(self, cause: str, *, subject: str = "") -> int:
        """Refuse every token, or every token of one user, from now on; how many there were."""

        def propose(draft: IDraft) -> int:
            collection = self._store.collection(COLLECTION)
            found = collection.by("subject", subject) if subject else collection
            living = [each for each in found if isinstance(each, Token) and not each.revoked]
            for token in living:
                draft.put(COLLECTION, replace(token, revoked=True))
            return len(living)

        return await write(self._store, cause, propose)

    def needs_first(self) -> bool:
        """Whether nobody could ever log in.

        No user has a password, no token is good, and there is no superuser who is known otherwise.
        """
        return not any(
            isinstance(user, User) and self._gets_in(user)
            for user in self._store.collection("users")
        ) and not any(
            isinstance(token, Token) and self._lets_in(token)
            for token in self._store.collection(COLLECTION)
        )

    def _lets_in(self, token: Token) -> bool:
        user: User | None = self._store.get("users", token.subject)
        is_somebodys = user is not None and not user.disabled
        return is_somebodys and not token.revoked and self._now() < token.expiry

    def _gets_in(self, user: User) -> bool:
        if user.disabled:
            return False
        return bool(user.password_hash) or (self._settings.elsewhere and SUPERUSER in user.roles)

    async def issue_first(self) -> str:
        """A token that is good once, for a superuser who has no password yet; its text.

        Whoever has it logs in, gives the user a password, and makes the others.
        """
        text = ONCE + secrets.token_urlsafe(32)
        now = self._now()

        def propose(draft: IDraft) -> None:
            present: User = draft.read("users", FIRST_USER) or User(id=FIRST_USER)
            draft.put("users", replace(present, roles=(SUPERUSER,), disabled=False))
            draft.put(
                COLLECTION,
                Token(
                    id=self._new_id(),
                    subject=FIRST_USER,
                    audience=AUDIENCE,
                    issued=now,
                    not_before=now,
                    expiry=now + FIRST_LIFE,
                    once=True,
                    digest=digest_of(text),
                    description="the first start's",
                ),
            )

        await write(self._store, "first start", propose)
        return text

    def _spend(self, draft: IDraft, by: Principal) -> Token | None:
        """The token that was shown; one that is good once is gone with this draft."""
        if not by.token:
            return None
        token: Token | None = draft.read(COLLECTION, by.token)
        if token is None or token.revoked:
            raise NotAuthenticated("the token has expired or was revoked")
        if not token.once:
            return token
        draft.delete(COLLECTION, token.id)
        return None

    def _make_room(self, draft: IDraft, user: str) -> None:
        now = self._now()
        present: Sequence[Token] = draft.by(COLLECTION, "subject", user)
        dead = [token for token in present if token.revoked or token.expiry <= now]
        for token in dead:
            draft.delete(COLLECTION, token.id)
        if len(present) - len(dead) >= MOST:
            raise TooManyTokens(user, MOST)

    def _make(self, wish: TokenWish, by: Principal, shown_token: Token | None) -> Token:
        now = self._now()
        expiry = now + (wish.seconds or self._settings.token_seconds)
        claims = wish.claims
        if shown_token is not None:
            expiry = min(expiry, shown_token.expiry)
            claims = shown_token.claims if claims is None else claims
        return Token(
            id=self._new_id(),
            subject=by.user,
            audience=AUDIENCE,
            issued=now,
            not_before=now,
            expiry=expiry,
            claims=claims,
            description=wish.description,
            issuer=by.provider,
        )

    def _sign(self, token: Token) -> str:
        return self._keys.sign(
            {
                "jti": token.id,
                "sub": token.subject,
                "aud": token.audience,
                "iat": int(token.issued),
                "nbf": int(token.not_before),
                "exp": int(token.expiry),
            }
        )
