"""kill -9, fifty times, at random moments, while clients write: what was acknowledged is there afterwards."""

from __future__ import annotations

import http.client
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field

from provd.client import Api
from provd.client.errors import ApiError, ServerUnreachable, StrangeAnswer
from provd.testing.daemon import Daemon

KILLS = 50
LONGEST_RUN = 0.3
"""Seconds of writing before a kill, at most."""

LOOKED_AT = ("id", "revision", "mac", "config", "plugin", "added", "X_first", "X_second")

GONE = (OSError, http.client.HTTPException, ServerUnreachable, StrangeAnswer)
"""What a client sees of a server that is killed: it cannot know whether its write was kept."""


@define
class ClientsLog:
    """What clients were promised, and what they tried last without hearing of it."""

    created: dict[str, int] = field(factory=dict)
    """Device id: the revision it was acknowledged at."""
    counted: dict[str, int] = field(factory=dict)
    """Device id: the last number that was acknowledged."""
    tried: dict[str, int] = field(factory=dict)
    """Device id: the last number that was sent."""
    phones: dict[str, bytes] = field(factory=dict)
    """MAC address: the file that a new phone was given."""


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """A server that creates every phone that asks."""
    limits = {"burst": 1_000_000, "per_hour": 1_000_000, "total": 1_000_000}
    sweeps = {"devices": 1_000_000, "sequence": 1_000_000}
    settings = {"limits": limits, "sweeps": sweeps, "log": {"level": "warn"}}
    daemon = Daemon(tmp_path, settings, families=("aastra",))
    try:
        daemon.start()
        daemon.fill()
        yield daemon
    finally:
        daemon.close()


def test_nothing_acknowledged_is_lost(daemon: Daemon) -> None:
    """Fifty kills lose no document that a client holds as acknowledged, and leave no half of one."""
    log, over = ClientsLog(), threading.Event()
    apis = [daemon.api() for _client in range(3)]
    writes = [
        *(creating(api, log) for api in apis[:2]),
        counting(apis[2], log),
        *(asking(daemon, log) for _phone in range(3)),
    ]
    writers = [threading.Thread(target=repeat, args=(over, write)) for write in writes]
    for writer in writers:
        writer.start()
    chance = random.Random(20260101)
    try:
        for _kill in range(KILLS):
            time.sleep(chance.uniform(0.0, LONGEST_RUN))
            daemon.end(signal.SIGKILL)
            promised = ClientsLog(
                dict(log.created), dict(log.counted), dict(log.tried), dict(log.phones)
            )
            daemon.start()
            check(daemon, promised, log)
    finally:
        over.set()
        for writer in writers:
            writer.join()
        for api in apis:
            api.close()
    check(daemon, log, log)
    assert min(len(log.created), max(log.counted.values()), len(log.phones)) > 2 * KILLS


def check(daemon: Daemon, promised: ClientsLog, log: ClientsLog) -> None:
    """Everything promised is there, whole."""
    api = daemon.api()
    try:
        assert api.ready()["warnings"] == []
        devices = {each["id"]: each for each in api.devices.list(fields=LOOKED_AT)["items"]}
        configs = {each["id"] for each in api.configs.list(fields=("id",))["items"]}
    finally:
        api.close()
    assert promised.created.keys() <= devices.keys()
    for device_id, revision in promised.created.items():
        assert devices[device_id]["revision"] >= revision
    for device_id, number in promised.counted.items():
        assert number <= devices[device_id]["X_first"] <= log.tried[device_id]
    assert promised.phones.keys() <= {each.get("mac") for each in devices.values()}
    for device in devices.values():
        check_whole(device, configs)


def check_whole(device: dict[str, Any], configs: set[str]) -> None:
    """Both halves of a document are of the same write, and what was committed together is there together."""
    assert device.get("X_first") == device.get("X_second")
    if "added" in device:
        assert device["config"] in configs
        assert device["plugin"].startswith("aastra-")


def repeat(over: threading.Event, write: Callable[[], None]) -> None:
    """Write on and on; while the server is away, wait for it."""
    while not over.is_set():
        try:
            write()
        except GONE:
            time.sleep(0.02)


def creating(api: Api, log: ClientsLog) -> Callable[[], None]:
    """A client that creates device after device."""
    me, count = random.getrandbits(40), [0]

    def write() -> None:
        count[0] += 1
        device_id = f"made-{me:x}-{count[0]}"
        big = {"X_padding": "x" * random.randrange(2000)}
        reply = api.devices.create(
            {"id": device_id, "X_first": count[0], **big, "X_second": count[0]}
        )
        log.created[device_id] = reply.revision

    return write


def counting(api: Api, log: ClientsLog) -> Callable[[], None]:
    """A client that writes ever greater numbers into one device."""
    made: list[str] = []

    def write() -> None:
        if not made:
            begin(api)
            made.append("counter")
            log.created["counter"] = log.counted["counter"] = log.tried["counter"] = 0
        number = log.tried["counter"] + 1
        log.tried["counter"] = number
        api.devices.change("counter", {"X_first": number, "X_second": number})
        log.counted["counter"] = number

    return write


def begin(api: Api) -> None:
    """Make the device to count in, unless a killed server made it after all."""
    try:
        api.devices.create({"id": "counter", "X_first": 0, "X_second": 0})
    except ApiError as error:
        if error.kind != "already-there":
            raise


def asking(daemon: Daemon, log: ClientsLog) -> Callable[[], None]:
    """New phones that ask over HTTP, one after the other."""
    me, count = random.randrange(256), [0]

    def write() -> None:
        count[0] += 1
        mac = f"00:08:5d:{me:02x}:{count[0] >> 8:02x}:{count[0] & 0xFF:02x}"
        user_agent = f"Aastra6730i MAC:{mac.upper().replace(':', '-')} V:3.2.0.1011-SIP"
        answer = daemon.get("/aastra.cfg", user_agent, "127.0.0.7")
        if answer.status == 200:
            log.phones[mac] = answer.body

    return write
