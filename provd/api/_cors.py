"""Pages of other origins that may ask (CORS, of the Fetch standard): those that settings name, and no others.

Never with credentials that a browser adds by itself: a page that may ask sends a token of its own.
"""

from __future__ import annotations

from collections.abc import Iterable

from twisted.web.iweb import IRequest

METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE"
HEADERS = (
    b"authorization, content-type, accept, if-match, if-none-match, prefer, idempotency-key,"
    b" x-log-token, x-log-level"
)
EXPOSED = b"etag, location, link, x-total-count, x-request-id, idempotency-replayed, retry-after"
KEPT = b"600"
"""Seconds that a browser may rely on what it was told."""


class Cors:
    """Which origins may ask."""

    def __init__(self, origins: Iterable[str] = ()) -> None:
        self._origins = frozenset(origin.lower() for origin in origins)

    def allows(self, origin: str) -> bool:
        """Whether pages of an origin may ask. `null`, which anybody can be, never may."""
        return origin.lower() in self._origins

    def tell(self, request: IRequest) -> bool:
        """Tell a browser that its page may read the answer; True where it only asked whether it may.

        The screen has let the request pass: its origin is ours, or one of these.
        """
        origins = request.requestHeaders.getRawHeaders(b"origin", ())
        if len(origins) != 1 or not self.allows(origins[0].decode("latin-1")):
            return False
        request.setHeader(b"access-control-allow-origin", origins[0])
        request.setHeader(b"access-control-expose-headers", EXPOSED)
        asks = request.requestHeaders.hasHeader(b"access-control-request-method")
        if request.method != b"OPTIONS" or not asks:
            return False
        request.setHeader(b"access-control-allow-methods", METHODS)
        request.setHeader(b"access-control-allow-headers", HEADERS)
        request.setHeader(b"access-control-max-age", KEPT)
        request.setResponseCode(204)
        return True
