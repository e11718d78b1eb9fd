"""Secrets at rest: a real server's files are searched for what was planted in its documents."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import time
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from provd.documents import well_known_configs
from provd.testing.daemon import PATIENCE, Daemon
from provd.testing.serving import OPEN_GIVEN

pytestmark = pytest.mark.system

CANARY = "canary31337"
AASTRA = "Aastra6730i MAC:00-08-5D-00-00-01 V:3.2.0.1011-SIP"
MAC = "00:08:5d:00:00:01"
ONE, TWO = (f"{name}:{b64encode(os.urandom(32)).decode()}\n" for name in ("one", "two"))


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """A server that is not started yet."""
    server = Daemon(tmp_path / "server")
    yield server
    server.close()


def sealed_with(server: Daemon, *lines: str) -> None:
    """From the next start on, with these keys; without any, in clear."""
    path = server.home / "seal.keys"
    path.unlink(missing_ok=True)
    path.write_text("".join(lines))
    path.chmod(0o600)
    server.configure({"store": {"seal_keys": str(path) if lines else ""}})


def plant(server: Daemon) -> None:
    """A secret in a config that every device inherits, in a config of a device, and in its options."""
    with contextlib.closing(server.api()) as api:
        api.serving_policies.create(OPEN_GIVEN)
        for config in well_known_configs("192.0.2.1", sip_password=CANARY):
            raw = json.loads(bytes(config.raw_config)) | {"admin_password": CANARY}
            role = {"role": config.role} if config.role else {}
            api.configs.create(
                {"id": config.id, "parent_ids": list(config.parent_ids), "raw_config": raw} | role
            )
        server.get("/aastra.cfg", AASTRA, "127.0.0.3")
        [found] = api.devices.list(where={"mac": MAC})["items"]
        add = {"op": "add", "path": "/options", "value": {"wifi_password": CANARY}}
        api.devices.patch(found["id"], [add])
        add = {"op": "add", "path": "/raw_config/user_password", "value": CANARY}
        api.configs.patch(found["config"], [add])


def files_with_it(server: Daemon) -> set[str]:
    """The files below the data directory, of whatever name, in which the secret can be read."""
    return {
        path.name
        for path in server.data.rglob("*")
        if path.is_file() and CANARY.encode() in path.read_bytes()
    }


def is_served(server: Daemon) -> bool:
    """Whether the device still gets it."""
    got = (server.get(path, AASTRA, "127.0.0.3") for path in ("/aastra.cfg", "/00085D000001.cfg"))
    return CANARY.encode() in b"".join(each.body for each in got)


def test_no_file_tells_a_secret(daemon: Daemon) -> None:
    """Neither the database nor its journal nor a copy, while it runs and after it was killed."""
    sealed_with(daemon, ONE)
    daemon.start()
    plant(daemon)
    assert is_served(daemon)
    source = sqlite3.connect(daemon.data / "provd.db")
    copy = sqlite3.connect(daemon.data / "provd.db.backup-by-hand")
    with contextlib.closing(source), contextlib.closing(copy):
        source.backup(copy)
    names = {path.name for path in daemon.data.iterdir()}
    assert {"provd.db", "provd.db-wal", "provd.db.backup-by-hand"} <= names
    assert files_with_it(daemon) == set()
    daemon.end(signal.SIGKILL)
    assert files_with_it(daemon) == set()
    daemon.start()
    assert is_served(daemon)
    assert CANARY not in daemon.log


def test_no_backup_tells_a_secret(daemon: Daemon) -> None:
    """Of those that the server makes while it runs."""
    sealed_with(daemon, ONE)
    daemon.start()
    plant(daemon)
    url = f"http://127.0.0.1:{daemon.ports[2]}/api/v1/system/backup"
    urllib.request.urlopen(urllib.request.Request(url, method="POST"), timeout=PATIENCE).close()
    end = time.monotonic() + PATIENCE
    while not list(daemon.data.rglob("provd-*.db")):
        assert time.monotonic() < end, daemon.log
        time.sleep(0.02)
    assert files_with_it(daemon) == set()


def test_what_was_kept_in_clear_is_sealed_at_the_next_start(daemon: Daemon) -> None:
    """And nothing of it is left in the freed parts of the file, even of what was deleted before."""
    sealed_with(daemon)
    daemon.start()
    plant(daemon)
    with contextlib.closing(daemon.api()) as api:
        gone = {"id": "gone", "parent_ids": [], "raw_config": {"admin_password": CANARY * 100}}
        api.configs.create(gone)
        api.configs.delete("gone")
        assert any("clear" in each for each in api.ready()["warnings"])
    assert daemon.end() == 0
    assert "provd.db" in files_with_it(daemon)
    sealed_with(daemon, ONE)
    daemon.start()
    assert files_with_it(daemon) == set()
    assert is_served(daemon)
    with contextlib.closing(daemon.api()) as api:
        assert api.ready()["warnings"] == []


def test_keys_are_rotated(daemon: Daemon) -> None:
    """A new key in the first line, a start, and the old one may go; before that, its loss is told."""
    sealed_with(daemon, ONE)
    daemon.start()
    plant(daemon)
    assert daemon.end() == 0
    sealed_with(daemon, TWO)
    daemon.launch()
    assert daemon.wait() != 0
    assert "'one'" in daemon.log
    for keys in ((TWO, ONE), (TWO,)):
        sealed_with(daemon, *keys)
        daemon.start()
        assert is_served(daemon)
        assert files_with_it(daemon) == set()
        assert daemon.end() == 0


def test_another_key_of_the_same_name_is_refused(daemon: Daemon) -> None:
    """Every document would look damaged: nothing is set aside, and the right key finds all of it."""
    sealed_with(daemon, ONE)
    daemon.start()
    plant(daemon)
    assert daemon.end() == 0
    sealed_with(daemon, "one:" + TWO.partition(":")[2])
    daemon.launch()
    assert daemon.wait() != 0
    assert "another key" in daemon.log
    sealed_with(daemon, ONE)
    daemon.start()
    assert is_served(daemon)
