"""`provd backup`, `provd restore`, `provd reseal`: what is done with all that a server keeps."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from provd.cli._progress import ended_well
from provd.cli._remote import Remote, print_object, print_table, remote, when


@click.command()
@click.option("--list", "listed", is_flag=True, help="Make none; show those there are.")
@click.option(
    "--upload",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Make none; send the server this one, of another server or an earlier time.",
)
@remote
def backup(server: Remote, upload: Path | None, *, listed: bool) -> None:
    """Copy what the server keeps, while it serves; it keeps the last seven copies."""
    if upload is not None:
        server.show(server.api.send_backup(upload), lambda copy: click.echo(copy["name"]))
    elif listed:
        server.show(server.api.backups(), lambda found: _print(found["items"]))
    else:
        ended = ended_well(server, server.api.backup())
        server.show(ended["result"], lambda result: click.echo(result["name"]))


@click.command()
@click.argument("name")
@click.option("--check", is_flag=True, help="Only tell what would change.")
@remote
def restore(server: Remote, name: str, *, check: bool) -> None:
    """Put the copy NAME in the place of what there is, all of it or nothing, while the server serves."""
    ended = ended_well(server, server.api.restore(name, rehearse=check))
    server.show(ended["result"], print_object)


@click.command()
@remote
def reseal(server: Remote) -> None:
    """Seal everything with the first of the server's keys, which are read again, while it serves."""
    ended = ended_well(server, server.api.reseal())
    server.show(ended["result"], print_object)


def _print(found: list[Mapping[str, Any]]) -> None:
    if not found:
        click.echo("There are no copies.", err=True)
        return
    print_table(
        found,
        {
            "NAME": "name",
            "MADE": lambda copy: when(copy["made"]),
            "BYTES": "bytes",
            "SHA-256": "sha256",
        },
    )
