"""`provd configs`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from provd.cli._acting import add_acting
from provd.cli._collection import add_commands
from provd.cli._remote import Remote, print_table, readable, remote


@click.group()
def configs() -> None:
    """Configs: parameters that devices inherit."""


add_commands(
    configs,
    "configs",
    {
        "ID": "id",
        "PARENTS": lambda config: ", ".join(config.get("parent_ids") or []) or "-",
        "ROLE": "role",
        "TRANSIENT": "transient",
        "DELETABLE": "deletable",
    },
)


add_acting(configs, "configs")


@configs.command()
@click.argument("config_id", metavar="ID")
@remote
def raw(server: Remote, config_id: str) -> None:
    """Show what a config comes to over its parents, and where each value is from."""
    server.show(server.api.configs.raw(config_id), _print_raw)


def _print_raw(told: Mapping[str, Any]) -> None:
    origin = told["origin"]
    rows = [
        {"key": path, "value": readable(value), "from": origin.get(path, "-")}
        for path, value in _leaves(told["raw_config"], "")
    ]
    print_table(rows, {"KEY": "key", "VALUE": "value", "FROM": "from"})
    for missing in told["missing"]:
        click.echo(f"the parent {missing!r} does not exist and is passed over", err=True)


def _leaves(value: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    """Each value that nothing is merged into, by its dotted path."""
    for key, each in value.items():
        if isinstance(each, dict) and each:
            yield from _leaves(each, f"{prefix}{key}.")
        else:
            yield prefix + key, each
