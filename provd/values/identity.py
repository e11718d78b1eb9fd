"""Who calls the API: what a caller shows, and whom that proves."""

from __future__ import annotations

from msgspec import Struct


class Presented(Struct, frozen=True, kw_only=True, gc=False):
    """What a caller shows of itself with one request."""

    authorization: str = ""
    """The header, empty when there is none."""
    peer: str = ""
    """The address the request came from, canonical."""
    peer_port: int = 0
    local: str = ""
    local_port: int = 0
    certificates: tuple[bytes, ...] = ()
    """The client certificate of its TLS connection (DER), and those that lead to its CA; not judged."""
    exchange: bool = False
    """The request asks for a token: one that is good once may be spent on it."""


class Identity(Struct, frozen=True, kw_only=True, gc=False):
    """Whom a provider recognised."""

    user: str
    """A name; what it may do is said by the user document of that id."""
    provider: str
    token: str = ""
    """The id of the token that was shown; empty for other proofs."""
