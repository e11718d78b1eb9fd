"""`provd devices`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from provd.cli._assignments import read_assignments
from provd.cli._collection import add_commands
from provd.cli._remote import Cell, Remote, print_object, print_table, remote, when


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


def _parameters(action: Mapping[str, Any]) -> str:
    optional = [f"[{name}]" for name in action["optional"]]
    return " ".join([*action["required"], *optional]) or "-"


ACTIONS: Mapping[str, Cell | str] = {
    "COMMAND": "command",
    "PROVIDER": "provider",
    "TAKES": _parameters,
    "ABOUT": "about",
}


@devices.command()
@click.argument("device_id", metavar="ID")
@remote
def actions(server: Remote, device_id: str) -> None:
    """List what can be done with a device now, by the server and by its plugin."""
    found = server.api.devices.actions(device_id)
    server.show(found, lambda listing: print_table(listing["items"], ACTIONS))


@devices.command()
@click.argument("device_id", metavar="ID")
@click.argument("command", metavar="COMMAND")
@click.argument("parameters", nargs=-1, metavar="[KEY=VALUE]...")
@remote
def run(server: Remote, device_id: str, command: str, parameters: Sequence[str]) -> None:
    """Do one of the actions with a device: KEY=TEXT, KEY:=JSON are its parameters."""
    done = server.api.devices.act(device_id, command, read_assignments(parameters))
    server.show(done, lambda told: print_object(told["result"]))
