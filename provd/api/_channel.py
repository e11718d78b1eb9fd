"""A connection to the API over HTTP/1.1, which tells what is wrong with what cannot be read.

Twisted's own sends a bare 400, or nothing where a line is too long: then, over TLS, the client waits until
the connection times out.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

import msgspec
from twisted.web.http import HTTPChannel, _GenericHTTPChannelProtocol

from provd.api._errors import PROBLEM_TYPE, MalformedRequest, problem_details, problems_of, told
from provd.values import ProvdError

_BOUNDS = (
    f"HTTP/1.1 with lines of {HTTPChannel.MAX_LENGTH} bytes, {HTTPChannel.maxHeaders} headers and"
    f" {HTTPChannel.totalHeadersSize} bytes of them at most"
)


class Channel(HTTPChannel):
    """One connection."""

    _over = False

    def dataReceived(self, data: bytes) -> None:
        """What follows on a refusal is no request."""
        if not self._over:
            super().dataReceived(data)

    def lineLengthExceeded(self, line: bytes) -> None:
        """The request line or a header is too long."""
        self.end(MalformedRequest("head", "has a line that is too long", _BOUNDS))

    def headerReceived(self, line: bytes) -> bool:
        """Take a header; whether it could be read."""
        try:
            return bool(super().headerReceived(line))
        except ValueError:  # Python reads no number of more than 4300 digits
            self._respondToBadRequestAndDisconnect()
            return False

    def _respondToBadRequestAndDisconnect(self) -> None:
        # Where Twisted comes to whenever it cannot go on reading; it has no public name for it.
        self.end(MalformedRequest("head", "cannot be read", _BOUNDS))

    def end(self, error: ProvdError) -> None:
        """Refuse what is being read, and hang up. Idempotent."""
        if self._over:
            return
        self._over = True
        row = told(error)
        body = msgspec.json.encode(problem_details(row, str(error), problems_of(error)))
        phrase = HTTPStatus(row.status).phrase
        head = (
            f"HTTP/1.1 {row.status} {phrase}\r\nServer: provd\r\nCache-Control: no-store\r\n"
            f"Content-Type: {PROBLEM_TYPE.decode()}\r\nContent-Length: {len(body)}\r\n"
            "Connection: close\r\n\r\n"
        )
        cast("Any", self.transport).write(head.encode("ascii") + body)
        self.loseConnection()


def new_connection(_factory: Any) -> Any:
    """What speaks HTTP/1.1, or HTTP/2 once that is agreed on, over one connection."""
    return cast("Any", _GenericHTTPChannelProtocol)(Channel())
