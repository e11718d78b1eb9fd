"""Phones of this host that are told to fetch their files again, and how far they are, over a real server's API."""

from __future__ import annotations

import time
from typing import Any

from provd.testing.daemon import Daemon

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
    while time.monotonic() < end:
        found: dict[str, Any] = daemon.ask("GET", f"/api/v1/operations/{operation}")[1]
        if found["state"] not in {"waiting", "progress"}:
            return found
        time.sleep(0.05)
    raise AssertionError((found, daemon.log))


def until(daemon: Daemon, stage: str, name: str = "phone", within: float = 20.0) -> dict[str, Any]:
    """Wait until a phone is that far."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        found = shown(daemon, name)
        if found.get("stage") == stage:
            return found
        time.sleep(0.05)
    raise AssertionError((found, daemon.log))
