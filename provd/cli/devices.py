"""`provd devices`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from provd.cli._acting import add_acting
from provd.cli._collection import add_commands
from provd.cli._remote import when
from provd.cli._synchronize import add_synchronize


@click.group()
def devices() -> None:
    """Devices: phones, switches, machines.

    `provd devices list configured=false` shows those that cannot be served, and why.
    """


def _state(device: Mapping[str, Any]) -> str:
    if device.get("configured"):
        return "configured"
    problems = device.get("problems") or []
    return problems[0] if problems else "not configured"


def _model(device: Mapping[str, Any]) -> str:
    return " ".join(str(device[key]) for key in ("vendor", "model") if device.get(key)) or "-"


add_commands(
    devices,
    "devices",
    {
        "ID": "id",
        "MAC": "mac",
        "IP": "ip",
        "MODEL": _model,
        "VERSION": "version",
        "PLUGIN": "plugin",
        "CONFIG": "config",
        "LAST SEEN": lambda device: when(device.get("last_seen")),
        "STATE": _state,
    },
)

add_acting(devices, "devices")
add_synchronize(devices)
