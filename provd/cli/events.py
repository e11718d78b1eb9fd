"""`provd events`: what happens, as it happens."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

from provd.cli._remote import Remote, remote, when
from provd.client.errors import from_problem


@click.group("events")
def events() -> None:
    """What happens, as it happens."""


@events.command("watch")
@click.option(
    "--kind", "kinds", multiple=True, metavar="KIND", help="devices, configs, …; again for another."
)
@click.option("--action", default="*", metavar="ACTION", help="created, changed, deleted, …")
@click.option("--key", default="*", metavar="ID", help="Of one document.")
@click.option(
    "--since", default="", metavar="POSITION", help="Go on after the position of an event."
)
@click.option("--count", type=click.IntRange(0), default=0, help="End after so many; 0: never.")
@remote
def watch(
    server: Remote, kinds: Sequence[str], action: str, key: str, since: str, count: int
) -> None:
    """Tell what happens until it is interrupted; with --json, one object on each line.

    What you may read is told, as it is then.
    """
    with server.api.events() as stream:
        for kind in kinds or ("*",):
            told = stream.subscribe(kind=kind, action=action, key=key, since=since)
            if not told["resumed"]:
                _note(f"what followed on {since} is not known any more; list what there is")
        left = count
        for message in stream:
            _show(server, message)
            left -= message["type"] == "event"
            if count and not left:
                return


def _show(server: Remote, message: Mapping[str, Any]) -> None:
    if message["type"] == "dropped":
        raise from_problem(message["problem"]["status"], message["problem"])
    if message["type"] == "missed":
        _note(f"{message['changes']} changes went by too fast to be told; list what there is")
    elif server.as_json:
        click.echo(json.dumps(message, ensure_ascii=False))
    else:
        click.echo(_line(message))


def _line(event: Mapping[str, Any]) -> str:
    who = f" by {event['who']}" if event.get("who") else ""
    text = f"{when(event['at'])}  {event['kind']}/{event['key']} {event['action']}{who} ({event['cause']})"
    # A device chose some of it.
    return "".join(each if each.isprintable() else "\ufffd" for each in text)


def _note(text: str) -> None:
    click.echo(f"provd: {text}", err=True)
