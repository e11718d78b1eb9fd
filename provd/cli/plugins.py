"""`provd plugins`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from provd.cli._acting import add_acting
from provd.cli._remote import Cell, Remote, print_object, print_table, remote


@click.group()
def plugins() -> None:
    """Plugins: one for each family of devices."""


add_acting(plugins, "plugins")


@plugins.command("list")
@remote
def list_them(server: Remote) -> None:
    """List plugins, loaded and broken."""
    columns: dict[str, Cell | str] = {
        "ID": "id",
        "STATE": "state",
        "VERSION": "version",
        "DEVICES": "devices",
        "FAILURES": "failures",
        "REASON": lambda plugin: _last_line(plugin["reason"]),
    }
    server.show(server.api.plugins(), lambda told: print_table(told["items"], columns))


@plugins.command()
@click.argument("plugin_id", metavar="ID")
@remote
def show(server: Remote, plugin_id: str) -> None:
    """Show one plugin, with the traceback of its last failure."""
    server.show(server.api.plugin(plugin_id), _print_plugin)


@plugins.command()
@click.argument("plugin_id", metavar="ID")
@remote
def reload(server: Remote, plugin_id: str) -> None:
    """Load a plugin's code and templates anew; when that fails, the present one stays."""
    server.show(server.api.reload_plugin(plugin_id), _print_plugin)


def _print_plugin(plugin: Mapping[str, Any]) -> None:
    print_object(plugin, skip=("reason", "last_failure", "capabilities"))
    models = sorted(plugin.get("capabilities") or {})
    if models:
        click.echo(f"\nsupports {len(models)} models and versions:")
        click.echo("  " + "\n  ".join(models))
    for title in ("reason", "last_failure"):
        if plugin.get(title):
            click.echo(f"\n{title.replace('_', ' ')}:\n{plugin[title].rstrip()}")


def _last_line(traceback: str) -> str:
    return traceback.strip().rpartition("\n")[2]
