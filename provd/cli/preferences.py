"""`provd preferences`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from provd.cli._assignments import read_assignments
from provd.cli._remote import Remote, print_object, rehearsable, remote


@click.group()
def preferences() -> None:
    """Preferences: what is chosen of the server while it runs."""


@preferences.command("list")
@remote
def list_them(server: Remote) -> None:
    """Show every preference, chosen by somebody or not."""
    server.show(server.api.preferences(), _print)


@preferences.command("set")
@click.argument("assignments", nargs=-1, required=True, metavar="KEY=VALUE...")
@click.option("--revision", type=int, default=0, help="Only if they are still at this revision.")
@rehearsable
@remote
def choose(server: Remote, assignments: Sequence[str], **how: Any) -> None:
    """Choose some: KEY=TEXT, KEY:=JSON; KEY:=null is as if nobody had. All of them, or none."""
    server.show_changed(server.api.prefer(read_assignments(assignments), **how), _print)


def _print(told: dict[str, object]) -> None:
    print_object(told, skip=("id",))
