"""Bearer tokens of an external issuer (OpenID Connect): signed by keys that the issuer publishes.

The keys are fetched when they are first needed and kept; a token with a key that is not among them
has them fetched again, at most once a minute, whoever asks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from msgspec import Struct
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime
from zope.interface import implementer

from provd.access.errors import NotAuthenticated
from provd.contracts import IIdentityProvider
from provd.documents import check_id
from provd.values import Identity, Invalid, Presented

ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "EdDSA"]
"""Signatures that only the issuer can make; never one with a shared secret."""

LEEWAY = 30
"""Seconds that its clock and ours may differ."""

AGAIN = 60.0
"""Seconds between two questions for keys, at least."""

KEPT = 3600.0
"""Seconds for which its keys are taken for its keys."""

PATIENCE = 5.0
LONGEST_TEXT = 8192
MOST_KEYS = 64
REMEMBERED = 1024
DISCOVERY = "/.well-known/openid-configuration"

REFUSED = "the token is not one that is accepted here"

Fetch = Callable[[str], "Deferred[bytes]"]
"""What is at an HTTPS URL: no redirects, a bounded number of bytes."""


class _Accepted(Struct, frozen=True):
    user: str
    until: float


@implementer(IIdentityProvider)
class ForeignTokens:
    """Tokens of one issuer, for one audience; `claim` names the user."""

    name = "oidc"

    def __init__(
        self,
        issuer: str,
        audience: str,
        claim: str,
        fetch: Fetch,
        clock: IReactorTime,
        now: Callable[[], float],
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._claim = claim
        self._fetch = fetch
        self._clock = clock
        self._now = now
        self._keys: Mapping[str, Any] = {}
        self._asked = self._learnt = float("-inf")
        self._fetching: list[Deferred[None]] | None = None
        self._accepted: dict[str, _Accepted] = {}

    def identify(self, presented: Presented) -> Identity | Deferred[Identity | None] | None:
        scheme, _space, text = presented.authorization.partition(" ")
        text = text.strip()
        if scheme.lower() != "bearer" or issuer_of(text) != self._issuer:
            return None
        known = self._accepted.get(text)
        if known is not None and self._now() < known.until:
            return Identity(user=known.user, provider=self.name)
        kid = str(jwt.get_unverified_header(text).get("kid", ""))
        if kid in self._keys and self._clock.seconds() - self._learnt < KEPT:
            return self._verify(text, kid)
        return self._learn().addCallback(lambda _none: self._verify(text, kid))

    def _verify(self, text: str, kid: str) -> Identity:
        key = self._keys.get(kid)
        if key is None or self._clock.seconds() - self._learnt >= KEPT:
            raise NotAuthenticated(REFUSED)
        try:
            payload = jwt.decode(
                text,
                key,
                algorithms=ALGORITHMS,
                audience=self._audience,
                issuer=self._issuer,
                options={
                    "require": ["exp", "iss", "aud"],
                    # By our own clock, below.
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
            user = check_id(payload.get(self._claim))
            begins, ends = float(payload.get("nbf", 0)), float(payload["exp"])
        except (jwt.PyJWTError, Invalid, ValueError, TypeError):
            raise NotAuthenticated(REFUSED) from None
        now = self._now()
        if not begins - LEEWAY <= now < ends + LEEWAY:
            raise NotAuthenticated(REFUSED)
        if len(self._accepted) >= REMEMBERED:
            self._accepted.clear()
        self._accepted[text] = _Accepted(user, min(ends + LEEWAY, now + AGAIN))
        return Identity(user=user, provider=self.name)

    def _learn(self) -> Deferred[None]:
        """Fires when the keys are as new as they may be; one question for all who wait."""
        if self._fetching is None and self._clock.seconds() - self._asked >= AGAIN:
            self._ask()
        if self._fetching is None:
            return succeed(None)
        waiting: Deferred[None] = Deferred()
        self._fetching.append(waiting)
        return waiting

    def _ask(self) -> None:
        self._asked = self._clock.seconds()
        self._fetching = []
        asked = Deferred.fromCoroutine(self._fetch_keys()).addTimeout(PATIENCE, self._clock)
        asked.addErrback(lambda _failure: None).addCallback(self._tell)

    def _tell(self, _none: None) -> None:
        waiting, self._fetching = self._fetching or [], None
        for each in waiting:
            if not each.called:
                each.callback(None)

    async def _fetch_keys(self) -> None:
        described = json.loads(await self._fetch(self._issuer.rstrip("/") + DISCOVERY))
        place = described["jwks_uri"]
        if described["issuer"] != self._issuer or not place.startswith("https://"):
            return
        published = json.loads(await self._fetch(place))
        found = {}
        for each in published["keys"][:MOST_KEYS]:
            try:
                found[str(each.get("kid", ""))] = jwt.PyJWK(each).key
            except jwt.PyJWTError:
                continue  # of a kind that we do not know
        self._keys, self._learnt = found, self._clock.seconds()


def issuer_of(text: str) -> str:
    """Who says to have issued a signed text, before anything is verified; empty when nobody does."""
    if len(text) > LONGEST_TEXT or text.count(".") != 2:
        return ""
    try:
        payload = jwt.decode(text, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        return ""
    issuer = payload.get("iss", "")
    return issuer if isinstance(issuer, str) else ""
