"""`provd plugins`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from provd.cli._acting import add_acting
from provd.cli._progress import wait
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


@plugins.command()
@click.option("--upgradable", is_flag=True, help="Only those of which there is a newer version.")
@remote
def available(server: Remote, *, upgradable: bool) -> None:
    """List the plugins that servers offer, what of them is installed, and how that is checked."""
    found = server.api.plugin_packages.list()
    items = [each for each in found["items"] if each["upgradable"] or not upgradable]
    server.show(found | {"items": items, "total": len(items)}, _print_available)


@plugins.command()
@remote
def update(server: Remote) -> None:
    """Fetch the index of every server of plugins anew."""
    wait(server, server.api.plugin_packages.update())


@plugins.command()
@click.argument("plugin_id", metavar="ID")
@remote
def install(server: Remote, plugin_id: str) -> None:
    """Fetch, check and install a plugin that is not there."""
    wait(server, server.api.plugin_packages.install(plugin_id))


@plugins.command()
@click.argument("plugin_id", metavar="ID")
@remote
def upgrade(server: Remote, plugin_id: str) -> None:
    """Put the version that is offered in the place of the present one, which comes back if that fails."""
    wait(server, server.api.plugin_packages.upgrade(plugin_id))


@plugins.command()
@click.argument("plugin_id", metavar="ID")
@remote
def rollback(server: Remote, plugin_id: str) -> None:
    """Bring the version before back, also of a plugin that was taken away."""
    wait(server, server.api.plugin_packages.roll_back(plugin_id))


@plugins.command()
@click.argument("plugin_id", metavar="ID")
@click.option("--purge", is_flag=True, help="Keep nothing of it that could be brought back.")
@remote
def uninstall(server: Remote, plugin_id: str, *, purge: bool) -> None:
    """Take a plugin away that has no devices."""
    wait(server, server.api.plugin_packages.uninstall(plugin_id, purge=purge))


AVAILABLE: Mapping[str, Cell | str] = {
    "ID": "id",
    "INSTALLED": "installed",
    "OFFERED": "offered",
    "UPGRADE": lambda plugin: "yes" if plugin["upgradable"] else "",
    "BEFORE": "previous",
    "CHECKED": lambda plugin: _checked(plugin["offer"] or plugin["provenance"]),
    "DESCRIPTION": "description",
}


def _print_available(found: Mapping[str, Any]) -> None:
    print_table(found["items"], AVAILABLE)


def _checked(known: Mapping[str, Any] | None) -> str:
    """By what, and who signed that."""
    if known is None:
        return ""
    return f"{known['digest']}, {known['key'] or 'unsigned'}"


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
