"""SIP over a stream: where one message ends and the next begins (RFC 3261 sections 7.5 and 18.3)."""

from __future__ import annotations

from collections.abc import Iterator

from provd.wire.sip.grammar import malformed
from provd.wire.sip.messages import (
    GREATEST,
    LONGEST_HEAD,
    Headers,
    SipMessage,
    content_length,
    make_message,
    parse_head,
)

KEEPALIVE = b"\r\n\r\n"
"""What a client sends to see whether the connection lives (RFC 5626 section 3.5.1)."""


class SipStream:
    """Takes bytes as they come, and gives messages as they are whole.

    Holds one message at most; after it raised, the stream is of no more use.
    """

    def __init__(self) -> None:
        self._data = b""
        self._head: tuple[tuple[str, ...], Headers, int] | None = None

    def feed(self, data: bytes) -> Iterator[SipMessage]:
        """The messages that are whole now. To be iterated to its end.

        @raise MalformedPacket: what comes is none, or says not how long it is; nothing can follow.
        """
        self._data += data
        while (message := self._next()) is not None:
            yield message

    def _next(self) -> SipMessage | None:
        if self._head is None and not self._read_head():
            return None
        assert self._head is not None  # noqa: S101 - it was read just now
        start, headers, length = self._head
        if len(self._data) < length:
            return None
        body, self._data, self._head = self._data[:length], self._data[length:], None
        return make_message(start, headers, body)

    def _read_head(self) -> bool:
        self._data = self._data.lstrip(b"\r\n")
        head, found, rest = self._data.partition(b"\r\n\r\n")
        if not found:
            if len(self._data) > LONGEST_HEAD:
                raise malformed("its head is too long")
            return False
        start, headers = parse_head(head)
        length = content_length(headers)
        if length is None:
            raise malformed("over a stream, it does not say how long it is")
        if length > GREATEST:
            raise malformed("its body is too long")
        self._data, self._head = rest, (start, headers, length)
        return True
