"""`provd subnets`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from provd.cli._collection import add_commands


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
