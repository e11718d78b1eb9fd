"""Copies that are put back into a server that runs: phones are served, and a kill leaves one or the other."""

from __future__ import annotations

import contextlib
import json
import random
import re
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from provd.testing.daemon import PATIENCE, Daemon

pytestmark = pytest.mark.system

PHONE = "Aastra6730i MAC:00-08-5D-00-00-01 V:3.2.0.1011-SIP"
MANY = 400
ROUNDS = 4


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Daemon]:
    """A server that runs, with the configs that a site begins with."""
    server = Daemon(tmp_path / "server", settings={"log": {"level": "info"}}, families=("aastra",))
    try:
        server.start()
        server.fill()
        yield server
    finally:
        server.close()


def many(server: Daemon, description: str) -> None:
    """Give every one of many devices another description; make those that are missing."""
    operations = [
        {
            "op": "replace",
            "id": f"d{at}",
            "document": {
                "mac": f"00:00:5e:00:{at >> 8:02x}:{at & 255:02x}",
                "description": description,
            },
        }
        for at in range(MANY)
    ]
    for first in range(0, MANY, 100):
        status, told = server.ask(
            "POST", "/api/v1/devices:bulk", {"operations": operations[first : first + 100]}
        )
        assert status == 200, told


def fresh(server: Daemon) -> None:
    """Make the many devices."""
    operations = [
        {
            "op": "create",
            "document": {"id": f"d{at}", "mac": f"00:00:5e:00:{at >> 8:02x}:{at & 255:02x}"},
        }
        for at in range(MANY)
    ]
    for first in range(0, MANY, 100):
        status, told = server.ask(
            "POST", "/api/v1/devices:bulk", {"operations": operations[first : first + 100]}
        )
        assert status == 200, told


def descriptions(server: Daemon) -> set[str]:
    """What the many devices are described as."""
    status, told = server.ask("GET", "/api/v1/devices?fields=id,description&limit=0")
    assert status == 200
    many = [each for each in told["items"] if re.fullmatch(r"d\d+", each["id"])]
    assert len(many) == MANY
    return {each.get("description", "") for each in many}


def test_by_command(server: Daemon) -> None:
    """What was changed, deleted and made since is as it was; the trail goes on; and it outlives a restart."""
    server.get("/aastra.cfg", PHONE)
    [phone] = server.told("devices", "list")["items"]
    name = server.command("backup").stdout.strip()
    listed = server.told("backup", "--list")["items"]
    assert [each["name"] for each in listed] == [name]
    server.command("devices", "set", phone["id"], "description=changed")
    server.command("devices", "add", "id=new", "mac=00:00:5e:00:53:07")
    server.command("configs", "remove", "autoprov")
    told = server.told("restore", name, "--check")
    # The new device goes with what was seen of it.
    assert (told["created"], told["deleted"]) == (1, 2)
    assert server.told("devices", "list")["total"] == 2
    assert server.told("restore", name) == told
    [again] = server.told("devices", "list")["items"]
    assert again.get("description") == phone.get("description")
    assert server.told("configs", "show", "autoprov")["id"] == "autoprov"
    assert server.get("/aastra.cfg", PHONE).status == 200
    [restored, *_] = server.told("audit", "document_id=provd")["items"]
    assert restored["action"] == "restore"
    assert restored["after"]["name"] == name
    server.restart()
    [kept] = server.told("devices", "list")["items"]
    assert kept.get("description") == phone.get("description")
    assert server.told("audit", "action=restore")["total"] == 1


def test_a_copy_that_is_damaged(server: Daemon) -> None:
    """Is refused by the command with the reason, and nothing is changed."""
    name = server.command("backup").stdout.strip()
    path = server.data / "backups" / name
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    done = server.command("restore", name)
    assert done.returncode == 1
    assert f"the copy {name} cannot be restored" in done.stderr
    assert server.command("restore", "provd-gone.db").returncode == 1


def test_from_another_server(server: Daemon, tmp_path: Path) -> None:
    """Its copy is as good as one of our own, once its key is here."""
    other = Daemon(tmp_path / "other", families=())
    try:
        other.start()
        other.command("devices", "add", "id=theirs", "mac=00:00:5e:00:53:09")
        name = other.command("backup").stdout.strip()
    finally:
        other.close()
    copy = other.data / "backups" / name
    refused = server.command("backup", "--upload", str(copy))
    assert "seal_keys of [store] has another key" in refused.stderr
    assert server.told("backup", "--list")["items"] == []
    # Of one name, and so not in one file: as after a move to a new machine.
    shutil.copy(other.home / "seal.keys", server.home / "seal.keys")
    assert server.command("backup", "--upload", str(copy)).stdout == f"{name}\n"
    done = server.command("restore", name)
    assert done.returncode == 0, done.stderr
    assert [each["id"] for each in server.told("devices", "list")["items"]] == ["theirs"]


def test_phones_are_served_meanwhile(server: Daemon) -> None:
    """Every one of them, out of the config that was before or the one that is after."""
    server.get("/aastra.cfg", PHONE)
    [phone] = server.told("devices", "list")["items"]
    server.ask("PATCH", f"/api/v1/devices/{phone['id']}", {"config": "base"})
    fresh(server)
    time_from(server, "192.0.2.1")
    name = server.command("backup").stdout.strip()
    many(server, "after")
    time_from(server, "192.0.2.2")
    with asking(server) as seen:
        assert server.told("restore", name)["updated"] >= MANY
    # What is answered last is answered after the restore was told.
    assert [new for old, new in pairwise(seen) if old != new] == ["192.0.2.1"]
    assert seen[0] == "192.0.2.2"


def time_from(server: Daemon, address: str) -> None:
    """Tell phones where they get the time."""
    patch = {"raw_config": {"ntp_enabled": True, "ntp_ip": address}}
    assert server.ask("PATCH", "/api/v1/configs/base", patch)[0] == 200


@contextlib.contextmanager
def asking(server: Daemon) -> Iterator[list[str]]:
    """A phone that asks all the time; where it was told to get the time."""
    seen: list[str] = []
    over = threading.Event()

    def ask() -> None:
        last = False
        while not last:
            last = over.is_set()
            answer = server.get("/aastra.cfg", PHONE)
            found = re.search(rb"time server1: (\S+)", answer.body)
            seen.append(found[1].decode() if found else f"status {answer.status}")

    phone = threading.Thread(target=ask)
    phone.start()
    try:
        yield seen
    finally:
        over.set()
        phone.join()


def test_killed_in_the_middle(server: Daemon) -> None:
    """One or the other, and never half, whenever it is; the operation is told as it went."""
    rolls = random.Random(31337)
    fresh(server)
    many(server, "old")
    name = server.command("backup").stdout.strip()
    outcomes = set()
    for _round in range(ROUNDS):
        many(server, "new")
        status, operation = server.ask("POST", "/api/v1/system/restore", {"name": name})
        assert status == 202
        time.sleep(rolls.uniform(0, 0.12))
        server.tell(signal.SIGKILL)
        server.wait()
        server.start()
        [found] = descriptions(server)
        outcomes.add(found)
        state = ended(server, operation["id"])
        assert (state == "success") == (found == "old"), (state, found)
        lines = server.told("audit", "action=restore")["items"]
        told = any(line["after"]["operation"] == operation["id"] for line in lines)
        assert told == (found == "old")
    assert outcomes <= {"old", "new"}


def ended(server: Daemon, operation_id: str) -> str:
    """How an operation ended, once a start has looked at what was left."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        _status, told = server.ask("GET", f"/api/v1/operations/{operation_id}")
        if told.get("state") in {"success", "fail"}:
            return str(told["state"])
        if told.get("type", "").endswith("no-such-document"):
            return "gone"
        time.sleep(0.05)
    raise AssertionError(json.dumps(told))
