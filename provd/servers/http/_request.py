"""One request as twisted.web's parser collects it: its headers, and where its body goes (nowhere)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from twisted.python.failure import Failure
from twisted.web.http import Request
from twisted.web.http_headers import Headers

if TYPE_CHECKING:
    from provd.servers.http._connection import Connection


class DeviceRequest(Request):
    """A request in its channel's queue, until it is answered.

    `twisted.web.http.Request` also builds pages: cookies, form fields, temporary files, response
    headers, 5 µs each time.  A device gets an Answer, so `__init__` makes only what the channel uses.
    """

    given = False
    """True once there is nobody (any more) who waits for an answer."""

    def __init__(self, channel: Connection, _queued: object = None) -> None:
        self.channel = channel
        self.requestHeaders = Headers()
        self._body = 0

    def headers(self, lists: Iterable[str]) -> dict[str, str]:
        """Lower-case names and the first value of each, every byte one character.

        The values of `lists` are joined: each proxy may have added a line of its own.
        """
        texts = {
            name.decode("ascii").lower(): values[0].decode("latin-1")
            for name, values in self.requestHeaders.getAllRawHeaders()
        }
        for name in lists:
            if name in texts:
                texts[name] = joined(self.requestHeaders, name.encode("ascii"))
        return texts

    def parseCookies(self) -> None:
        """Devices get no cookies."""

    def gotLength(self, length: int | None) -> None:
        """No place is made for a body."""

    def handleContentChunk(self, data: bytes) -> None:
        """A piece of the body: counted and forgotten."""
        self._body += len(data)
        cast("Connection", self.channel).bodyArrived(self._body)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """Head and body are complete."""
        cast("Connection", self.channel).requestReceived(self, command, path, version)

    def connectionLost(self, _reason: Failure) -> None:
        """The device has gone: whatever is still being decided is not given to anybody."""
        self.given = True


def joined(headers: Headers, name: bytes) -> str:
    """All values of a list header in one line (RFC 9110 section 5.3)."""
    return b", ".join(headers.getRawHeaders(name, [])).decode("latin-1")


def wants_close(connection: str) -> bool:
    """Whether a Connection header's options include `close` (RFC 9112 section 9.3)."""
    return any(option.strip().lower() == "close" for option in connection.split(","))
