"""Token: a right to call the API for a while, as somebody, and for no more than it says.

The signed text that a client holds names this document; without it the text is worth nothing.  So a
token that is revoked, or whose document is gone, is refused from that moment on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from provd.documents.base import Document, Kind
from provd.documents.claim import Claim, read_claims
from provd.documents.reading import Reading, json_type

SHORTEST_LIFE = 60
"""Seconds that a token lives at least: less is used up by clocks that differ."""


class Token(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One issued token. Times are seconds since the epoch."""

    never_shown: ClassVar[frozenset[str]] = frozenset({"digest"})

    subject: str
    """The user it speaks for."""
    audience: str = ""
    """Which door it opens; others refuse it."""
    issued: float = 0.0
    """When it was made."""
    not_before: float = 0.0
    """When it begins to be good."""
    expiry: float = 0.0
    """When it is good no more."""
    claims: tuple[Claim, ...] | None = None
    """What it is limited to; null: to nothing, it may do what its user may. Never more than that."""
    once: bool = False
    """It is exchanged for another token at its first use, and good for nothing else."""
    digest: str | None = None
    """SHA-256 of a token that is no signed text (`once`); such a token is kept nowhere."""
    revoked: bool = False
    """It is refused, and will be."""
    description: str | None = None
    """For whoever finds it in a list."""
    issuer: str | None = None
    """How whoever asked for it had proved who they are."""

    def good(self, now: float) -> bool:
        """Whether it is accepted at this time."""
        return not self.revoked and self.not_before <= now < self.expiry


TOKENS = Kind(name="tokens", type=Token, indexes=("subject", "digest"), secret=True)


class TokenWish(Struct, frozen=True, kw_only=True):
    """What a client asks for."""

    seconds: int = 0
    """How long it is to live; 0: as long as is usual."""
    claims: tuple[Claim, ...] | None = None
    description: str | None = None


def parse_token_wish(
    given: Mapping[str, Any], longest: int, *, subject: str = "token"
) -> TokenWish:
    """The token that a JSON object asks for; it may be empty.

    @raise Invalid: with every problem there is, and its path.
    """
    read = Reading(given, subject)
    wish = TokenWish(
        seconds=_seconds(read, longest),
        claims=read_claims(read) if read.has("claims") and given["claims"] is not None else None,
        description=read.filled("description"),
    )
    read.drop("claims")
    for key in given:
        if key not in {"seconds", "claims", "description"}:
            read.note(str(key)[:80], "means nothing here", "seconds, claims or description")
    read.finish()
    return wish


def _seconds(read: Reading, longest: int) -> int:
    seconds = read.take("seconds")
    if seconds is None:
        return 0
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        read.note("seconds", f"is {json_type(seconds)}", "a whole number of seconds")
        return 0
    if not SHORTEST_LIFE <= seconds <= longest:
        read.note("seconds", f"is {seconds}", f"{SHORTEST_LIFE} to {longest}")
    return seconds
