"""`provd rights`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import time
from typing import Any

import click

from provd.cli._collection import add_reading
from provd.cli._remote import Remote, rehearsable, remote, when

HOUR = 3600


@click.group()
def rights() -> None:
    """Rights on single devices: who may do what with which, and until when."""


add_reading(
    rights,
    "rights",
    {
        "ID": "id",
        "USER": "user",
        "DEVICE": "device",
        "MAY": lambda right: ", ".join(right.get("actions") or []),
        "UNTIL": lambda right: when(right["until"]) if right.get("until") else "-",
        "BY": "granted_by",
        "DESCRIPTION": "description",
    },
)


@rights.command()
@click.argument("user")
@click.argument("devices", nargs=-1, required=True, metavar="DEVICE...")
@click.option(
    "--action",
    "actions",
    multiple=True,
    required=True,
    metavar="ACTION",
    help="What USER may do: read, act, update, …; '*' for whatever can be done with one device.",
)
@click.option("--hours", type=click.FloatRange(min=0, min_open=True), help="For how long.")
@click.option("--description", default="", help="For whoever finds it in a list.")
@rehearsable
@remote
def grant(  # noqa: PLR0913 - what there is to say of a right
    server: Remote,
    user: str,
    devices: Sequence[str],
    actions: Sequence[str],
    hours: float | None,
    description: str,
    *,
    dryrun: bool,
) -> None:
    """Let USER do something with devices: with all that are named, or with none."""
    wish: dict[str, Any] = {"user": user, "devices": list(devices), "actions": list(actions)}
    if hours:
        wish["until"] = time() + hours * HOUR
    if description:
        wish["description"] = description
    server.show_changed(server.api.rights.grant(wish, dryrun=dryrun), _print_granted)


@rights.command()
@click.argument("right_ids", nargs=-1, metavar="[ID]...")
@click.option("--user", default="", help="Every right of this user.")
@click.option(
    "--device", "devices", multiple=True, metavar="ID", help="Every right on this device."
)
@remote
def revoke(server: Remote, right_ids: Sequence[str], user: str, devices: Sequence[str]) -> None:
    """Take rights back; with --user and --device, the user's on those devices.

    What a user runs on a device ends with the last right there.
    """
    if bool(right_ids) == bool(user or devices):
        raise click.UsageError("name rights by id, or a --user, or a --device, or both of these")
    if not right_ids:
        server.show(server.api.rights.revoke(user=user, devices=devices), _print_revoked)
        return
    for right_id in right_ids:
        server.api.rights.delete(right_id)
    server.show({"revoked": list(right_ids)}, lambda _told: None)


def _print_granted(told: Mapping[str, Any]) -> None:
    for right in told["granted"]:
        click.echo(f"{right['id']}  {right['user']}  {right['device']}")


def _print_revoked(told: Mapping[str, Any]) -> None:
    click.echo(f"{told['revoked']} revoked")
    for operation_id in told["ended"]:
        click.echo(f"operation {operation_id} was cancelled")
