"""Phones of this host that are told to fetch their files again, and how far they are, over a real server's API."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from provd.testing.daemon import Daemon
from provd.testing.sipp import SippPhones

LOOPBACK = {"networks": ["127.0.0.0/8"], "tries": 1, "patience": 60.0}
"""Settings of a server that may tell phones of this host."""


def add_phone(daemon: Daemon, name: str, at: str, mac: str, **raw: Any) -> None:
    """A Yealink with an account of its own."""
    line = {"username": "u1", "password": "secret1", "proxy_ip": "127.0.0.1"}
    config = {
        "id": f"of-{name}",
        "parent_ids": ["base"],
        "raw_config": {"sip_lines": {"1": line}, **raw},
    }
    assert daemon.ask("POST", "/api/v1/configs", config)[0] == 201
    device = {
        "id": name,
        "mac": mac,
        "ip": at,
        "vendor": "Yealink",
        "model": "T46S",
        "plugin": "yealink",
        "config": f"of-{name}",
    }
    status, told = daemon.ask("POST", "/api/v1/devices", device)
    assert status == 201, told


def synchronize(daemon: Daemon, name: str = "phone", **given: Any) -> str:
    """Ask for it; the operation's id."""
    status, told = daemon.ask("POST", f"/api/v1/devices/{name}/actions/synchronize", given)
    assert status == 200, told
    return str(told["result"]["operation"])


def shown(daemon: Daemon, name: str = "phone") -> dict[str, Any]:
    """How far it is."""
    found: dict[str, Any] = daemon.ask("GET", f"/api/v1/devices/{name}")[1]
    return dict(found.get("synchronization", {}))


def ended(daemon: Daemon, operation: str, within: float = 20.0) -> dict[str, Any]:
    """The operation, when it has ended."""
    end = time.monotonic() + within
    found: dict[str, Any] = {}
    while time.monotonic() < end:
        found = daemon.ask("GET", f"/api/v1/operations/{operation}")[1]
        if found["state"] not in {"waiting", "progress"}:
            return found
        time.sleep(0.05)
    raise AssertionError((found, daemon.log))


def until(daemon: Daemon, stage: str, name: str = "phone", within: float = 20.0) -> dict[str, Any]:
    """Wait until a phone is that far."""
    end = time.monotonic() + within
    found: dict[str, Any] = {}
    while time.monotonic() < end:
        found = shown(daemon, name)
        if found.get("stage") == stage:
            return found
        time.sleep(0.05)
    raise AssertionError((found, daemon.log))


def add_desks(daemon: Daemon, count: int) -> None:
    """So many phones with the config of the phone `phone`, each at an address of its own."""
    for begin in range(0, count, 100):
        operations = [
            {"op": "create", "document": _desk(number)}
            for number in range(begin, min(begin + 100, count))
        ]
        status, told = daemon.ask("POST", "/api/v1/devices:bulk", {"operations": operations})
        assert status == 200, told


def _desk(number: int) -> dict[str, Any]:
    return {
        "id": f"desk-{number}",
        "mac": f"00:15:65:01:{number // 100:02x}:{number % 100:02x}",
        "ip": f"127.0.{number // 100 + 1}.{number % 100 + 1}",
        "vendor": "Yealink",
        "model": "T46S",
        "plugin": "yealink",
        "config": "of-phone",
        "description": "desk",
    }


def desks(daemon: Daemon) -> list[dict[str, Any]]:
    """How far each desk's phone is."""
    status, told = daemon.ask("GET", "/api/v1/devices?description=desk&fields=synchronization")
    assert status == 200, told
    return [each["synchronization"] for each in told["items"]]


def told_and_answered(daemon: Daemon, scenario: Path, directory: Path, count: int) -> float:
    """Seconds from the first desk's phone that is told to the last that has answered; sipp plays them."""
    with SippPhones(scenario, directory, calls=count):
        status, told = daemon.ask("POST", "/api/v1/devices:synchronize?description=desk", {})
        assert (status, told["result"]["devices"]) == (202, count), told
        end = time.monotonic() + 20
        each: list[dict[str, Any]] = []
        while not each or any(one["stage"] != "answered" for one in each):
            assert time.monotonic() < end, each[:1]
            time.sleep(0.5)
            each = desks(daemon)
    return float(max(one["answered"] for one in each) - min(one["sent"] for one in each))
