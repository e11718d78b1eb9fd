"""One end of an open WebSocket: bytes in, what was heard out; text in, bytes out.

It knows no socket and no clock.  What the other end may do is bounded here: the length of a message,
whatever pieces it comes in; binary messages are not understood; nothing is compressed, so that no
message is longer than its bytes.  Frames, masks and UTF-8 are wsproto's business.
"""

from __future__ import annotations

from enum import IntEnum

from msgspec import Struct
from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import (
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    Pong,
    TextMessage,
)

MOST_AT_ONCE = 300
"""Frames among the bytes that are received in one go: more of them say less than they cost to read."""

LONGEST_REASON = 123
"""Bytes of a reason: a control frame has 125, and two of them are the code (RFC 6455 section 5.5)."""


class Code(IntEnum):
    """Why a conversation is closed: RFC 6455 section 7.4, and from 4000 on our own."""

    NORMAL = 1000
    """Whoever closes it has heard enough."""
    GOING_AWAY = 1001
    """The server ends, or is being drained; come back later, or to another."""
    PROTOCOL_ERROR = 1002
    """What came is no WebSocket."""
    UNSUPPORTED = 1003
    """A binary message came."""
    NO_CODE = 1005
    """The other end closed without a code; never sent."""
    INVALID_TEXT = 1007
    """A text was not UTF-8."""
    TOO_BIG = 1009
    """A message was longer than is read."""
    DEFECT = 1011
    """The server met a defect of its own."""
    PROVES_NOTHING = 4401
    """What proved who listens does so no more: revoked, expired, or the user is gone."""
    FORBIDDEN = 4403
    """The right to listen was taken back."""
    SILENT = 4408
    """Nothing came from the other end for too long, not even an answer to a ping."""
    TOO_SLOW = 4409
    """The other end reads less than it subscribed to."""
    TOO_MANY_MESSAGES = 4429
    """More messages came than anybody needs to send."""


class Said(Struct, frozen=True, gc=False):
    """A whole text message came."""

    text: str


class Alive(Struct, frozen=True, gc=False):
    """A frame came that says nothing but that there is somebody: a ping, a pong, a piece of a message."""


class Closed(Struct, frozen=True, gc=False):
    """Nothing more will come; `refused`: for a fault of the other end, which it is told."""

    code: int
    reason: str = ""
    refused: bool = False


Heard = Said | Alive | Closed

_ALIVE = Alive()


class Conversation:
    """A WebSocket from the end of its handshake on.

    `receive` bytes, handle what was heard, and send what `replies` has (pongs, and the end of a close).
    """

    def __init__(self, *, client: bool = False, longest: int = 4096) -> None:
        """`longest`: characters of a message that is read; a server is believed not to flood its clients."""
        self._most = 0 if client else MOST_AT_ONCE
        self._frames = Connection(ConnectionType.CLIENT if client else ConnectionType.SERVER)
        self._longest = longest
        self._pieces: list[str] = []
        self._length = 0
        self._replies = bytearray()
        self._over = False
        self.closing = False
        """A close was sent, or came: nothing more is said."""

    def receive(self, data: bytes) -> list[Heard]:
        """What these bytes say, in order; nothing after a `Closed`.

        Where the close is ours (for a message that is too big, say), theirs may still come.
        """
        if self._over:
            return []
        self._frames.receive_data(data)
        heard: list[Heard] = []
        for event in self._frames.events():
            found = self._hear(event)
            if self._most and len(heard) >= self._most and not isinstance(found, Closed):
                self._over = True
                found = self._refuse(Code.TOO_MANY_MESSAGES, "that are too many messages at once")
            heard.append(found)
            if isinstance(found, Closed):
                break
        return heard

    def replies(self) -> bytes:
        """What has to be sent in reply to what was heard; asked for once."""
        found = bytes(self._replies)
        self._replies.clear()
        return found

    def say(self, text: str) -> bytes:
        """A text message, in one frame; nothing where the conversation is closing."""
        return b"" if self.closing else self._frames.send(TextMessage(data=text))

    def ping(self) -> bytes:
        """Ask the other end for a sign of life."""
        return b"" if self.closing else self._frames.send(Ping())

    def close(self, code: int, reason: str = "") -> bytes:
        """Say that this is the end, and why. Idempotent."""
        if self.closing:
            return b""
        self.closing = True
        return self._frames.send(CloseConnection(code=code, reason=_short(reason)))

    def _hear(self, event: Event) -> Heard:
        if isinstance(event, CloseConnection):
            return self._end(event)
        if self.closing or isinstance(event, Pong):
            return _ALIVE
        if isinstance(event, TextMessage):
            return self._gather(event)
        if isinstance(event, Ping):
            self._replies += self._frames.send(event.response())
            return _ALIVE
        if isinstance(event, BytesMessage):
            return self._refuse(Code.UNSUPPORTED, "messages are text, not bytes")
        return self._refuse(Code.PROTOCOL_ERROR, "that is no frame of a conversation")

    def _gather(self, piece: TextMessage) -> Heard:
        self._length += len(piece.data)
        if self._length > self._longest:
            self._pieces.clear()
            return self._refuse(Code.TOO_BIG, f"a message has {self._longest} characters at most")
        if piece.data:
            self._pieces.append(piece.data)
        if not piece.message_finished:
            return _ALIVE
        text = "".join(self._pieces)
        self._pieces.clear()
        self._length = 0
        return Said(text)

    def _end(self, event: CloseConnection) -> Closed:
        """They close, have closed too, or sent what can be read no further."""
        self._over = True
        if self._frames.state is ConnectionState.OPEN:
            return self._refuse(int(event.code), event.reason or "that is no WebSocket")
        if self._frames.state is ConnectionState.REMOTE_CLOSING:
            self.closing = True
            self._replies += self._frames.send(event.response())
        return Closed(int(event.code), event.reason or "")

    def _refuse(self, code: int, reason: str) -> Closed:
        self._replies += self.close(code, reason)
        return Closed(code, reason, refused=True)


def _short(reason: str) -> str:
    return reason.encode("utf-8")[:LONGEST_REASON].decode("utf-8", "ignore")
