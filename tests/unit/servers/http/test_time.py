"""How long anything may take, and how the server ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from provd.servers.http import HTTPServer, HTTPSettings
from provd.testing.http import HELLO, SameThread, ScriptedInquiries, edge, request
from provd.values import Answer, Content, FileContent


def test_an_idle_connection_ends() -> None:
    """A device that asks nothing for `idle_seconds` is disconnected; one that asks is not."""
    server = edge(idle_seconds=5)
    client, silent = server.connect(), server.connect()
    for _ in range(4):
        server.seconds(4)
        client.get()
    assert silent.closed
    assert not client.closed
    server.seconds(6)
    assert client.closed
    assert server.site.counters().idle == 2


@pytest.mark.parametrize("part", [b"G", request()[:-1], request("/", "Content-Length: 9") + b"x"])
def test_a_request_must_become_complete(part: bytes) -> None:
    """However steadily it trickles, a request that is not complete in time is 408 and the end."""
    server = edge(request_seconds=5, idle_seconds=100)
    client = server.connect().send(part)
    for _ in range(5):
        server.seconds(1)
        client.send(b"x")
    assert not client.closed
    server.seconds(1)
    assert [answer.status for answer in client.responses()] == [408]
    assert client.closed
    assert server.site.counters().slow_requests == 1


def test_the_time_of_a_pipelined_request_begins_when_it_is_next() -> None:
    """Half a request behind a late answer is not blamed for the wait."""
    waiting: Deferred[Answer] = Deferred()
    server = edge(waiting, request_seconds=5, answer_seconds=60)
    client = server.connect().send(request() + b"GET /")
    server.seconds(30)
    waiting.callback(HELLO)
    server.seconds(5)
    assert not client.closed
    server.seconds(1)
    assert [answer.status for answer in client.responses()] == [200, 408]


@pytest.mark.parametrize("path", ["/file", "/%66ile"])
def test_an_answer_that_does_not_come_is_503(path: str) -> None:
    """The device is told to try again, and the answer goes nowhere when it comes."""
    waiting: Deferred[Answer] = Deferred()
    server = edge(waiting, answer_seconds=5)
    client = server.connect().send(request(path))
    server.seconds(5)
    assert client.responses() == []
    server.seconds(1)
    [answer] = client.responses()
    assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
    assert client.closed
    waiting.callback(HELLO)
    assert len(client.responses()) == 1
    assert (server.site.counters().slow_answers, server.site.counters().abandoned) == (1, 1)


def test_a_device_that_does_not_read_is_dropped() -> None:
    """No byte taken for `stall_seconds`, and what is unsent is not waited for."""
    server = edge(Content(b"x" * 100_000), stall_seconds=5, idle_seconds=1)
    client = server.connect(room=10)
    client.send(request())
    for _ in range(5):
        server.seconds(4)
        client.transport.read(10)
    assert not client.aborted
    server.seconds(7)
    assert client.aborted
    assert server.site.counters().stalled == 1


def test_a_file_that_is_not_taken_is_dropped(tmp_path: Path) -> None:
    """The same for a file: the device stops reading in the middle."""
    (tmp_path / "file").write_bytes(b"x" * 1_000_000)
    server = edge(FileContent(str(tmp_path / "file"), 1_000_000, 1), stall_seconds=5)
    client = server.connect(room=200_000)
    client.send(request())
    server.seconds(7)
    assert client.aborted
    client.lose()
    assert server.site.counters().connections == 0


def test_a_disk_that_does_not_answer_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file whose bytes do not come ends the connection after `answer_seconds`."""
    (tmp_path / "file").write_bytes(b"x" * 100)
    server = edge(FileContent(str(tmp_path / "file"), 100, 1), answer_seconds=5)
    monkeypatch.setattr("provd.servers.http._stream.read_cached", lambda *_arguments: None)
    stuck: Deferred[bytes] = Deferred()
    monkeypatch.setattr(server.site, "in_thread", lambda _task: stuck)
    client = server.connect().send(request())
    server.seconds(6)
    assert client.aborted
    client.lose()
    stuck.callback(b"x" * 100)
    assert client.transport.value() == b""


def test_a_defect_does_not_stop_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second that ends in a defect is logged, and the next one comes."""
    clock, told = SameThread(), list[Failure]()
    server = HTTPServer(clock, ScriptedInquiries(), HTTPSettings(), now=clock.seconds)
    monkeypatch.setattr(server._site, "defect", told.append)
    monkeypatch.setattr(server._site.replies, "tick", lambda _now: 1 // 0)
    server.start([])
    clock.pump([1.0] * 3)
    assert [failure.type for failure in told] == [ZeroDivisionError] * 3
    assert server.port == 0
    assert server.stop().called
    clock.pump([1.0] * 3)
    assert len(told) == 3
    assert clock.getDelayedCalls() == []


def test_draining_ends_what_is_idle_and_finishes_what_is_not() -> None:
    """Idle connections end at once, others with their answer, and then the drain is over."""
    waiting: Deferred[Answer] = Deferred()
    server = edge(waiting)
    idle, busy = server.connect(), server.connect().send(request())
    ended = [server.site.drain(), server.site.drain()]
    assert idle.closed
    assert not busy.closed
    idle.lose()
    waiting.callback(HELLO)
    assert busy.responses()[0].headers["Connection"] == "close"
    assert busy.closed
    assert not ended[0].called
    busy.lose()
    assert all(done.called for done in ended)


def test_a_request_that_arrives_while_draining_is_the_last() -> None:
    """What was begun may be completed; the answer says that it is the last."""
    server = edge()
    client = server.connect().send(request()[:5])
    server.site.drain()
    client.send(request()[5:])
    [answer] = client.responses()
    assert answer.headers["Connection"] == "close"
    assert client.closed


def test_a_file_that_is_on_its_way_while_draining_is_the_last(tmp_path: Path) -> None:
    """It was not announced, but it ends the connection."""
    (tmp_path / "file").write_bytes(b"x" * 300_000)
    server = edge(FileContent(str(tmp_path / "file"), 300_000, 1))
    client = server.connect(room=10)
    client.send(request())
    server.site.drain()
    assert not client.closed
    client.transport.read(400_000)
    assert client.closed
    assert len(client.responses()[0].body) == 300_000


def test_a_drain_without_connections_is_over_at_once() -> None:
    """Nobody to wait for."""
    assert edge().site.drain().called


def test_abort_ends_everything() -> None:
    """After the drain's bound nothing is waited for."""
    server = edge(Deferred())
    clients = [server.connect(), server.connect().send(request())]
    server.site.abort()
    assert all(client.aborted for client in clients)
