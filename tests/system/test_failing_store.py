"""When what provd keeps cannot be kept, or cannot be read: it says so, and goes on with the rest."""

from __future__ import annotations

import contextlib
import http.client
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from provd.testing.daemon import Daemon, Response, install

AASTRA = "Aastra6730i MAC:00-08-5D-00-00-01 V:3.2.0.1011-SIP"
NEW, NEWER = (AASTRA.replace("00-00-01", f"00-00-0{number}") for number in (2, 3))


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """A server that has not been started."""
    daemon = Daemon(tmp_path)
    try:
        yield daemon
    finally:
        daemon.close()


def test_two_servers_never_share_a_store(daemon: Daemon, tmp_path: Path) -> None:
    """The second one says who has it, and leaves it alone."""
    daemon.start()
    second = Daemon(tmp_path / "second", {"data": {"directory": str(daemon.data)}})
    with contextlib.closing(second):
        second.launch()
        assert second.wait() == 1
        assert "is in use by another provd" in second.log
    assert daemon.end() == 0


def test_a_corrupt_row_is_set_aside(daemon: Daemon) -> None:
    """The others are served on, and the operator is told which one and where it went."""
    daemon.start()
    daemon.fill()
    daemon.get("/aastra.cfg", AASTRA)
    daemon.get("/aastra.cfg", NEW)
    found = {each["mac"]: each["id"] for each in daemon.told("devices", "list")["items"]}
    assert daemon.end() == 0
    with contextlib.closing(sqlite3.connect(daemon.data / "provd.db")) as database, database:
        database.execute(
            "UPDATE documents SET body = substr(body, 2) WHERE collection = 'devices' AND id = ?",
            (found["00:08:5d:00:00:01"],),
        )
    daemon.start()
    with contextlib.closing(daemon.api()) as api:
        warnings = api.ready()["warnings"]
    assert len(warnings) == 1
    assert found["00:08:5d:00:00:01"] in warnings[0]
    assert "quarantine" in warnings[0]
    left = {each["mac"] for each in daemon.told("devices", "list")["items"]}
    assert left == {"00:08:5d:00:00:02"}


@pytest.fixture
def small(daemon: Daemon) -> Iterator[Daemon]:
    """A running server whose data directory is a small disk of its own."""
    disk = daemon.home / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)], check=True)
    try:
        install(disk, ("aastra",))
        # In clear: a file that was just sealed is so small that it has room again once its journal is
        # closed, and the disk would not stay full.
        daemon.configure({"data": {"directory": str(disk)}, "store": {"seal_keys": ""}})
        daemon.start()
        daemon.fill()
        yield daemon
    finally:
        daemon.close()
        subprocess.run(["umount", str(disk)], check=True)


def fill_up(disk: Path) -> Path:
    """Write until nothing more fits; the file to remove again."""
    filler = disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(65536))
    return filler


@pytest.mark.root
@pytest.mark.needs("mount", "umount")
def test_a_full_disk(small: Daemon) -> None:
    """Red readiness with the reason; known phones are served, new ones come back; then it recovers."""
    known = small.get("/aastra.cfg", AASTRA, "127.0.0.2")
    assert known.status == 200
    filler = fill_up(small.home / "disk")
    wait_for_status(small, NEW, "127.0.0.3", 503)
    red = ready(small)
    assert red.status == 503
    assert b"full" in red.body
    assert small.command("doctor", "--config", str(small.config)).returncode == 1
    assert small.get("/aastra.cfg", AASTRA, "127.0.0.2")[:2] == known[:2]
    refused = small.get("/aastra.cfg", NEWER, "127.0.0.4")
    assert refused.status == 503
    assert int(refused.headers["Retry-After"]) > 0
    filler.unlink()
    wait_for_status(small, NEW, "127.0.0.3", 200)
    assert ready(small).status == 200
    assert small.end() == 0


@pytest.mark.root
@pytest.mark.needs("mount", "umount")
def test_an_end_with_a_full_disk_says_so(small: Daemon) -> None:
    """It ends all the same, and its exit code and its last line tell that something is missing."""
    fill_up(small.home / "disk")
    wait_for_status(small, NEW, "127.0.0.3", 503)
    assert small.end() == 1
    assert "what came last could not be kept" in small.log


def ready(daemon: Daemon) -> Response:
    """What `/readyz` says."""
    connection = http.client.HTTPConnection("127.0.0.1", daemon.ports[2], timeout=5)
    with contextlib.closing(connection):
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        return Response(answer.status, answer.read(), dict(answer.getheaders()))


def wait_for_status(daemon: Daemon, user_agent: str, source: str, status: int) -> None:
    """Ask until the answer is this one."""
    end = time.monotonic() + 20
    while (answer := daemon.get("/aastra.cfg", user_agent, source)).status != status:
        assert time.monotonic() < end, (answer, daemon.log)
        time.sleep(0.1)
