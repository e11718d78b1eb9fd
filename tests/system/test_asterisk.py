"""Asterisk's manager interface: our client against the fake, and the fake against a client of others."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from panoramisk import Manager

from provd.testing.daemon import Daemon, free_ports
from provd.testing.synchronizing import LOOPBACK, add_phone, shown, synchronize, until

AT, MAC = "127.0.0.41", "00:15:65:00:00:41"
PROGRAM = Path(__file__).parent / "programs" / "fake_asterisk.py"


class Asterisk:
    """The fake in a process of its own."""

    def __init__(self) -> None:
        [self.port] = free_ports(1)
        self.start()

    def start(self) -> None:
        """Listen on its port."""
        self.process = subprocess.Popen(
            [sys.executable, str(PROGRAM), str(self.port)], stdout=subprocess.PIPE, text=True
        )
        assert self.line() == "ready"

    def line(self) -> str:
        """What it says next."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def close(self) -> None:
        """End it, as a crash does."""
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


@pytest.fixture
def asterisk() -> Iterator[Asterisk]:
    """One that knows the user `provd` and the endpoint `u1`."""
    running = Asterisk()
    try:
        yield running
    finally:
        running.close()


def spoken(port: int, secret: str, *actions: dict[str, Any]) -> tuple[list[Any], list[str]]:
    """What panoramisk is answered to these actions, and the events that it hears."""
    events: list[str] = []

    async def speak() -> list[Any]:
        manager = Manager(host="127.0.0.1", port=port, username="provd", secret=secret)
        manager.register_event("*", lambda _manager, message: events.append(message.event))
        try:
            await asyncio.wait_for(manager.connect(), 2)
            return [await asyncio.wait_for(manager.send_action(each), 2) for each in actions]
        finally:
            manager.close()

    return asyncio.run(speak()), events


def test_the_fake_is_like_asterisk_to_others(asterisk: Asterisk) -> None:
    """A client of others logs in, is answered, hears events, and is told what went wrong."""
    sync = {"Action": "PJSIPNotify", "Variable": "Event=check-sync"}
    answers, events = spoken(
        asterisk.port,
        "ami-secret",
        {"Action": "Ping"},
        {**sync, "Endpoint": "u1"},
        {**sync, "Endpoint": "nobody"},
        {**sync, "URI": "sip:u1@192.0.2.7"},
        {"Action": "Sing"},
    )
    assert [answer.success for answer in answers] == [True, True, False, True, False]
    assert answers[0].ping == "Pong"
    assert answers[1].message == "NOTIFY sent"
    assert answers[2].message == "Unable to retrieve endpoint nobody"
    assert "FullyBooted" in events


def test_the_fake_refuses_others_as_asterisk_does(asterisk: Asterisk) -> None:
    """A wrong secret lets nobody in, and nobody who is not in has anything done."""
    with pytest.raises(asyncio.TimeoutError):
        spoken(asterisk.port, "wrong", {"Action": "Ping"})


@pytest.fixture
def daemon(tmp_path: Path, asterisk: Asterisk) -> Iterator[Daemon]:
    """A server that has its phones notified by that Asterisk."""
    secret = tmp_path / "secret"
    secret.write_text("ami-secret\n", encoding="ascii")
    ami = {"host": "127.0.0.1", "port": asterisk.port, "secret": str(secret)}
    settings = {
        "synchronization": {**LOOPBACK, "drivers": ["ami"], "tries": 3, "backoff": 1.0},
        "ami": ami,
    }
    daemon = Daemon(tmp_path, settings, families=("yealink",))
    try:
        daemon.start()
        daemon.fill()
        add_phone(daemon, "phone", AT, MAC)
        yield daemon
    finally:
        daemon.close()


def test_asterisk_is_asked(daemon: Daemon, asterisk: Asterisk) -> None:
    """To notify the phone at its address, by its account and by its vendor's words."""
    synchronize(daemon)
    told = until(daemon, "answered")
    assert (told["driver"], told["answer"]) == ("ami", "Asterisk: NOTIFY sent")
    said = asterisk.line()
    assert "Action=PJSIPNotify" in said
    assert f"URI=sip:u1@{AT}:5060" in said
    assert "Variable=Event=check-sync;reboot=false" in said


def test_asterisk_comes_back(daemon: Daemon, asterisk: Asterisk) -> None:
    """While it is away a device is told again later; a new connection is made as soon as it is there."""
    synchronize(daemon)
    until(daemon, "answered")
    asterisk.close()
    synchronize(daemon)
    end = time.monotonic() + 10
    while "Asterisk" not in shown(daemon).get("reason", ""):
        assert time.monotonic() < end, shown(daemon)
        time.sleep(0.05)
    asterisk.start()
    assert until(daemon, "answered")["tries"] > 1
