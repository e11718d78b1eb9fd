"""`provd devices synchronize`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

from provd.cli._assignments import read_filters
from provd.cli._errors import ExitCode
from provd.cli._progress import UNDER_WAY, Operation, looks, require_success
from provd.cli._remote import Cell, Remote, print_table, remote, when

MOST_SHOWN = 20
"""Devices that a person is shown of those that did not come back."""


def add_synchronize(group: click.Group) -> None:
    """Add the command to a group."""
    group.add_command(synchronize)


@click.command("synchronize")
@click.argument("chosen", nargs=-1, metavar="[ID|FILTER]...")
@click.option("-q", "selector", metavar="JSON", help="A selector, for what filters cannot say.")
@click.option("--all", "everybody", is_flag=True, help="Every device there is.")
@click.option("--at", metavar="TIME", help="Not before: 2026-11-20T22:00:00+01:00.")
@click.option(
    "--window",
    metavar="WINDOW",
    help="Between these times only: 22:00-04:00 Europe/Paris; `site` is that of the preferences.",
)
@click.option("--reboot", is_flag=True, help="Have them reboot, too.")
@click.option(
    "--by",
    type=click.Choice(["sip", "ami", "http", "plugin"]),
    help="How; otherwise as the site's settings choose.",
)
@click.option("--no-wait", is_flag=True, help="Only begin; `provd operations show` tells more.")
@remote
def synchronize(
    server: Remote,
    chosen: Sequence[str],
    selector: str | None,
    *,
    everybody: bool,
    no_wait: bool,
    **asked: Any,
) -> None:
    """Have devices fetch their files again, and wait until they came back.

    Devices are named by their ids, or chosen as `provd devices list` does: vendor=Yealink.
    """
    where = _where(chosen, selector, everybody=everybody)
    given = {name: each for name, each in asked.items() if each}
    begun = server.api.devices.synchronize(where, **given)["result"]
    if no_wait:
        server.show(begun, lambda told: click.echo(told["operation"]))
        return
    ended = _followed(server, begun["operation"])
    server.show(ended, _print)
    require_success(ended)
    if ended["result"]["failed"]:
        raise SystemExit(ExitCode.REFUSED)


def _where(
    chosen: Sequence[str], selector: str | None, *, everybody: bool
) -> dict[str, Sequence[str]]:
    """The parameters of the list of devices that are meant. @raise UsageError: nobody said which."""
    ids = [each for each in chosen if "=" not in each]
    where: dict[str, Sequence[str]] = dict(read_filters([each for each in chosen if "=" in each]))
    if selector:
        where["q"] = [selector]
    if ids:
        if selector or "id" in where:
            raise click.UsageError("name either devices or what chooses them")
        where["q"] = [json.dumps({"id": {"$in": ids}})]
    if bool(where) is everybody:
        raise click.UsageError("name devices, or a FILTER; --all stands for every device")
    return where


def _followed(server: Remote, operation_id: str) -> Operation:
    """The operation when it has ended; meanwhile a person is told how far it is."""
    said = ""
    for operation in looks(server, server.api.operation(operation_id)):
        progress = f"{operation['current']} of {operation.get('end', '?')} devices"
        if operation["state"] in UNDER_WAY and progress != said and not server.as_json:
            click.echo(progress, err=True)
            said = progress
    return operation


def _print(operation: Operation) -> None:
    result = operation.get("result") or {}
    counts = ("devices", "sent", "answered", "came_back", "failed")
    told = ", ".join(f"{result[key]} {key.replace('_', ' ')}" for key in counts if key in result)
    click.echo(told or operation["state"])
    rows = result.get("each", [])
    if len(rows) > 1:
        rows = [each for each in rows if each["stage"] != "done"]
    if rows:
        print_table(rows[:MOST_SHOWN], COLUMNS)
    if len(rows) > MOST_SHOWN:
        click.echo(f"and {len(rows) - MOST_SHOWN} more; --json shows them", err=True)


COLUMNS: Mapping[str, Cell | str] = {
    "DEVICE": "device",
    "STAGE": "stage",
    "BY": "driver",
    "SENT": lambda each: when(each.get("sent")),
    "ANSWER": "answer",
    "CAME BACK": lambda each: when(each.get("back")),
    "FETCHED": lambda each: " ".join(file["path"] for file in each.get("fetched", ())) or "-",
    "REASON": "reason",
}
