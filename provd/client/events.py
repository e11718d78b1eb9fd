"""Events as they happen, for a program that waits for them: a WebSocket, read as it comes."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from types import TracebackType
from typing import Any, NoReturn, Self

from provd.client.errors import ServerUnreachable, StrangeAnswer, StreamEnded, from_problem
from provd.client.wire import Transport
from provd.wire.websocket import VERSION, Closed, Conversation, Said, accept_of, fresh_key

PATH = "/api/v1/events"

SILENCE = 100.0
"""Seconds without a word or a ping, after which the server is taken for gone."""

LONGEST = 1 << 26
"""Characters of a message that is read; a document has a million bytes at most."""

Object = dict[str, Any]


class EventStream:
    """A connection on which a server tells what happens.

    Going through it yields every message that is told after the answers to `subscribe`: of type `event`,
    `missed` (some cannot be told any more: list what there is) or `dropped` (a subscription ended).
    It fails with `StreamEnded`, or with `ServerUnreachable`.
    """

    def __init__(self, transport: Transport) -> None:
        """Open it. @raise ServerUnreachable, NotTrusted, StrangeAnswer, ApiError: as any call."""
        key = fresh_key()
        self.position = ""
        """Of the last event that was told."""
        self._url = transport.url
        self._connection, self._answer = transport.upgrade(PATH, _handshake(key))
        if self._answer.getheader("Sec-WebSocket-Accept") != accept_of(key):
            self.close()
            raise StrangeAnswer(self._url, "its answer is not to this handshake")
        self._connection.sock.settimeout(SILENCE)
        self._conversation = Conversation(client=True, longest=LONGEST)
        self._arrived: deque[Object] = deque()
        self._closed: Closed | None = None
        self._next()  # the welcome

    def subscribe(
        self,
        name: str = "",
        *,
        kind: str = "*",
        action: str = "*",
        key: str = "*",
        since: str = "",
    ) -> Object:
        """Be told of this, from now on or after the position `since`; what the server answered.

        Its `resumed` is False where what followed on that position is not known any more.

        @raise ApiError: it is refused.
        """
        wish = {"op": "subscribe", "id": name or f"{kind} {action}", "kind": kind}
        wish |= {"action": action, "key": key}
        return self._ask(wish | ({"since": since} if since else {}))

    def unsubscribe(self, name: str) -> None:
        """Be told no more of it. @raise ApiError: there is no such subscription."""
        self._ask({"op": "unsubscribe", "id": name})

    def __iter__(self) -> Iterator[Object]:
        while True:
            message = self._next()
            self.position = message.get("position", self.position)
            yield message

    def close(self) -> None:
        """Hang up. Idempotent."""
        self._connection.close()
        self._answer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _ask(self, message: Object) -> Object:
        self._send(self._conversation.say(json.dumps(message)))
        before: list[Object] = []
        while (answer := self._next())["type"] not in {"subscribed", "unsubscribed", "refused"}:
            before.append(answer)
        self._arrived.extendleft(reversed(before))
        if answer["type"] == "refused":
            raise from_problem(answer["problem"]["status"], answer["problem"])
        if not before:
            self.position = self.position or answer.get("position", "")
        return answer

    def _next(self) -> Object:
        """The next message, once it is there."""
        while not self._arrived:
            if self._closed is not None:
                self._end(self._closed)
            self._take_in(self._receive())
        return self._arrived.popleft()

    def _take_in(self, data: bytes) -> None:
        for heard in self._conversation.receive(data):
            if isinstance(heard, Said):
                self._arrived.append(json.loads(heard.text))
            elif isinstance(heard, Closed):
                self._closed = heard
        with suppress(ServerUnreachable) if self._closed else nullcontext():
            self._send(self._conversation.replies())

    def _receive(self) -> bytes:
        with self._naming_failures():
            data = bytes(self._answer.fp.read1(1 << 16))
            if not data:
                raise ConnectionError("it hung up without a word")
        return data

    def _send(self, data: bytes) -> None:
        with self._naming_failures():
            if data:
                self._connection.sock.sendall(data)

    @contextmanager
    def _naming_failures(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.close()
            raise ServerUnreachable(self._url, str(error) or type(error).__name__) from error

    def _end(self, closed: Closed) -> NoReturn:
        self.close()
        if closed.refused:
            raise StrangeAnswer(self._url, closed.reason)
        raise StreamEnded(closed.code, closed.reason, self.position)


def _handshake(key: str) -> dict[str, str]:
    return {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": VERSION,
        "Sec-WebSocket-Key": key,
    }
