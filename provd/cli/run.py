"""`provd run`: the server itself."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click


@click.command()
@click.option(
    "--config",
    "-c",
    envvar="PROVD_CONFIG",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The settings, in TOML; conf.d/*.toml beside it is read as well.",
)
@click.option("--demo", is_flag=True, help="On loopback, with demonstration plugins and devices.")
def run(config: Path | None, *, demo: bool) -> None:
    """Start the server in the foreground, as the twistd service does."""
    # The composition root stands above this room: it is started by name, as twistd starts it.
    daemon = import_module("provd.daemon.main")
    daemon.run(config=config, demo=demo)
