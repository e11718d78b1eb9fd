"""`provd subnets`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from provd.cli._collection import add_commands
from provd.cli._remote import Remote, print_table, remote

WIDTH = 20
"""Signs of a bar."""


@click.group()
def subnets() -> None:
    """Subnets: what DHCP gives to whom."""


def _pools(subnet: Mapping[str, Any]) -> str:
    pools = subnet.get("pools") or []
    return ", ".join(f"{pool['first']}-{pool['last']}" for pool in pools) or "-"


add_commands(
    subnets,
    "subnets",
    {
        "ID": "id",
        "NETWORK": "network",
        "MODE": "mode",
        "POOLS": _pools,
        "LEASE": lambda subnet: f"{subnet.get('lease_time', 0)} s",
        "SHARED": "shared_network",
        "DESCRIPTION": "description",
    },
)


@subnets.command()
@click.argument("names", nargs=-1, metavar="[ID]...")
@remote
def usage(server: Remote, names: Sequence[str]) -> None:
    """Tell how full each pool is: of every subnet, or of those named."""
    if names:
        found = [server.api.subnets.get(name).body for name in names]
    else:
        found = list(server.api.subnets.list(limit=0)["items"])
    told = [{"subnet": each["id"], **pool} for each in found for pool in each.get("usage", ())]
    server.show({"items": told, "total": len(told)}, lambda listing: _print(listing["items"]))


def _print(pools: Sequence[Mapping[str, Any]]) -> None:
    if not pools:
        click.echo("There are no pools.", err=True)
        return
    print_table(
        pools,
        {
            "SUBNET": "subnet",
            "POOL": lambda pool: f"{pool['first']}-{pool['last']}",
            "TAKEN": lambda pool: f"{_taken(pool)} of {pool['size'] - pool['reserved']}",
            "": _bar,
            "LIVE": "live",
            "RESTING": "resting",
            "OFFERED": "offered",
            "OVER": "over",
            "FREE": "free",
            "RESERVED": "reserved",
            "SHORT": "short",
        },
    )


def _taken(pool: Mapping[str, Any]) -> int:
    """Addresses that nobody else can get now, reserved ones apart."""
    return int(pool["live"] + pool["resting"] + pool["offered"])


def _bar(pool: Mapping[str, Any]) -> str:
    """What part of a pool is taken, for the eye: a pool that is not empty shows something."""
    size = pool["size"] - pool["reserved"]
    part = _taken(pool) / size if size else 1.0
    full = max(round(part * WIDTH), 1) if _taken(pool) else round(part * WIDTH)
    return f"{'#' * full}{'.' * (WIDTH - full)} {part:4.0%}"
