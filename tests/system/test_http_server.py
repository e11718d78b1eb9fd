"""The HTTP server on real sockets, asked by real programs."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from twisted.internet import reactor as global_reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from provd.plugins._walk import ServedTree
from provd.servers.http import HTTPServer, HTTPSettings
from provd.testing.hostile_paths import (
    FRIENDLY_PATHS,
    HOSTILE_TARGETS,
    PUBLIC,
    SECRET,
    build_hostile_tree,
    hostile_paths,
)
from provd.testing.http import ScriptedInquiries, parse_responses, request
from provd.values import Answer, Content, FileContent, Inquiry, Refusal, RefusalKind

reactor: Any = global_reactor
T = TypeVar("T")
CONTENT = Content(b"line=1\n", "text/plain", "cafe")
MEGABYTES = 8


def bound(host: str = "127.0.0.1") -> socket.socket:
    """A TCP socket on a free port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family)
    opened.bind((host, 0))
    return opened


def read_to_end(connection: socket.socket) -> bytes:
    """Everything until the server ends the connection."""
    pieces = []
    connection.settimeout(20)
    try:
        while piece := connection.recv(65536):
            pieces.append(piece)
    except ConnectionResetError:
        pass
    return b"".join(pieces)


class HTTPServerTests(TestCase):
    """One server per test, on a free port of the loopback."""

    timeout = 60

    def serve(self, answer: Any = CONTENT, *hosts: str, **settings: Any) -> HTTPServer:
        """A server that answers everything alike."""
        self.inquiries = ScriptedInquiries(answer)
        server = HTTPServer(
            reactor,
            self.inquiries,
            HTTPSettings(**settings),
            interface_of=lambda address: "lo" if address in {"127.0.0.1", "::1"} else "",
        )
        sockets = [bound(host) for host in hosts or ("127.0.0.1",)]
        server.start(sockets)
        for opened in sockets:
            opened.close()
        self.addCleanup(server.stop)
        return server

    def elsewhere(self, task: Callable[[], T]) -> Deferred[T]:
        """Run a blocking client in a thread."""
        return deferToThread(task)

    async def curl(self, server: HTTPServer, *arguments: str, path: str = "/file") -> bytes:
        """What curl prints."""
        if shutil.which("curl") is None:
            self.skipTest("curl is not installed")
        url = f"http://127.0.0.1:{server.port}{path}"
        command = ["curl", "--silent", "--show-error", "--max-time", "30", *arguments, url]
        done = await self.elsewhere(
            lambda: subprocess.run(command, capture_output=True, check=False)
        )
        self.assertEqual((0, b""), (done.returncode, done.stderr))
        return done.stdout

    def ask(self, server: HTTPServer, data: bytes) -> Deferred[bytes]:
        """Send bytes on a new connection; everything that comes back until it ends."""

        def conversation() -> bytes:
            with socket.create_connection(("127.0.0.1", server.port)) as connection:
                connection.sendall(data)
                return read_to_end(connection)

        return self.elsewhere(conversation)

    def make_file(self) -> tuple[Path, FileContent, str]:
        """A file of some megabytes, the answer that serves it, and its SHA-256."""
        directory = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, directory)
        path = directory / "firmware.bin"
        path.write_bytes(os.urandom(MEGABYTES << 20))
        facts = path.stat()
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return path, FileContent(str(path), facts.st_size, facts.st_mtime_ns), digest

    async def test_curl_is_answered(self) -> None:
        """Body, HEAD, range, condition and refusal, as an operator would try them."""
        server = self.serve()
        self.assertEqual(b"line=1\n", await self.curl(server))
        self.assertIn(b'ETag: "cafe"\r\n', await self.curl(server, "--head"))
        self.assertEqual(b"ine", await self.curl(server, "--range", "1-3"))
        code = ("--output", "/dev/null", "--write-out", "%{http_code}")
        self.assertEqual(b"304", await self.curl(server, *code, "-H", 'If-None-Match: "cafe"'))
        self.assertEqual(b"416", await self.curl(server, *code, "--range", "100-"))
        self.assertEqual(b"405", await self.curl(server, *code, "--data", "x=y"))
        self.assertEqual(b"200", await self.curl(server, *code, "--http1.0"))
        self.inquiries.answer = Refusal(RefusalKind.NOT_FOUND, "unknown device")
        self.assertEqual(b"404", await self.curl(server, *code))

    async def test_one_connection_serves_many(self) -> None:
        """The client opens one connection for three files."""
        server = self.serve()
        url = f"http://127.0.0.1:{server.port}"
        await self.curl(server, f"{url}/a", f"{url}/b")
        self.assertEqual(["/a", "/b", "/file"], [asked.path for asked in self.inquiries.asked])
        self.assertEqual(1, server.counters().accepted)

    async def test_a_file_arrives_byte_for_byte(self) -> None:
        """Whole, resumed in the middle, and at the same time by several."""
        path, answer, digest = self.make_file()
        server = self.serve(answer)
        whole = await together(*(self.curl(server) for _ in range(4)))
        self.assertEqual({digest}, {hashlib.sha256(body).hexdigest() for body in whole})
        with tempfile.TemporaryDirectory() as directory:
            half = Path(directory) / "half"
            half.write_bytes(path.read_bytes()[: 3 << 20])
            await self.curl(server, "--continue-at", "-", "--output", str(half))
            self.assertEqual(digest, hashlib.sha256(half.read_bytes()).hexdigest())

    async def test_a_file_that_is_not_in_the_page_cache_arrives(self) -> None:
        """Dropped from the cache, the file is read in threads, and is the same."""
        path, answer, digest = self.make_file()
        with path.open("rb") as opened:
            os.fsync(opened.fileno())
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        body = await self.curl(self.serve(answer))
        self.assertEqual(digest, hashlib.sha256(body).hexdigest())

    async def test_an_inquiry_knows_both_addresses(self) -> None:
        """IPv4 and IPv6 on one server; the local address and its interface are known."""
        server = self.serve(CONTENT, "127.0.0.1", "::1")
        await self.curl(server)
        [port] = [port for port in server._ports if port.getHost().host == "::1"]
        await self.curl(server, "--globoff", f"http://[::1]:{port.getHost().port}/six")
        found = {
            (asked.path, asked.peer, asked.local, asked.interface) for asked in self.inquiries.asked
        }
        self.assertIn(("/file", "127.0.0.1", "127.0.0.1", "lo"), found)
        self.assertIn(("/six", "::1", "::1", "lo"), found)

    async def test_pipelined_requests_keep_their_order(self) -> None:
        """The first waits longest, and is answered first."""

        def answer(inquiry: Inquiry) -> Deferred[Answer]:
            delay = {"/1": 0.2, "/2": 0.1}.get(inquiry.path, 0)
            return deferLater(reactor, delay, Content, inquiry.path.encode())

        server = self.serve(answer)
        asked = request("/1") + request("/2") + request("/3", "Connection: close")
        responses = parse_responses(await self.ask(server, asked), [])
        self.assertEqual([b"/1", b"/2", b"/3"], [response.body for response in responses])

    async def test_every_byte_of_a_big_answer_arrives(self) -> None:
        """An answer that no socket takes at once is queued, not lost."""
        body = bytes(range(256)) * 40_000
        server = self.serve(Content(body))
        asked = request("/") * 3 + request("/", "Connection: close")
        responses = parse_responses(await self.ask(server, asked), [])
        self.assertEqual([True] * 4, [response.body == body for response in responses])

    async def test_no_hostile_target_leaves_the_tree(self) -> None:
        """Friendly paths are served from a real tree, hostile ones get nothing from outside of it."""
        directory = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, directory)
        tree = ServedTree(str(build_hostile_tree(directory)))
        none = Refusal(RefusalKind.NOT_FOUND, "no such file")
        server = self.serve(lambda inquiry: tree.find(inquiry.path) or none)
        as_they_are = [
            path.encode() for path in hostile_paths(directory / "served") if is_text(path)
        ]
        escaped = [b"/" + quote(path, safe="/").encode() for path in as_they_are]
        for target in (
            *HOSTILE_TARGETS,
            *as_they_are,
            *(b"/" + path for path in as_they_are),
            *escaped,
        ):
            answered = await self.ask(server, request(target, "Connection: close"))
            self.assertNotIn(SECRET, answered)
            self.assertRegex(answered, rb"^HTTP/1.1 (200|400|404|431) ", repr(target[:80]))
            self.assertEqual(answered.startswith(b"HTTP/1.1 200"), answered.endswith(PUBLIC))
        for path in FRIENDLY_PATHS:
            target = b"/" + quote(path).encode()
            answered = await self.ask(server, request(target, "Connection: close"))
            self.assertTrue(answered.endswith(PUBLIC), path)

    async def test_a_site_of_500_phones_at_once(self) -> None:
        """500 connections from one address, all open together, all answered."""
        server = self.serve()

        def herd() -> int:
            connections = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(500)]
            for connection in connections:
                connection.sendall(request("/", "Connection: close"))
            answered = sum(
                read_to_end(connection).endswith(b"line=1\n") for connection in connections
            )
            for connection in connections:
                connection.close()
            return answered

        self.assertEqual(500, await self.elsewhere(herd))

    async def test_slow_clients_are_dropped(self) -> None:
        """One that does not ask, one that never finishes asking, and one that does not read."""
        server = self.serve(
            Content(b"x" * 20_000_000), idle_seconds=1, request_seconds=1, stall_seconds=1
        )

        def never_reads() -> None:
            with socket.create_connection(("127.0.0.1", server.port)) as connection:
                connection.settimeout(20)
                connection.sendall(request("/"))
                while server.counters().stalled == 0:
                    a_moment()

        _idle, slow, _stuck = await together(
            self.ask(server, b""), self.ask(server, b"GET /"), self.elsewhere(never_reads)
        )
        self.assertIn(b"408", slow)
        counters = server.counters()
        self.assertEqual((1, 1, 1), (counters.idle, counters.slow_requests, counters.stalled))

    async def test_a_client_that_goes_leaves_nothing(self) -> None:
        """Reset in the middle of a big answer and of a file, the connections are forgotten."""
        _path, file, _digest = self.make_file()
        server = self.serve(
            lambda asked: file if asked.path == "/f" else Content(b"x" * 20_000_000)
        )
        await self.ask(server, request("/warm", "Connection: close"))
        before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - no need for paths

        def reset(target: str) -> None:
            with socket.create_connection(("127.0.0.1", server.port)) as connection:
                connection.sendall(request(target))
                connection.recv(10)

        for target in ("/f", "/c"):
            await self.elsewhere(lambda target=target: reset(target))
        while server.counters().connections:
            await deferLater(reactor, 0.01)
        self.assertEqual(before, len(os.listdir("/proc/self/fd")))  # noqa: PTH208

    async def test_stop_lets_answers_end(self) -> None:
        """What is being answered is answered; idle connections end; nobody else gets in."""
        waiting: Deferred[Answer] = Deferred()
        server = self.serve(lambda asked: waiting if asked.path == "/slow" else CONTENT)
        port = server.port
        slow = self.ask(server, request("/slow"))
        idle = self.ask(server, request("/"))
        while len(self.inquiries.asked) < 2:
            await deferLater(reactor, 0.01)
        stopped = server.stop()
        await idle
        self.assertFalse(stopped.called)
        await deferLater(reactor, 0.05)  # a port is closed in the reactor's next turn
        refused = self.elsewhere(lambda: socket.create_connection(("127.0.0.1", port)))
        await self.assertFailure(refused, ConnectionRefusedError)
        waiting.callback(CONTENT)
        self.assertTrue((await slow).endswith(b"line=1\n"))
        await stopped
        await server.stop()
        self.assertEqual(0, server.port)

    async def test_stop_does_not_wait_for_ever(self) -> None:
        """After `drain_seconds` connections are cut."""
        server = self.serve(Deferred(), drain_seconds=0.1)
        cut = self.ask(server, request("/"))
        while not self.inquiries.asked:
            await deferLater(reactor, 0.01)
        await server.stop()
        self.assertEqual(b"", await cut)


def is_text(path: str) -> bool:
    """Whether a path can be sent at all: a surrogate cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in path)


def a_moment() -> None:
    """Let a hundredth of a second pass in a client's thread."""
    time.sleep(0.01)


async def together(*tasks: Any) -> list[Any]:
    """The results of several things that are under way at the same time."""
    begun = [Deferred.fromCoroutine(task) if hasattr(task, "send") else task for task in tasks]
    return [await task for task in begun]
