"""A WebSocket over a connection of the API: takes the connection over after the upgrade (RFC 6455).

Whoever speaks on it is told what is heard, and whether the other end reads as fast as it is told.  Bytes
that wait to be sent are bounded: while the other end does not read, nothing more is said to it, nothing
more is read from it, and after a while it is told why it is hung up on.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Protocol

from msgspec import Struct
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IDelayedCall, IPushProducer, IReactorTime
from twisted.web.http_headers import Headers
from zope.interface import implementer

from provd.api._call import Call
from provd.api._channel import Channel
from provd.api._errors import HttpOneOnly, MalformedRequest, UpgradeNeeded
from provd.wire.websocket import (
    VERSION,
    Closed,
    Code,
    Conversation,
    Heard,
    Said,
    accept_of,
    is_key,
    names,
)

PING_EVERY = 30.0
"""Seconds between two pings; whoever says nothing at all between three of them has gone."""

SILENT_TICKS = 2

SLOW_TICKS = 2
"""Pings' times in a row through which the other end read too little to be told anything."""

MOST_HEARD = 1000
"""Frames between two pings."""

GOODBYE = 5.0
"""Seconds that the other end may take to read why it ends; as many again, then the connection is cut."""


class Speaker(Protocol):
    """Who speaks on a WebSocket of the server's."""

    def opened(self, socket: WebSocket) -> None:
        """It is open."""

    def said(self, text: str) -> None:
        """A message came."""

    def ready(self) -> None:
        """The other end reads again, after `full`."""

    def tick(self) -> None:
        """A ping's time is over."""

    def lost(self) -> None:
        """It is over; nothing more can be said."""


class Upgrade(Struct, frozen=True):
    """What a handler answers whose connection is to become a WebSocket."""

    key: str
    """The client's, checked."""
    speaker: Any
    """A `Speaker`."""
    clock: Any
    """An `IReactorTime`."""


def key_of(call: Call) -> str:
    """The key with which a client asks for a WebSocket.

    @raise HttpOneOnly, UpgradeNeeded, MalformedRequest: it does not, or not as RFC 6455 section 4.2.1 has it.
    """
    request = call.request
    if request.clientproto != b"HTTP/1.1" or not isinstance(request.channel, Channel):
        raise HttpOneOnly(request.clientproto.decode("latin-1"))
    asks = names(call.header("connection"), "upgrade") and names(
        call.header("upgrade"), "websocket"
    )
    if request.method != b"GET" or not asks or call.header("sec-websocket-version") != VERSION:
        raise UpgradeNeeded
    key = call.header("sec-websocket-key")
    if not is_key(key):
        raise MalformedRequest("Sec-WebSocket-Key", "is none", "base64 of 16 bytes")
    return key


async def take_over(call: Call, upgrade: Upgrade) -> bytes:
    """Make a WebSocket of a call's connection; it is cancelled, and ends, when the connection does."""
    request = call.request
    channel: Any = request.channel
    headers = Headers()
    for name in ("server", "x-request-id"):
        for value in request.responseHeaders.getRawHeaders(name, ()):
            headers.addRawHeader(name, value)
    headers.setRawHeaders("upgrade", ["websocket"])
    headers.setRawHeaders("connection", ["Upgrade"])
    headers.setRawHeaders("sec-websocket-accept", [accept_of(upgrade.key)])
    request.setResponseCode(101)
    channel.writeHeaders(b"HTTP/1.1", b"101", b"Switching Protocols", headers)
    socket = WebSocket(channel, upgrade.speaker, upgrade.clock)
    request.registerProducer(socket, True)
    channel.hand_over(socket)
    ends: Deferred[None] = Deferred()
    with suppress(CancelledError):
        await ends
    return b""


@implementer(IPushProducer)
class WebSocket:
    """One open WebSocket; `channel` is the connection's, which hands over what it receives."""

    def __init__(self, channel: Any, speaker: Speaker, clock: IReactorTime) -> None:
        self.full = False
        """The other end has to read before anything more is said to it."""
        self._channel = channel
        self._speaker = speaker
        self._clock = clock
        self._conversation = Conversation()
        self._heard = 0
        self._silent = 0
        self._slow = 0
        self._spoken = False
        self._gone = False
        self._timer: IDelayedCall | None = None

    def begin(self) -> None:
        """Called once by the channel, before anything that it received."""
        self._wait(PING_EVERY, self._tick)
        self._speaker.opened(self)

    def say(self, text: str) -> None:
        """Send a message."""
        self._write(self._conversation.say(text))

    def close(self, code: int, reason: str) -> None:
        """Say that this is the end, and why; the other end has a while to read it. Idempotent."""
        self._write(self._conversation.close(code, reason))
        self._part()

    def dataReceived(self, data: bytes) -> None:
        """Bytes from the other end."""
        if self._gone:
            return
        heard = self._conversation.receive(data)
        self._heard += len(heard)
        for each in heard:
            self._hear(each)
        self._write(self._conversation.replies())
        if self._heard > MOST_HEARD:
            self.close(Code.TOO_MANY_MESSAGES, "more messages came than anybody needs to send")

    def connectionLost(self, _reason: Any) -> None:
        """The connection is gone."""
        self._gone = True
        self._fall_silent()

    def pauseProducing(self) -> None:
        """What was written waits to be sent: say no more, and read no more that would need an answer."""
        self.full = True
        if not self._spoken:
            self._channel.read(more=False)

    def resumeProducing(self) -> None:
        """It was sent."""
        self.full = False
        self._slow = 0
        if not self._spoken:
            self._channel.read(more=True)
            self._speaker.ready()

    def stopProducing(self) -> None:
        """The connection ends; `connectionLost` comes."""

    def _hear(self, heard: Heard) -> None:
        if isinstance(heard, Closed):
            self._write(self._conversation.replies())
            if heard.refused:
                self._part()
            else:
                self._hang_up()
        elif isinstance(heard, Said) and not self._spoken:
            self._speaker.said(heard.text)

    def _tick(self) -> None:
        """A ping's time is over: see who is still there."""
        self._silent = 0 if self._heard or self.full else self._silent + 1
        self._slow = self._slow + 1 if self.full else 0
        self._heard = 0
        if self._silent > SILENT_TICKS:
            self.close(Code.SILENT, "nothing came for too long, not even an answer to a ping")
        elif self._slow >= SLOW_TICKS:
            self.close(Code.TOO_SLOW, "you read less than you subscribed to")
        else:
            if not self.full:
                self._write(self._conversation.ping())
            self._wait(PING_EVERY, self._tick)
            self._speaker.tick()

    def _part(self) -> None:
        """Wait a little until the other end has read that this is the end, and why. Idempotent."""
        if self._spoken:
            return
        self._fall_silent()
        self._channel.read(more=True)  # for their goodbye
        self._wait(GOODBYE, self._hang_up)

    def _hang_up(self) -> None:
        if not self._gone:
            self._gone = True
            self._fall_silent()
            self._channel.loseConnection()
            self._wait(GOODBYE, self._channel.transport.abortConnection)

    def _fall_silent(self) -> None:
        """Nothing is said any more; whatever was to come at a time does not."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        if not self._spoken:
            self._spoken = True
            self._speaker.lost()

    def _wait(self, seconds: float, then: Any) -> None:
        self._timer = self._clock.callLater(seconds, then)

    def _write(self, data: bytes) -> None:
        if data and not self._gone:
            self._channel.transport.write(data)
