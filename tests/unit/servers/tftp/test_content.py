"""File content: shared, bounded, never half of one version and half of another."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred, execute

from provd.servers.tftp.content import FileUnreadable, Reading, SharedFiles
from provd.servers.tftp.shared_file import CHUNK
from provd.testing.tftp import read_request
from provd.testing.tftp_network import TFTPRig
from provd.values import FileContent
from provd.wire.tftp import ContentLost, Error, MemoryChunks, netascii, parse


class Thread:
    """Runs what it is given when the test says so."""

    def __init__(self) -> None:
        self.work: list[tuple[Callable[[], Any], Deferred[Any]]] = []

    def __call__(self, work: Callable[[], Any]) -> Deferred[Any]:
        """Keep it for later."""
        done: Deferred[Any] = Deferred()
        self.work.append((work, done))
        return done

    def run(self) -> None:
        """Do all of it."""
        work, self.work = self.work, []
        for function, done in work:
            execute(function).chainDeferred(done)


def written(path: Path, body: bytes) -> FileContent:
    """A file and the answer that serves it."""
    path.write_bytes(body)
    found = path.stat()
    return FileContent(str(path), found.st_size, found.st_mtime_ns)


def opened(files: SharedFiles, answer: FileContent) -> Reading:
    """A file that is not kept whole in memory."""
    content = files.open(answer)
    assert isinstance(content, Reading)
    return content


def no_nowait(_fd: int, _buffers: object, _offset: int, _flags: int) -> int:
    """Nothing is in the page cache."""
    raise BlockingIOError


@pytest.fixture
def thread() -> Thread:
    """A thread that runs when told."""
    return Thread()


@pytest.fixture
def files(thread: Thread) -> SharedFiles:
    """Four pieces at most in memory, two files open."""
    return SharedFiles(thread, 4 * CHUNK, 2)


def descriptors() -> int:
    """How many descriptors this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_small_file_is_read_once(files: SharedFiles, tmp_path: Path) -> None:
    """Then it is in memory, and closed."""
    answer = written(tmp_path / "a", b"small")
    before = descriptors()
    first = opened(files, answer)
    assert first.chunk(0) == (b"small", 0)
    first.close()
    first.close()
    assert files.open(answer) == MemoryChunks(b"small", 5)
    assert descriptors() == before
    assert len(files) == 0


def test_a_large_file_is_open_once_for_everybody(files: SharedFiles, tmp_path: Path) -> None:
    """Its pieces are shared, and it is closed with its last reader."""
    body = os.urandom(2 * CHUNK + 10)
    answer = written(tmp_path / "a", body)
    before = descriptors()
    readers = [opened(files, answer) for _ in range(5)]
    assert descriptors() == before + 1
    pieces = [reader.chunk(CHUNK + 7) for reader in readers]
    assert pieces[0] == (body[CHUNK : 2 * CHUNK], CHUNK)
    assert all(piece is not None and piece[0] is pieces[0][0] for piece in pieces if pieces[0])
    for reader in readers:
        reader.close()
    assert descriptors() == before
    assert len(files) == 0


def test_memory_is_bounded(files: SharedFiles, tmp_path: Path) -> None:
    """The least recently used pieces go first."""
    reader = opened(files, written(tmp_path / "a", os.urandom(20 * CHUNK)))
    for index in range(20):
        reader.chunk(index * CHUNK)
        assert files.held <= 4 * CHUNK
    reader.close()
    files.clear()
    assert files.held == 0


def test_what_is_not_in_the_page_cache_is_read_by_a_thread(
    files: SharedFiles, thread: Thread, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once for all who want it; each is told."""
    monkeypatch.setattr(os, "preadv", no_nowait)
    body = os.urandom(CHUNK + 5)
    answer = written(tmp_path / "a", body)
    readers = [opened(files, answer) for _ in range(2)]
    told: list[int] = []
    for number, reader in enumerate(readers):
        reader.on_ready = lambda number=number: told.append(number)
        assert reader.chunk(0) is None
    assert len(thread.work) == 1
    thread.run()
    assert sorted(told) == [0, 1]
    assert readers[0].chunk(10) == (body[:CHUNK], 0)
    for reader in readers:
        reader.close()


def test_a_file_is_not_closed_under_a_thread_that_reads_it(
    files: SharedFiles, thread: Thread, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its descriptor might be somebody else's by then."""
    monkeypatch.setattr(os, "preadv", no_nowait)
    before = descriptors()
    opened(files, written(tmp_path / "a", b"text")).close()
    assert descriptors() == before + 1
    thread.run()
    assert descriptors() == before


@pytest.mark.parametrize("change", ["longer", "shorter", "touched"])
@pytest.mark.parametrize("cold", [False, True])
def test_a_file_that_changes_is_lost_to_its_readers(
    change: str,
    cold: bool,  # noqa: FBT001 - a parameter of the test
    files: SharedFiles,
    thread: Thread,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Half of one firmware and half of the next would be flashed."""
    path = tmp_path / "a"
    reader = opened(files, written(path, bytes(3 * CHUNK)))
    if cold:
        monkeypatch.setattr(os, "preadv", no_nowait)
    if change == "touched":
        os.utime(path, ns=(1, 1))
    else:
        os.truncate(path, {"longer": 4, "shorter": 1}[change] * CHUNK)
    with suppress(ContentLost):
        reader.chunk(2 * CHUNK)
    thread.run()
    with pytest.raises(ContentLost):
        reader.chunk(2 * CHUNK)
    reader.close()
    assert len(files) == 0


def test_what_cannot_be_opened_is_named(files: SharedFiles, tmp_path: Path) -> None:
    """Gone, a directory, a FIFO: an error that says which, and no descriptor left."""
    before = descriptors()
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(FileUnreadable, match="No such file") as gone:
        files.open(FileContent(str(tmp_path / "gone"), 1, 1))
    assert gone.value.gone
    for name in (".", "fifo"):
        with pytest.raises(FileUnreadable, match="not a regular file"):
            files.open(FileContent(str(tmp_path / name), 1, 1))
    assert descriptors() == before


def test_only_so_many_files_are_open(files: SharedFiles, tmp_path: Path) -> None:
    """A bound of its own, so that files cannot take the descriptors of everybody."""
    readers = [
        opened(files, written(tmp_path / str(number), bytes(2 * CHUNK))) for number in range(2)
    ]
    with pytest.raises(FileUnreadable, match="too many files"):
        files.open(written(tmp_path / "3", bytes(2 * CHUNK)))
    for reader in readers:
        reader.close()


def test_a_file_that_was_replaced_since_is_served_as_it_is(
    files: SharedFiles, tmp_path: Path
) -> None:
    """All readers of the new one share it, whatever size and time they were told."""
    stale = written(tmp_path / "a", bytes(2 * CHUNK))
    fresh = written(tmp_path / "a", bytes(3 * CHUNK))
    readers = [opened(files, stale), opened(files, fresh)]
    assert [reader.size for reader in readers] == [3 * CHUNK] * 2
    assert len(files) == 1
    for reader in readers:
        reader.close()


def test_a_large_text_is_measured_and_translated_piece_by_piece(
    files: SharedFiles, thread: Thread, tmp_path: Path
) -> None:
    """The size is exact, and any byte can be asked for again."""
    body = (b"line\n" * 7 + b"\r") * 8000
    waiting = files.open_text(written(tmp_path / "a", body))
    assert isinstance(waiting, Deferred)
    results: list[Reading] = []
    waiting.addCallback(results.append)
    thread.run()
    [text] = results
    expected = netascii.encode(body)
    assert text.size == len(expected)
    for offset in range(0, text.size, 40_001):
        found = text.chunk(offset)
        assert found is not None
        piece, start = found
        assert expected[start : start + len(piece)] == piece
        assert start <= offset < start + len(piece)
    text.close()
    assert len(files) == 0


def test_a_small_text_that_is_kept_needs_no_measuring(files: SharedFiles, tmp_path: Path) -> None:
    """It is translated at once."""
    answer = written(tmp_path / "a", b"a\nb")
    opened(files, answer).close()
    assert files.open_text(answer) == MemoryChunks(b"a\r\nb", 4)


def test_a_server_serves_files(tmp_path: Path) -> None:
    """From disk, empty ones and exact multiples included; one that vanished is ERROR 1."""
    sizes = (0, 512, 513, CHUNK, 2 * CHUNK + 512)
    answers = {str(size): written(tmp_path / str(size), os.urandom(size)) for size in sizes}
    rig = TFTPRig({**answers, "gone": FileContent(str(tmp_path / "gone"), 1, 1)})
    for size in sizes:
        client = rig.fetch(read_request(str(size), options={"windowsize": 8, "tsize": 0}))
        assert client.received == (tmp_path / str(size)).read_bytes()
        assert client.options[b"tsize"] == str(size).encode()
        rig.clock.advance(1)
    [(_, datagram)] = rig.says(read_request("gone"))
    assert parse(datagram) == Error(1, "File not found")
    assert rig.server.counters().running == 0


def test_a_file_that_changes_during_its_transfer_ends_in_an_error(tmp_path: Path) -> None:
    """The client is told, rather than given a mixture."""
    path = tmp_path / "a"
    rig = TFTPRig({"a": written(path, bytes(3 * CHUNK))})
    [(port, _)] = rig.says(read_request("a", options={"blksize": 65464}))
    sent = rig.says(b"\0\4\0\0", port)
    path.write_bytes(b"changed")
    block = 0
    while sent and sent[0][1][:2] == b"\0\3":
        block += 1
        sent = rig.says(b"\0\4" + block.to_bytes(2, "big"), port)
    [(_, datagram)] = sent or rig.passes(0.05)
    assert parse(datagram) == Error(0, "the file changed while it was read")
    assert rig.server.counters().failed == {"lost": 1}


def test_a_server_measures_a_text_before_it_serves_it(tmp_path: Path) -> None:
    """The first transfer of a file in netascii waits for its length; what is gone is ERROR 1."""
    body = b"a\nb\r\n" * 2000
    gone = FileContent(str(tmp_path / "gone"), 1, 1)
    rig = TFTPRig({"text": written(tmp_path / "text", body), "gone": gone})
    request = read_request("text", "netascii", {"tsize": 0, "blksize": 65464})
    assert rig.says(request) == []
    [(port, oack)] = rig.passes(0.05)
    assert b"tsize\0%d\0" % netascii.encoded_size(body) in oack
    [(_, data)] = rig.says(b"\0\4\0\0", port)
    assert data[4:] == netascii.encode(body)
    rig.says(b"\0\4\0\1", port)
    [(_, datagram)] = rig.says(read_request("gone", "netascii"))
    assert parse(datagram) == Error(1, "File not found")
    assert rig.server.counters().running == 0
    assert rig.server.counters().finished == 1
