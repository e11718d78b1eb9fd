"""A new key for a server that runs: taken at once, whole in the end, and cut short without harm."""

from __future__ import annotations

import os
import signal
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from provd.testing.daemon import Daemon

pytestmark = pytest.mark.system

MANY = 300


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Daemon]:
    """A server with many devices, sealed with the key `test`."""
    server = Daemon(tmp_path / "server", families=())
    try:
        server.start()
        for first in range(0, MANY, 100):
            server.ask(
                "POST",
                "/api/v1/devices:bulk",
                {
                    "operations": [
                        {"op": "create", "document": {"id": f"d{at}"}}
                        for at in range(first, first + 100)
                    ]
                },
            )
        yield server
    finally:
        server.close()


def keys_of(server: Daemon, *lines: str) -> list[str]:
    """The lines of the file of keys, after they were changed where there are any."""
    path = server.home / "seal.keys"
    if lines:
        path.write_text("".join(f"{line}\n" for line in lines), encoding="ascii")
    return path.read_text(encoding="ascii").splitlines()


def new_key(name: str) -> str:
    """A line with a key."""
    return f"{name}:{b64encode(os.urandom(32)).decode()}"


def kept(server: Daemon) -> bytes:
    """The bytes of the database and its journal."""
    return b"".join(path.read_bytes() for path in server.data.glob("provd.db*"))


def test_a_new_key_while_it_serves(server: Daemon) -> None:
    """Nothing of the former one is left, and the server starts without it."""
    [former] = keys_of(server)
    newer = new_key("newer")
    keys_of(server, newer)
    refused = server.command("reseal")
    assert refused.returncode == 1
    assert "'test', which is not here" in refused.stderr
    keys_of(server, newer, former)
    assert server.told("reseal")["sealed"] >= MANY
    assert b"\0\x84test" not in kept(server)
    assert kept(server).count(b"\0\x85newer") >= MANY
    keys_of(server, newer)
    server.restart()
    assert server.told("devices", "list")["total"] == MANY
    assert server.told("audit", "action=reseal")["total"] == 2


def test_killed_in_the_middle(server: Daemon) -> None:
    """The next start has it all, with both keys, and with the new one alone from then on."""
    [former] = keys_of(server)
    newer = new_key("newer")
    keys_of(server, newer, former)
    assert server.ask("POST", "/api/v1/system/reseal")[0] == 202
    server.tell(signal.SIGKILL)
    server.wait()
    server.start()
    assert server.told("devices", "list")["total"] == MANY
    keys_of(server, newer)
    server.restart()
    assert server.told("devices", "list")["total"] == MANY
