"""The commands that do what can be done beside changing documents: `actions` and `run`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from provd.cli._assignments import read_assignments
from provd.cli._remote import Cell, Remote, print_object, print_table, remote

Command = Callable[..., Any]


def add_acting(group: click.Group, noun: str, whom: str = "ID") -> None:
    """Add both to a group; `whom` is empty where they are of the noun itself, which is the server."""
    one = noun.removesuffix("s") if whom else "server"
    article = "a" if whom else "the"

    @group.command("actions", help=f"List what can be done with {article} {one} now, and by whom.")
    @_of(whom)
    @remote
    def actions(server: Remote, document_id: str = "") -> None:
        found = server.api.actions(noun, document_id)
        server.show(found, lambda listing: print_table(listing["items"], COLUMNS))

    @group.command(
        "run",
        help=f"Do one of the actions with {article} {one}: KEY=TEXT, KEY:=JSON are its parameters.",
    )
    @_of(whom)
    @click.argument("command", metavar="COMMAND")
    @click.argument("parameters", nargs=-1, metavar="[KEY=VALUE]...")
    @remote
    def run(server: Remote, command: str, parameters: Sequence[str], document_id: str = "") -> None:
        done = server.api.act(noun, document_id, command, read_assignments(parameters))
        server.show(done, lambda told: print_object(told["result"]))


def _of(whom: str) -> Callable[[Command], Command]:
    """The argument that says of which document, where there are several."""
    return click.argument("document_id", metavar=whom) if whom else lambda command: command


def _parameters(action: Mapping[str, Any]) -> str:
    optional = [f"[{name}]" for name in action["optional"]]
    return " ".join([*action["required"], *optional]) or "-"


COLUMNS: Mapping[str, Cell | str] = {
    "COMMAND": "command",
    "PROVIDER": "provider",
    "TAKES": _parameters,
    "ABOUT": "about",
}
