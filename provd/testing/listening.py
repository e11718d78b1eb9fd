"""A client of events in memory: a WebSocket over the real site, without a socket."""

from __future__ import annotations

import json
from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from provd.testing.api import Answer, Bench, parse
from provd.wire.websocket import Closed, Conversation, Said, accept_of, fresh_key

URL = "/api/v1/events"
KEY = fresh_key(b"the sample nonce")


def handshake(path: str = URL, **headers: str) -> bytes:
    """The head of a request for a WebSocket; an empty text leaves a header out."""
    given = {
        "host": "localhost:8092",
        "connection": "keep-alive, Upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": KEY,
    } | {name.replace("_", "-"): text for name, text in headers.items()}
    lines = [f"{name}: {text}" for name, text in given.items() if text]
    return "\r\n".join([f"GET {path} HTTP/1.1", *lines, "", ""]).encode()


class Ear:
    """One client that listens; `heard` is every message that was not looked at yet."""

    def __init__(self, api: Bench, *, early: bytes = b"", **headers: str) -> None:
        """Ask for a WebSocket; `early` are bytes that do not wait for the answer."""
        self.api = api
        self.conversation = Conversation(client=True, longest=1 << 24)
        self.heard: list[Any] = []
        self.closed: Closed | None = None
        self.answer: Answer | None = None
        address = IPv4Address("TCP", "127.0.0.1", 40000)
        self.transport = StringTransport(peerAddress=address)
        self.transport.abortConnection = self.transport.loseConnection  # type: ignore[method-assign]
        self.protocol: Any = api.site.buildProtocol(address)
        self.protocol.makeConnection(self.transport)
        self.protocol.dataReceived(handshake(**headers) + early)
        self._read_head()

    @property
    def hung_up(self) -> bool:
        """Whether the server ended the connection."""
        return bool(self.transport.disconnecting)

    def subscribe(self, name: str = "s", **wish: Any) -> Any:
        """Subscribe, and the answer."""
        return self.ask({"op": "subscribe", "id": name, **wish})

    def ask(self, message: Any) -> Any:
        """Send a message; the first that is heard."""
        self.send(message)
        return self.next()

    def send(self, message: Any) -> None:
        """Send a message and hear nothing."""
        text = message if isinstance(message, str) else json.dumps(message)
        self.protocol.dataReceived(self.conversation.say(text))

    def next(self) -> Any:
        """The next message."""
        self.listen()
        return self.heard.pop(0)

    def all(self) -> list[Any]:
        """Every message that came since."""
        self.listen()
        found, self.heard = self.heard, []
        return found

    def told(self) -> list[tuple[str, str, str]]:
        """Kind, action and key of every event among the messages that came since."""
        return [
            (each["kind"], each["action"], each["key"])
            for each in self.all()
            if each["type"] == "event"
        ]

    def listen(self) -> None:
        """Take in what was sent until now, and answer pings."""
        for _turn in range(200):
            self.api.core.clock.advance(0)
        self._take(self.transport.value())

    def wait(self, seconds: float) -> None:
        """Let time pass, second by second, answering pings."""
        for _second in range(int(seconds)):
            self.api.core.clock.advance(1)
            self.listen()

    def go(self) -> None:
        """Hang up without a word."""
        self.protocol.connectionLost(Failure(ConnectionDone()))

    def _read_head(self) -> None:
        for _turn in range(200):
            self.api.core.clock.advance(0)
        head, _blank, rest = self.transport.value().partition(b"\r\n\r\n")
        self.answer = parse(head + b"\r\n\r\n" + rest)
        self.transport.clear()
        if self.answer.status == 101:
            assert self.answer.headers["sec-websocket-accept"] == accept_of(KEY)
            self._take(rest)

    def _take(self, data: bytes) -> None:
        self.transport.clear()
        for each in self.conversation.receive(data):
            if isinstance(each, Said):
                self.heard.append(json.loads(each.text))
            elif isinstance(each, Closed):
                self.closed = each
        replies = self.conversation.replies()
        if replies and not self.hung_up:
            self.protocol.dataReceived(replies)
