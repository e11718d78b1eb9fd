"""The client of events: what it makes of whatever a server sends, in whatever pieces."""

from __future__ import annotations

import http.client
import io
import json
from typing import Any

import pytest

from provd.client import Api, ApiError, NotFound, ServerUnreachable, StrangeAnswer, StreamEnded
from provd.client.events import EventStream
from provd.wire.websocket import Code, Conversation, Said, accept_of


class Sent(io.RawIOBase):
    """What a server sends, piece by piece."""

    def __init__(self, pieces: list[bytes]) -> None:
        super().__init__()
        self._pieces = pieces

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._pieces.pop(0) if self._pieces else b""
        buffer[: len(piece)] = piece
        return len(piece)


class Server:
    """The place of a connection: keeps what was sent, and sends what the test says."""

    def __init__(
        self, *pieces: bytes, status: str = "101 Switching Protocols", key: str = ""
    ) -> None:
        self.pieces = list(pieces)
        self.said: list[Any] = []
        self.timeout = 0.0
        self.closed = False
        self._status = status
        self._key = key
        self._conversation = Conversation()
        self.sock = self

    def request(self, _method: str, _path: str, _body: object, headers: dict[str, str]) -> None:
        key = self._key or headers["Sec-WebSocket-Key"]
        head = f"HTTP/1.1 {self._status}\r\nSec-WebSocket-Accept: {accept_of(key)}\r\n"
        if not self._status.startswith("101"):
            head += f"Content-Length: {sum(map(len, self.pieces))}\r\n"
        self.pieces.insert(0, head.encode() + b"\r\n")

    def getresponse(self) -> http.client.HTTPResponse:
        response = http.client.HTTPResponse(self)  # type: ignore[arg-type]  # it asks for a file only
        response.begin()
        return response

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(Sent(self.pieces))

    def settimeout(self, seconds: float) -> None:
        self.timeout = seconds

    def sendall(self, data: bytes) -> None:
        heard = self._conversation.receive(data)
        self.said += [json.loads(each.text) if isinstance(each, Said) else each for each in heard]

    def close(self) -> None:
        self.closed = True


def stream_of(monkeypatch: pytest.MonkeyPatch, server: Server) -> EventStream:
    """What a client has of this server."""
    api = Api()
    monkeypatch.setattr(api._transport, "_connect", lambda: server)
    return api.events()


def tell(*messages: dict[str, Any], server: Conversation | None = None) -> bytes:
    """Messages as they are sent."""
    server = server or Conversation()
    return b"".join(server.say(json.dumps(each)) for each in messages)


WELCOME = {"type": "welcome", "position": "1-7"}
SUBSCRIBED = {"type": "subscribed", "id": "* *", "position": "1-8", "resumed": True}


def event(n: int) -> dict[str, Any]:
    """An event."""
    return {"type": "event", "position": f"1-{n}", "key": str(n)}


def test_events_and_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer is found among events, and they are told in order afterwards, wherever the bytes are cut."""
    sent = tell(WELCOME, event(9), event(10), SUBSCRIBED, event(11))
    server = Server(*(sent[at : at + 1] for at in range(len(sent))))
    with stream_of(monkeypatch, server) as stream:
        assert stream.subscribe() == SUBSCRIBED
        assert server.said == [
            {"op": "subscribe", "id": "* *", "kind": "*", "action": "*", "key": "*"}
        ]
        told = iter(stream)
        assert [next(told)["key"] for _ in range(3)] == ["9", "10", "11"]
        assert stream.position == "1-11"
    assert server.closed
    assert server.timeout > 0


def test_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """What came before it is told first; then why it ended, and where to go on."""
    conversation = Conversation()
    sent = tell(WELCOME, event(9), server=conversation) + conversation.close(
        Code.GOING_AWAY, "restart"
    )
    stream = stream_of(monkeypatch, Server(sent))
    told = iter(stream)
    assert next(told)["key"] == "9"
    with pytest.raises(StreamEnded, match=r"restart \(1001\); go on after 1-9"):
        next(told)


def test_pings_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the server would take us for gone."""
    conversation = Conversation()
    sent = tell(WELCOME, server=conversation), conversation.ping(), tell(event(1))
    server = Server(*sent)
    stream = stream_of(monkeypatch, server)
    assert next(iter(stream))["key"] == "1"
    assert len(server.said) == 1


def test_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the handshake and of a subscription are those of any call."""
    problem = {"type": "urn:provd:problem:no-such-route", "status": 404, "detail": "nothing there"}
    with pytest.raises(NotFound, match="nothing there"):
        stream_of(monkeypatch, Server(json.dumps(problem).encode(), status="404 Not Found"))
    refused = {"type": "refused", "id": "", "problem": {**problem, "status": 403}}
    stream = stream_of(monkeypatch, Server(tell(WELCOME, refused)))
    with pytest.raises(ApiError):
        stream.subscribe()


@pytest.mark.parametrize(
    ("server", "error"),
    [
        (Server(tell(WELCOME), key="dGhlIHNhbXBsZSBub25jZQ=="), StrangeAnswer),
        (Server(b"{}", status="200 OK"), StrangeAnswer),
        (Server(), ServerUnreachable),
        (Server(tell(WELCOME)), ServerUnreachable),
        (Server(tell(WELCOME), b"\xff" * 20), StrangeAnswer),
        (Server(tell(WELCOME), b"HTTP/1.1 400 Bad Request\r\n\r\n"), StrangeAnswer),
    ],
)
def test_somebody_else(
    monkeypatch: pytest.MonkeyPatch, server: Server, error: type[Exception]
) -> None:
    """Who does not speak as a provd does, or hangs up, is told from who does."""
    with pytest.raises(error):
        next(iter(stream_of(monkeypatch, server)))
    assert server.closed
