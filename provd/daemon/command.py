"""The `provd` command: what operators ask of a server, and `run`, which is the server.

Nothing of Twisted is imported before `run` is called: `provd --help` stays quick.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from provd.cli import main as operators

CHECKOUT = Path(__file__).resolve().parents[2]
INSTALLED_SETTINGS = Path("/etc/provd/provd.toml")


@click.command()
@click.option(
    "--config",
    "-c",
    envvar="PROVD_CONFIG",
    type=click.Path(path_type=Path),
    help=f"The settings (TOML); conf.d/*.toml beside it is read too.  [default: {INSTALLED_SETTINGS}"
    " if it is there]",
)
@click.option("--demo", is_flag=True, help="On loopback, with plugins and configs to try.")
@click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where a demonstration keeps its data.  [default: var/demo of the checkout]",
)
@click.pass_context
def run(ctx: click.Context, config: Path | None, directory: Path | None, *, demo: bool) -> None:
    """Start the server, in the foreground.

    SIGTERM or Ctrl-C ends it: what it accepted is kept.  Exit codes: 0 ended when told to; 1 it could
    not start, or its disk did not take what came last, and it said why; 2 wrong usage.
    """
    if directory is not None and not demo:
        raise click.UsageError("--directory goes with --demo; else set `directory` of [data]")
    if demo and _given(ctx, "config"):
        raise click.UsageError("--demo brings its own settings; leave out --config")

    from provd.daemon.main import run_demonstration, run_service  # noqa: PLC0415 - imports Twisted

    if demo:
        ctx.exit(run_demonstration(directory or CHECKOUT / "var" / "demo", CHECKOUT / "plugins"))
    ctx.exit(run_service(config or default_settings()))


def default_settings() -> Path | None:
    """The settings of an installed server; None where there are none."""
    return INSTALLED_SETTINGS if INSTALLED_SETTINGS.exists() else None


def settings_of(path: Path | None, environment: Mapping[str, str]) -> Any:
    """The settings of a server, as it would read them. @raise Invalid: with every problem."""
    from provd.daemon.settings import read_settings  # noqa: PLC0415 - imports Twisted

    return read_settings(path, environment)


def main() -> None:
    """The `provd` of the shell."""
    operators.add_command(run)
    operators(obj=settings_of)


def _given(ctx: click.Context, name: str) -> bool:
    return ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
