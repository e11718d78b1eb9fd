"""`provd reservations`."""

from __future__ import annotations

import click

from provd.cli._collection import add_commands


@click.group()
def reservations() -> None:
    """Reservations: addresses that are one client's."""


add_commands(
    reservations,
    "reservations",
    {
        "ID": "id",
        "ADDRESS": "address",
        "STRATEGY": "strategy",
        "TOKEN": "token",
        "SUBNET": lambda reservation: reservation.get("subnet") or "everywhere",
        "DESCRIPTION": "description",
    },
)
