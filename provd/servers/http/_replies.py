"""How a response is spelled: one bytes object, made from pieces that were encoded before.

No `Server` header, a Date that is made once a second, and no difference between "there is no such
thing" and "not for you".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import quote

from provd.servers.http._conditions import CONDITIONAL, Part, choose, format_date
from provd.values import Content, Inquiry, Redirect, RefusalKind

_BODIES = {
    400: b"bad request\n",
    401: b"unauthorized\n",
    403: b"forbidden\n",
    404: b"not found\n",
    405: b"method not allowed\n",
    408: b"request timeout\n",
    413: b"request body too large\n",
    414: b"request target too long\n",
    431: b"request headers too large\n",
    500: b"internal error\n",
    503: b"try again later\n",
}
REFUSED = {
    RefusalKind.NOT_FOUND: 404,
    RefusalKind.UNAUTHENTICATED: 401,
    RefusalKind.FORBIDDEN: 403,
    RefusalKind.UNAVAILABLE: 503,
    RefusalKind.FAILED: 500,
}
_CLOSE = b"Connection: close\r\n"
_LINES = {
    status.value: b"HTTP/1.1 %d %s\r\n" % (status, status.phrase.encode()) for status in HTTPStatus
}
_MEDIA_TYPE = re.compile(r"[\x20-\x7e]{1,200}")
_TAG = re.compile(r"[\x21\x23-\x7e]{1,200}")
_MOST_MEDIA_TYPES = 256
_COPIED = 32768
"""A body up to this size is joined with its head: copying it costs less than a second write."""


class Replies:
    """Responses, but for what is in a file. `tick` must be called when a second has passed."""

    def __init__(self, now: float, retry_after: int) -> None:
        self._media_types: dict[str, bytes] = {}
        self._extra = {
            405: b"Allow: GET, HEAD, OPTIONS\r\n",
            503: b"Retry-After: %d\r\n" % retry_after,
        }
        self.tick(now)

    def tick(self, now: float) -> None:
        """Bring the Date up to date; `now` is in seconds since the epoch."""
        self._date = b"Date: %s\r\n" % format_date(now).encode()
        self._ok = _LINES[200] + self._date

    def content(
        self, answer: Content, inquiry: Inquiry, *, close: bool
    ) -> tuple[int, bytes, bytes]:
        """Status, what to write, and what to write after it (a big body, which is never copied)."""
        body, etag, headers = answer.body, answer.etag, inquiry.headers
        if etag and _TAG.fullmatch(etag) is None:
            etag = ""
        size = len(body)
        for name in CONDITIONAL:
            if name in headers:
                part = choose(inquiry.method, headers, size, etag)
                break
        else:
            part = None
        head = self.head(part, size, etag, answer.media_type, close=close)
        status = 200
        if part is not None:
            status = part.status
            body = body[part.start : part.stop]
        if inquiry.method == "HEAD":
            return status, head, b""
        if len(body) > _COPIED:
            return status, head, body
        return status, head + body, b""

    def head(
        self,
        part: Part | None,
        size: int,
        etag: str,
        media_type: str,
        *,
        close: bool,
        modified: bytes = b"",
    ) -> bytes:
        """The head of a response that sends a part (None: all) of `size` bytes.

        `modified` is a whole Last-Modified line, or empty.
        """
        tag = b'ETag: "%s"\r\n' % etag.encode() if etag else b""
        closing = _CLOSE if close else b""
        if part is None:
            return b"%b%b%b%bAccept-Ranges: bytes\r\nContent-Length: %d\r\n%b\r\n" % (
                self._ok, self._media_types.get(media_type) or self._learn(media_type), tag, modified, size, closing,
            )  # fmt: skip
        start = b"%b%b%b%b%b" % (_LINES[part.status], self._date, closing, tag, modified)
        if part.status == 304:
            return start + b"\r\n"
        if part.status == 416:
            return start + b"Content-Range: bytes */%d\r\nContent-Length: 0\r\n\r\n" % size
        if part.status == 206:
            start += b"Content-Range: bytes %d-%d/%d\r\n" % (part.start, part.stop - 1, size)
        kind = self._media_types.get(media_type) or self._learn(media_type)
        return b"%b%bAccept-Ranges: bytes\r\nContent-Length: %d\r\n\r\n" % (
            start,
            kind,
            part.stop - part.start,
        )

    def refusal(
        self, status: int, method: str, *, close: bool, challenge: Sequence[str] = ()
    ) -> bytes:
        """A whole response that says no, with what is asked for instead, and nothing else."""
        body = _BODIES[status]
        extra = self._extra.get(status, b"")
        for each in challenge:
            extra += b"WWW-Authenticate: %b\r\n" % each.encode("ascii")
        return b"%b%bContent-Type: text/plain\r\nContent-Length: %d\r\n%b%b\r\n%b" % (
            _LINES[status], self._date, len(body), extra, _CLOSE if close else b"",
            b"" if method == "HEAD" else body,
        )  # fmt: skip

    def options(self, *, close: bool) -> bytes:
        """A whole response to OPTIONS: 200, empty, with what may be asked."""
        return b"%b%bContent-Length: 0\r\n%b\r\n" % (
            self._ok,
            self._extra[405],
            _CLOSE if close else b"",
        )

    def redirect(self, answer: Redirect, *, close: bool) -> bytes:
        """A whole 302. Whatever the location is, it stays on its line."""
        location = quote(answer.location, safe="%/:=&?~#+!$,;'@()*[]-._").encode()
        return b"%b%bLocation: %b\r\nContent-Length: 0\r\n%b\r\n" % (
            _LINES[302], self._date, location, _CLOSE if close else b"",
        )  # fmt: skip

    def _learn(self, media_type: str) -> bytes:
        """The Content-Type line; a plugin's nonsense becomes what says nothing."""
        if _MEDIA_TYPE.fullmatch(media_type) is None:
            media_type = "application/octet-stream"
        line = b"Content-Type: %s\r\n" % media_type.encode()
        if len(self._media_types) < _MOST_MEDIA_TYPES:
            self._media_types[media_type] = line
        return line
