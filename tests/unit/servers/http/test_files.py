"""Files on their way out: whole, in part, slowly, and not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from twisted.internet.defer import Deferred

from provd.servers.http import _stream
from provd.servers.http._stream import CHUNK, FileStream, open_file, read_cached
from provd.testing.http import Edge, edge, request
from provd.values import FileContent

BYTES = bytes(range(256)) * 4096
"""A megabyte: many chunks, several turns of the reactor."""


def content(path: Path, media_type: str = "application/octet-stream") -> FileContent:
    """The answer that serves a file."""
    facts = path.stat()
    return FileContent(str(path), facts.st_size, facts.st_mtime_ns, media_type)


@pytest.fixture(name="file")
def make_file(tmp_path: Path) -> Path:
    """A file of a megabyte, last modified at a known time."""
    path = tmp_path / "firmware.bin"
    path.write_bytes(BYTES)
    os.utime(path, ns=(0, 1_700_000_000_500_000_000))
    return path


def turns(server: Edge, count: int = 20) -> None:
    """Let the reactor go round a number of times."""
    for _ in range(count):
        server.clock.advance(0)


@pytest.fixture(params=["cached", "cold", "cannot tell"])
def disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that are in the page cache, that are not, and whose file system cannot tell."""
    refusals = {"cold": errno.EAGAIN, "cannot tell": errno.EOPNOTSUPP}
    if request.param in refusals:

        def refuse(*_arguments: object) -> int:
            raise OSError(refusals[request.param], "")

        monkeypatch.setattr(os, "preadv", refuse)


@pytest.mark.usefixtures("disk")
@pytest.mark.parametrize("path", ["/firmware.bin", "/%66irmware.bin"])
def test_a_file_is_sent_whole(file: Path, path: str) -> None:
    """Every byte, with length, tag and date, and the connection goes on."""
    server = edge(content(file))
    client = server.connect().send(request(path))
    turns(server)
    [answer] = client.responses()
    assert (answer.status, answer.body) == (200, BYTES)
    assert answer.headers["Last-Modified"] == "Tue, 14 Nov 2023 22:13:20 GMT"
    assert answer.headers["ETag"] == f'"{content(file).etag}"'
    client.send(request(path))
    turns(server)
    assert len(client.responses()) == 2


@pytest.mark.usefixtures("disk")
@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [
        ("0-99", 0, 100),
        ("100000-900000", 100000, 900001),
        ("-7", 1048569, 1048576),
        ("131071-131072", 131071, 131073),
    ],
)
def test_a_part_of_a_file_is_sent(file: Path, wanted: str, start: int, stop: int) -> None:
    """Exactly the range, wherever chunks begin and end."""
    server = edge(content(file))
    client = server.connect().send(request("/f", f"Range: bytes={wanted}"))
    turns(server)
    [answer] = client.responses()
    assert (answer.status, answer.body) == (206, BYTES[start:stop])
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(BYTES)}"


@pytest.mark.parametrize(
    "header",
    ["If-None-Match: *", "If-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT"],
)
def test_a_file_that_is_known_is_not_sent(file: Path, header: str) -> None:
    """304 by tag or by date."""
    assert edge(content(file)).connect().get("/f", header).status == 304


def test_head_of_a_file(file: Path) -> None:
    """The head of GET, and nothing is read."""
    answer = edge(content(file)).connect().get(method="HEAD")
    assert (answer.status, answer.headers["Content-Length"]) == (200, "1048576")


def test_an_empty_file(tmp_path: Path) -> None:
    """Nothing, and the promise of nothing."""
    (tmp_path / "empty").touch()
    answer = edge(content(tmp_path / "empty")).connect().get()
    assert (answer.status, answer.headers["Content-Length"], answer.body) == (200, "0", b"")


def test_a_vanished_file_looks_like_no_file(file: Path) -> None:
    """What has gone since it was decided on is 404, like what was never there."""
    answer = content(file)
    file.unlink()
    server = edge(answer)
    client = server.connect()
    given = client.get()
    assert (given.status, given.body) == (404, b"not found\n")
    assert not client.closed


def test_a_replaced_file_is_described_as_it_is(file: Path) -> None:
    """Length and tag are those of the bytes that are sent."""
    answer = content(file)
    file.write_bytes(b"new")
    given = edge(answer).connect().get()
    assert (given.body, given.headers["ETag"]) == (b"new", f'"{content(file).etag}"')


@pytest.mark.parametrize("place", [lambda path: path.mkdir(), os.mkfifo])
def test_only_regular_files_are_opened(tmp_path: Path, place: Callable[[Path], None]) -> None:
    """A directory or a FIFO in a file's place is 404, and opening it does not block."""
    place(tmp_path / "odd")
    answer = FileContent(str(tmp_path / "odd"), 1, 1)
    assert edge(answer).connect().get().status == 404


@pytest.mark.usefixtures("disk")
def test_a_file_that_shrinks_breaks_the_connection(file: Path) -> None:
    """The promised length cannot be kept, and only the end of the connection can tell."""
    server = edge(content(file))
    client = server.connect(room=CHUNK)
    client.send(request())
    os.truncate(file, CHUNK)
    client.transport.read(len(BYTES))
    turns(server)
    assert client.aborted
    client.lose()
    assert server.site.counters().connections == 0


def open_descriptors() -> int:
    """How many files this process has open."""
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - no need for paths


@pytest.mark.usefixtures("disk")
def test_a_device_that_goes_leaves_no_open_file(file: Path) -> None:
    """The file is closed with the connection, and nothing more is read."""
    before = open_descriptors()
    server = edge(content(file))
    client = server.connect(room=10)
    client.send(request())
    assert open_descriptors() == before + 1
    client.transport.abortConnection()
    client.lose()
    turns(server)
    assert open_descriptors() == before


def test_a_slow_reader_holds_one_chunk(file: Path) -> None:
    """A device that does not read makes us hold a chunk, not a file."""
    server = edge(content(file))
    client = server.connect(room=0)
    client.send(request())
    turns(server)
    assert client.transport.unsent() < CHUNK + 1000
    while client.transport.unsent():
        client.transport.read(CHUNK)
        turns(server)
    assert client.responses()[0].body == BYTES


def test_what_follows_a_file_waits(file: Path) -> None:
    """A pipelined request is asked when the file before it has left."""
    server = edge(content(file))
    client = server.connect(room=0)
    client.send(request("/a") + request("/b", "Range: bytes=0-3"))
    assert [inquiry.path for inquiry in server.inquiries.asked] == ["/a"]
    while client.transport.unsent():
        client.transport.read(CHUNK)
        turns(server)
    assert [answer.body for answer in client.responses()] == [BYTES, BYTES[:4]]


class Later:
    """A thread that comes back when told to, and turns that never come."""

    def __init__(self) -> None:
        self.back: Deferred[bytes] = Deferred()

    def in_thread(self, _task: Callable[[], bytes]) -> Deferred[bytes]:
        return self.back

    def later(self, task: Callable[[], None]) -> None:
        """Nothing comes later."""


@pytest.mark.parametrize("outcome", [b"late", OSError(errno.EIO, "broken disk")])
def test_a_file_is_closed_when_its_thread_is_back(
    file: Path, monkeypatch: pytest.MonkeyPatch, outcome: bytes | Exception
) -> None:
    """A descriptor that a thread still reads from is not closed under it, and nothing is written after the end."""
    monkeypatch.setattr(_stream, "read_cached", lambda *_arguments: None)
    before = open_descriptors()
    elsewhere, written, finished = Later(), list[bytes](), list[bool]()
    stream = FileStream(
        open_file(str(file)),
        b"head",
        (0, 10),
        write=written.append,
        finished=finished.append,
        elsewhere=elsewhere,
    )
    stream.resumeProducing()
    stream.stopProducing()
    stream.stopProducing()
    assert open_descriptors() == before + 1
    if isinstance(outcome, bytes):
        elsewhere.back.callback(outcome)
    else:
        elsewhere.back.errback(outcome)
    assert (open_descriptors(), written, finished) == (before, [], [])


def test_an_unreadable_file_ends_the_stream(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fails is told as a stream that is not whole, by the reactor or by the thread."""

    def broken(*_arguments: object) -> bytes:
        raise OSError(errno.EIO, "broken disk")

    for spoiled in (lambda: monkeypatch.setattr(os, "preadv", broken), lambda: None):
        elsewhere, finished = Later(), list[bool]()
        if not finished:
            spoiled()
        stream = FileStream(
            open_file(str(file)),
            b"",
            (0, 10),
            write=lambda _data: None,
            finished=finished.append,
            elsewhere=elsewhere,
        )
        stream.resumeProducing()
        assert finished == [False]


@pytest.mark.usefixtures("disk")
@pytest.mark.parametrize("size", [1, 4096, CHUNK, CHUNK + 1])
def test_files_of_any_size_leave_whole(tmp_path: Path, size: int) -> None:
    """What fits into one chunk takes a shorter way, and nobody can tell."""
    (tmp_path / "file").write_bytes(BYTES[:size])
    server = edge(content(tmp_path / "file"))
    before = open_descriptors()
    client = server.connect().send(request("/a")).send(request("/b"))
    turns(server)
    assert [answer.body for answer in client.responses()] == [BYTES[:size]] * 2
    assert open_descriptors() == before


def test_a_read_of_the_page_cache_never_exceeds_the_buffer(file: Path) -> None:
    """At most what was asked for, at most a chunk."""
    with file.open("rb") as opened:
        assert read_cached(opened.fileno(), 10, 5) in {BYTES[5:15], None}
