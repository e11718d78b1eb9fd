"""Fetching a document of somebody else's: bounded, without detours, without waiting for ever."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ConnectionLost
from twisted.python.failure import Failure
from twisted.web.client import PotentialDataLoss, ResponseDone

from provd.daemon.fetch import LARGEST, Fetcher, NotFetched

URL = "https://id.example/keys"


class Server:
    """An answer, in pieces, as an agent gives it."""

    def __init__(self, code: int = 200) -> None:
        self.code = code
        self.asked: list[bytes] = []
        self.body: Any = None
        self.aborted = False

    def request(self, _method: bytes, url: bytes, _headers: object) -> Deferred[Any]:
        """Answer with a head."""
        self.asked.append(url)
        return succeed(self)

    def deliverBody(self, body: Any) -> None:
        """Take who wants the body."""
        self.body = body
        body.makeConnection(self)

    def abortConnection(self) -> None:
        """The client has had enough."""
        self.aborted = True
        self.body.connectionLost(Failure(ConnectionLost()))


def fetch(server: Server, url: str = URL) -> tuple[Deferred[bytes], list[Any]]:
    """Begin to fetch; what comes of it is in the list."""
    heard: list[Any] = []
    fetching = Fetcher(None, server)(url)
    fetching.addBoth(lambda found: heard.append(getattr(found, "value", found)))
    return fetching, heard


def test_a_document() -> None:
    """Whole, once it has ended as it should."""
    server = Server()
    _fetching, heard = fetch(server)
    server.body.dataReceived(b'{"keys"')
    server.body.dataReceived(b": []}")
    assert not heard
    server.body.connectionLost(Failure(ResponseDone()))
    assert heard == [b'{"keys": []}']
    assert server.asked == [URL.encode()]


@pytest.mark.parametrize("reason", [ConnectionLost(), PotentialDataLoss()])
def test_half_a_document_is_none(reason: Exception) -> None:
    """Nobody knows what the rest would have said."""
    server = Server()
    _fetching, heard = fetch(server)
    server.body.dataReceived(b"{")
    server.body.connectionLost(Failure(reason))
    assert isinstance(heard[0], NotFetched)


def test_a_long_one_is_not_read_to_its_end() -> None:
    """It is cut off at the bound."""
    server = Server()
    _fetching, heard = fetch(server)
    for _each in range(LARGEST // 1024):
        server.body.dataReceived(b"x" * 1024)
    assert not heard
    server.body.dataReceived(b"x")
    assert server.aborted
    assert isinstance(heard[0], NotFetched)


@pytest.mark.parametrize("code", [301, 302, 404, 500, 204])
def test_another_answer_is_none(code: int) -> None:
    """What leads elsewhere is not followed."""
    server = Server(code)
    assert isinstance(fetch(server)[1][0], NotFetched)
    assert len(server.asked) == 1


@pytest.mark.parametrize("url", ["http://id.example/keys", "file:///etc/passwd", ""])
def test_nothing_is_fetched_in_clear(url: str) -> None:
    """Nobody is asked."""
    server = Server()
    assert isinstance(fetch(server, url)[1][0], NotFetched)
    assert not server.asked


def test_who_stops_waiting_hangs_up() -> None:
    """The connection goes with the question."""
    server = Server()
    fetching, heard = fetch(server)
    fetching.cancel()
    assert server.aborted
    assert len(heard) == 1
