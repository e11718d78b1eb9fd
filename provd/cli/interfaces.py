"""`provd interfaces`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from provd.cli._remote import Remote, print_table, remote


@click.command()
@remote
def interfaces(server: Remote) -> None:
    """Show the server's network interfaces, and the subnets that could be served there."""
    server.show(server.api.interfaces(), lambda told: _print(told["items"]))


def _print(items: list[Mapping[str, Any]]) -> None:
    print_table(
        items,
        {
            "NAME": "name",
            "UP": "up",
            "MAC": "mac",
            "ADDRESSES": lambda link: ", ".join(link["addresses"]) or "-",
        },
    )
    for link in items:
        for proposal in link["proposals"]:
            click.echo(f"nothing serves {proposal['network']}; to serve it: {_adding(proposal)}")


def _adding(proposal: Mapping[str, Any]) -> str:
    """The command that creates a subnet as it is proposed."""
    pools = ", ".join(
        f'{{"first": "{pool["first"]}", "last": "{pool["last"]}"}}' for pool in proposal["pools"]
    )
    plain = f"id={proposal['id']} network={proposal['network']}"
    return f"provd subnets add {plain} 'pools:=[{pools}]'"
