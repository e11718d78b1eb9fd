"""`provd plugin`: for those who write plugins and offer them; no server is asked."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from provd.files.releases import (
    SecretKey,
    write_archive,
    write_index,
    write_new_key,
    write_signature,
)
from provd.plugins import assemble, editions, read_plugin_info

DIRECTORY = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def plugin() -> None:
    """Archives of plugins, an index of them, and its signature: what a server of plugins is made of."""


@plugin.command()
@click.argument("source", type=DIRECTORY)
@click.option("--edition", default="", help="One edition of the family; without, all there are.")
@click.option("--output", type=DIRECTORY, default=".", help="Where the archives go.")
def build(source: Path, edition: str, output: Path) -> None:
    """Make an archive of the plugin in SOURCE, or one for each of its editions."""
    source = source.resolve()
    for each in [edition] if edition else editions(source) or ("",):
        with TemporaryDirectory() as apart:
            made = assemble(source, each, Path(apart))
            read_plugin_info(made / "plugin-info")
            click.echo(write_archive(made, output))


@plugin.command()
@click.argument("directory", type=DIRECTORY)
@click.option("--key", type=FILE, help="Sign it with the key in this file.")
def index(directory: Path, key: Path | None) -> None:
    """Write the index of the archives in DIRECTORY: the newest of each plugin."""
    path, plugin_ids = write_index(directory)
    click.echo(f"{path}: {len(plugin_ids)} plugins")
    if key is not None:
        _sign(directory, key)


@plugin.command()
@click.argument("directory", type=DIRECTORY)
@click.option("--key", type=FILE, required=True, help="The file with the key, without a password.")
def sign(directory: Path, key: Path) -> None:
    """Sign the index in DIRECTORY."""
    _sign(directory, key)


@plugin.command()
@click.argument("file", type=click.Path(path_type=Path))
def key(file: Path) -> None:
    """Make a new key in FILE, and tell the public one, which the settings of servers name."""
    try:
        click.echo(write_new_key(file).public.text)
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from error


def _sign(directory: Path, key: Path) -> None:
    secret = SecretKey.read(key.read_text(encoding="utf-8"))
    comment = f"timestamp:{int(time.time())}\tfile:plugins.db\thashed"
    click.echo(write_signature(directory, secret, comment))
