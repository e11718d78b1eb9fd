"""`provd system`."""

from __future__ import annotations

import click

from provd.cli._acting import add_acting


@click.group()
def system() -> None:
    """The server as a whole, and what its plugins offer that is of no device."""


add_acting(system, "system", whom="")
