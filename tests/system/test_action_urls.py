"""Vendors' action URLs over real sockets: the real server asks a phone's web server, and nobody else."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from provd.testing.daemon import Daemon
from provd.testing.synchronizing import LOOPBACK, add_phone, ended, synchronize, until

AT, ELSEWHERE, MAC = "127.0.0.51", "127.0.0.52", "00:15:65:00:00:51"
PORT = 80


class Web(ThreadingHTTPServer):
    """A phone's web server: wants a digest of `admin` and `secret`, or leads elsewhere."""

    def __init__(self, address: str, leads_to: str = "") -> None:
        super().__init__((address, PORT), Page)
        self.leads_to = leads_to
        self.asked: list[str] = []
        self.right = 0


class Page(BaseHTTPRequestHandler):
    """Answers."""

    server: Web

    def do_GET(self) -> None:
        """One request."""
        self.server.asked.append(self.path)
        shown = self.headers.get("Authorization", "")
        if self.server.leads_to:
            self._answer(302, {"Location": self.server.leads_to})
        elif self._is_right(shown):
            self.server.right += 1
            self._answer(200, {})
        else:
            challenge = 'Digest realm="phone", nonce="abc", qop="auth", algorithm=MD5'
            self._answer(401, {"WWW-Authenticate": challenge})

    def _is_right(self, shown: str) -> bool:
        """As RFC 2617 section 3.2.2 has it, computed here."""
        said = dict(re.findall(r'(\w+)="?([^",]+)"?', shown.removeprefix("Digest ")))
        if said.get("username") != "admin" or said.get("uri") != self.path:
            return False
        first = md5(b"admin:phone:secret").hexdigest()
        second = md5(f"GET:{self.path}".encode()).hexdigest()
        middle = f"abc:{said['nc']}:{said['cnonce']}:auth"
        return said["response"] == md5(f"{first}:{middle}:{second}".encode()).hexdigest()

    def _answer(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_said: object) -> None:
        """Nobody reads it."""


@contextlib.contextmanager
def web(address: str, leads_to: str = "") -> Iterator[Web]:
    """One that answers."""
    try:
        server = Web(address, leads_to)
    except OSError as error:
        pytest.skip(f"port {PORT} of {address} cannot be had: {error}")
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """A server that asks over HTTP."""
    settings = {"synchronization": {**LOOPBACK, "drivers": ["http"]}}
    daemon = Daemon(tmp_path, settings, families=("yealink",))
    try:
        daemon.start()
        daemon.fill()
        credentials = {"admin_username": "admin", "admin_password": "secret"}
        add_phone(daemon, "phone", AT, MAC, **credentials)
        yield daemon
    finally:
        daemon.close()


def test_a_phone_is_asked(daemon: Daemon) -> None:
    """By its vendor's URL, with a proof of who asks; or to reboot."""
    with web(AT) as phone:
        synchronize(daemon)
        told = until(daemon, "answered")
        assert (told["driver"], told["answer"]) == ("http", "200 OK")
        assert phone.asked == ["/servlet?key=AutoP"] * 2
        assert phone.right == 1
        synchronize(daemon, reboot=True)
        until(daemon, "answered")
        assert phone.asked[-1] == "/servlet?key=Reboot"


def test_nobody_else_is_asked(daemon: Daemon) -> None:
    """Wherever a phone may lead."""
    with web(ELSEWHERE) as other, web(AT, f"http://{ELSEWHERE}/") as phone:
        told = ended(daemon, synchronize(daemon))
        assert "redirections are not followed" in told["reason"]
        assert len(phone.asked) == 1
        assert other.asked == []
