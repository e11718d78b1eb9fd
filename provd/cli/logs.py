"""`provd logs`."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

import click

from provd.cli._remote import Remote, remote, when

PAUSE = 1.0
"""Seconds between two looks at a log that is followed."""

MOST = 1000
"""Lines of one answer."""


@click.command()
@click.option("--call", default="", metavar="NAME", help="Of one call of the API (X-Request-Id).")
@click.option(
    "--token", "word", default="", metavar="WORD", help="Of calls sent with that X-Log-Token."
)
@click.option("--inquiry", default="", metavar="ID", help="Of one inquiry.")
@click.option("--device", default="", metavar="ID", help="About one device.")
@click.option(
    "--level", default="", metavar="LEVEL", help="At least as grave: debug, info, warn, error."
)
@click.option("--last", type=click.IntRange(1, MOST), default=20, show_default=True)
@click.option("--follow", is_flag=True, help="Go on with what is written, until interrupted.")
@remote
def logs(server: Remote, last: int, *, follow: bool, word: str, **where: str) -> None:
    """Show the last lines of the log; with --json and --follow, one object on each line."""
    asked = {name: each for name, each in {**where, "token": word}.items() if each}
    found = server.api.logs(asked, limit=last)
    if not follow:
        server.show(found, lambda listing: _print(listing["items"]))
        return
    number = 0
    while True:
        for line in found["items"]:
            number = line["number"]
            click.echo(json.dumps(line, ensure_ascii=False) if server.as_json else _line(line))
        if len(found["items"]) < MOST:
            time.sleep(PAUSE)
        found = server.api.logs(asked, limit=MOST, after=number)


def _print(lines: Iterable[Mapping[str, Any]]) -> None:
    for line in lines:
        click.echo(_line(line))


def _line(line: Mapping[str, Any]) -> str:
    whose = [line[name] for name in ("call", "token", "inquiry") if line[name]]
    head = " ".join((when(line["at"]), line["level"], line["origin"], *whose))
    first, *below = line["text"].split("\n")
    # A device chose some of it.
    return "\n".join(_printable(each) for each in (f"{head}: {first}", *below))


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else "\ufffd" for each in text)
