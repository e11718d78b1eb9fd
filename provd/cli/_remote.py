"""Commands that speak to a server: their common options, and how they show what they got."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from provd.client.wire import DEFAULT_URL

if TYPE_CHECKING:
    from provd.client import Api

CA: Mapping[str, Any] = {
    "envvar": "PROVD_CA",
    "default": "",
    "metavar": "FILE|PIN",
    "help": "Whom to trust over HTTPS: certificates (PEM), or the pin that `provd doctor` shows.",
}
"""The option that says whom to trust."""

Cell = Callable[[Mapping[str, Any]], str]
"""From a document to the text of one column."""


@frozen
class Remote:
    """A server, and whether a person or a program reads the answer."""

    api: Api
    as_json: bool

    def show(self, value: Any, for_people: Callable[[Any], None]) -> None:
        """Print a value as JSON, or in the way a person reads it."""
        if self.as_json:
            print_json(value)
        else:
            for_people(value)

    def show_changed(self, told: Mapping[str, Any], for_people: Callable[[Any], None]) -> None:
        """Print what came of a change, or what would come of it."""
        self.show(told, print_changes if told.get("dryrun") else for_people)


def rehearsable(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command that changes something `--dryrun`."""
    option = click.option(
        "--dryrun", is_flag=True, help="Change nothing, and tell what would change."
    )
    return option(command)


def remote(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--url` and `--json`, and a `Remote` as its first argument."""

    @click.option(
        "--url",
        envvar="PROVD_URL",
        default=DEFAULT_URL,
        show_default=True,
        help="The server's API.",
    )
    @click.option("--ca", **CA)
    @click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
    @wraps(command)
    def with_remote(url: str, ca: str, *, as_json: bool, **given: Any) -> Any:
        from provd.cli._token import token_for  # noqa: PLC0415 - the same
        from provd.client import Api  # noqa: PLC0415 - `--help` does without HTTP

        api = Api(url, ca=ca, token=token_for(url))
        try:
            return command(Remote(api, as_json), **given)
        finally:
            api.close()

    return with_remote


def print_json(value: Any) -> None:
    """A value for programs."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_table(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, Cell | str]) -> None:
    """Rows for people; a column is a key of the row, or a function of it."""
    from rich.console import Console  # noqa: PLC0415 - costs 60 ms that `--json` does not pay
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in columns:
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*(_plain(_cell(row, column)) for column in columns.values()))
    # Where no person looks on, a row stays a line.
    Console(highlight=False, width=None if sys.stdout.isatty() else 1000).print(table)


def print_object(value: Mapping[str, Any], skip: Sequence[str] = ()) -> None:
    """One object for people: a line for each key; what is nested, as JSON."""
    shown = {key: each for key, each in value.items() if key not in skip}
    width = max((len(key) for key in shown), default=0)
    for key, each in shown.items():
        click.echo(f"{key:<{width}}  {readable(each)}")


def print_changes(told: Mapping[str, Any]) -> None:
    """What would change, a line for each document, and below it each key."""
    for change in told["changes"]:
        click.echo(f"would {change['action']} {change['collection']}/{change['id']}")
        before, after = change.get("before") or {}, change.get("after") or {}
        if change["action"] == "update":
            for key in sorted({*before, *after}):
                if key != "revision" and before.get(key) != after.get(key):
                    click.echo(f"  {key}: {readable(before.get(key))} → {readable(after.get(key))}")
    if not told["changes"]:
        click.echo("nothing would change")


def readable(value: Any) -> str:
    """A value as one text."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False) if value else "-"
    return str(value)


def when(seconds: float | None) -> str:
    """A time in the zone of whoever reads it."""
    if not seconds:
        return "never"
    from datetime import UTC, datetime  # noqa: PLC0415

    return datetime.fromtimestamp(seconds, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _cell(row: Mapping[str, Any], column: Cell | str) -> str:
    return readable(row.get(column)) if isinstance(column, str) else column(row)


def _plain(text: str) -> Any:
    """Without control characters, and never taken for markup: a device chose some of it."""
    from rich.text import Text  # noqa: PLC0415

    return Text("".join(each if each.isprintable() else "�" for each in text))
