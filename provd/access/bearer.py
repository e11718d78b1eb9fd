"""Tokens of our own (RFC 6750): signed texts, and ones that are good once.

The signature says that the text is ours; the token's document says what it is worth now.  A text is
verified once and remembered; its document is looked up at every request, in memory, so that revoking
it (or its user, or all of them) holds from the moment it is applied.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from zope.interface import implementer

from provd.access.errors import NotAuthenticated
from provd.access.oidc import issuer_of
from provd.access.signing import SigningKeys
from provd.contracts import IDocumentStore, IIdentityProvider
from provd.documents import Token
from provd.values import Identity, Presented

AUDIENCE = "provd-api"
"""The door that tokens for the API open."""

ONCE = "provd-once-"
"""How a token that is good once begins."""

LONGEST_TEXT = 4096
REMEMBERED = 4096

VOID = "the token has expired or was revoked"


@implementer(IIdentityProvider)
class BearerTokens:
    """Recognises tokens that this server issued."""

    name = "token"

    def __init__(self, store: IDocumentStore, keys: SigningKeys, now: Callable[[], float]) -> None:
        self._store = store
        self._keys = keys
        self._now = now
        self._verified: dict[str, str] = {}
        """From texts that were verified to the ids of their tokens."""

    def identify(self, presented: Presented) -> Identity | None:
        scheme, _space, text = presented.authorization.partition(" ")
        if scheme.lower() != "bearer":
            return None
        if text not in self._verified and issuer_of(text.strip()):
            return None  # ours name no issuer: it is another one's
        token = self._token(text.strip(), presented)
        if token is None or not token.good(self._now()):
            raise NotAuthenticated(VOID)
        return Identity(user=token.subject, provider=self.name, token=token.id)

    def _token(self, text: str, presented: Presented) -> Token | None:
        if text.startswith(ONCE):
            return self._spendable(text, presented)
        token_id = self._verified.get(text)
        if token_id is None:
            token_id = self._verify(text)
        token: Token | None = self._store.get("tokens", token_id)
        return None if token is None or token.once else token

    def _verify(self, text: str) -> str:
        if not text or len(text) > LONGEST_TEXT:
            raise NotAuthenticated("the token is not one of this server")
        token_id = str(self._keys.verify(text, AUDIENCE)["jti"])
        if len(self._verified) >= REMEMBERED:
            self._verified.clear()
        self._verified[text] = token_id
        return token_id

    def _spendable(self, text: str, presented: Presented) -> Token | None:
        if not presented.exchange:
            raise NotAuthenticated("this token is good once, and only to be exchanged for another")
        found: tuple[Token, ...] = self._store.by("tokens", "digest", digest_of(text))
        return next((token for token in found if token.once), None)


def digest_of(text: str) -> str:
    """What is kept of a token that is good once; it has 256 bits, so nobody guesses it."""
    return sha256(text.encode("utf-8", "replace")).hexdigest()
