"""`provd audit`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from provd.cli._assignments import read_assignments
from provd.cli._remote import Remote, print_table, remote, when


@click.command()
@click.argument("filters", nargs=-1, metavar="[FILTER]...")
@click.option("--last", type=click.IntRange(0), default=20, show_default=True, help="0: all.")
@remote
def audit(server: Remote, filters: Sequence[str], last: int) -> None:
    """Show who did what, the latest first; FILTERs like who=ann or document_id=phone narrow it.

    With --json --last 0 it is an export of all that is kept.
    """
    where = {key: str(value) for key, value in read_assignments(filters).items()}
    found = server.api.audit.list(where=where, sort="-id", limit=last)
    server.show(found, lambda listing: _print(listing["items"]))


def _print(items: list[Mapping[str, Any]]) -> None:
    if not items:
        click.echo("There are no such lines.", err=True)
        return
    print_table(
        items,
        {
            "WHEN": lambda line: when(line.get("at")),
            "WHO": "who",
            "FROM": "where",
            "DID": "action",
            "TO": lambda line: f"{line['collection']}/{line.get('document_id', '')}".rstrip("/"),
            "KEYS": _keys,
        },
    )


def _keys(line: Mapping[str, Any]) -> str:
    return ", ".join(sorted({*line.get("before", {}), *line.get("after", {})})) or "-"
