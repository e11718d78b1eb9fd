"""`provd packages`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from provd.cli._progress import Bar, wait
from provd.cli._remote import Cell, Remote, print_object, print_table, remote, when

Command = Callable[..., Any]

COLUMNS: Mapping[str, Cell | str] = {
    "PLUGIN": "plugin",
    "PACKAGE": "id",
    "KIND": "kind",
    "OFFERED": "offered",
    "INSTALLED": lambda package: " ".join(package["installed"]),
    "CURRENT": "current",
    "DESCRIPTION": "description",
}

VERSIONS: Mapping[str, Cell | str] = {
    "VERSION": "version",
    "CURRENT": "current",
    "INSTALLED": lambda version: when((version["installed"] or {}).get("at")),
    "BY": lambda version: (version["installed"] or {}).get("who", ""),
    "BYTES": lambda version: str((version["installed"] or version["offered"])["size"]),
    "DIRECTORY": "directory",
}

FILES: Mapping[str, Cell | str] = {
    "VERSION": "version",
    "FILE": "name",
    "BYTES": "size",
    "HERE": "cached",
    "FROM": lambda file: " ".join(file["urls"]) or file["hint"] or "upload it",
}


@click.group()
def packages() -> None:
    """Packages of plugins: firmware, languages, ring tones."""


def _of_package(command: Command) -> Command:
    """The arguments that name one."""
    for name in ("PACKAGE", "PLUGIN"):
        command = click.argument(name.lower(), metavar=name)(command)
    return command


@packages.command("list")
@click.argument("plugin", metavar="[PLUGIN]", default="")
@remote
def list_them(server: Remote, plugin: str) -> None:
    """List what plugins offer, and what of it is installed."""
    server.show(
        server.api.packages.list(plugin), lambda found: print_table(found["items"], COLUMNS)
    )


@packages.command()
@_of_package
@remote
def show(server: Remote, plugin: str, package: str) -> None:
    """Show one, with its versions and the files they are made from."""
    server.show(server.api.packages.get(plugin, package), _print_package)


@packages.command()
@_of_package
@click.option("--version", default="", help="Another than the newest.")
@click.option("--use", is_flag=True, help="Point devices to it, wherever they are pointed now.")
@remote
def install(server: Remote, plugin: str, package: str, version: str, *, use: bool) -> None:
    """Fetch, check and install a version, beside those that are installed."""
    wait(server, server.api.packages.install(plugin, package, version, use=use))


@packages.command()
@_of_package
@remote
def upgrade(server: Remote, plugin: str, package: str) -> None:
    """Install the newest version in the place of the current one."""
    wait(server, server.api.packages.upgrade(plugin, package))


@packages.command()
@_of_package
@click.argument("version", metavar="VERSION")
@remote
def use(server: Remote, plugin: str, package: str, version: str) -> None:
    """Point devices to a version that is installed, but for those whose configs pin another."""
    server.show(server.api.packages.use(plugin, package, version), _print_package)


@packages.command()
@_of_package
@click.argument("version", metavar="VERSION")
@remote
def uninstall(server: Remote, plugin: str, package: str, version: str) -> None:
    """Remove a version, and nothing else."""
    wait(server, server.api.packages.uninstall(plugin, package, version))


@packages.command()
@_of_package
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", default="", help="What the package calls it, if that is not its own name.")
@click.option("--version", default="", help="Of another version than the newest that has it.")
@remote
def upload(server: Remote, plugin: str, package: str, file: Path, **of: str) -> None:
    """Send a FILE that a package is made from and that nobody can fetch; it is checked."""
    with Bar(file.stat().st_size, file.name) as told:
        sent = server.api.packages.upload(
            plugin, package, file, name=of["name"], version=of["version"], told=told
        )
    server.show(sent, print_object)


def _print_package(package: Mapping[str, Any]) -> None:
    print_object(package, skip=("versions",))
    click.echo()
    print_table(package["versions"], VERSIONS)
    files = [
        {**file, "version": version["version"]}
        for version in package["versions"]
        for file in (version["offered"] or {}).get("files", ())
    ]
    if files:
        click.echo()
        print_table(files, FILES)
