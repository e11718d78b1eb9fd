"""The command: run every check, show all findings, fail if one of them failed."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from provd.cli._errors import ExitCode
from provd.cli._remote import CA, print_json, print_table
from provd.cli._token import token_for
from provd.cli.doctor._certificate import check_certificate, check_devices
from provd.cli.doctor._finding import Finding, Level
from provd.cli.doctor._host import check_clock, check_limits, check_neighbours
from provd.cli.doctor._places import check_directory, check_stores, stores_in
from provd.cli.doctor._ports import Port, check_port
from provd.cli.doctor._sealing import check_sealing
from provd.cli.doctor._server import check_plugins, check_server
from provd.cli.doctor._settings import ReadSettings, check_settings

if TYPE_CHECKING:
    from provd.client import Api

PATIENCE = 5.0
"""Seconds to wait for the server: a doctor does not hang with the patient."""


@click.command()
@click.option(
    "--config",
    "-c",
    envvar="PROVD_CONFIG",
    type=click.Path(path_type=Path),
    help="The settings that the server is started with.",
)
@click.option(
    "--url", envvar="PROVD_URL", help="The server's API, when it is not where the settings say."
)
@click.option("--ca", **CA)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@click.pass_context
def doctor(
    ctx: click.Context, config: Path | None, url: str | None, ca: str, *, as_json: bool
) -> None:
    """Look at settings, ports, permissions, clock, store, plugins and neighbour table.

    Every finding is ok, warn or fail, and names a next step; exit code 1 if anything failed.
    """
    findings = list(examine(ctx.obj, config, url, ca))
    if as_json:
        print_json({"findings": [finding._asdict() for finding in findings]})
    else:
        columns = {"CHECK": "check", "": "level", "FINDING": "text", "NEXT": "next_step"}
        print_table([finding._asdict() for finding in findings], columns)
    failed = any(finding.level is Level.FAIL for finding in findings)
    ctx.exit(ExitCode.REFUSED if failed else ExitCode.DONE)


def examine(
    read: ReadSettings, config: Path | None, url: str | None, ca: str = ""
) -> Iterator[Finding]:
    """Every finding, in the order in which trouble comes; `read` is how a server reads its settings."""
    from provd.client import Api  # noqa: PLC0415 - `--help` does without HTTP

    settings, found = check_settings(read, config, os.environ)
    yield from found
    pin = ""
    if settings is not None:
        pin, found = check_certificate(settings, time.time())
        yield from found
        yield from check_devices(settings, time.time())
    chosen = url or _url(settings)
    api = Api(chosen, PATIENCE, ca=ca or pin, token=token_for(chosen))
    try:
        yield from _examine(settings, api, certain=config is not None)
    finally:
        api.close()


def _examine(settings: Any, api: Api, *, certain: bool) -> Iterator[Finding]:
    running, found = check_server(api)
    yield from found
    kept: list[Path] = []
    if settings is not None:
        directory = Path(settings.data.directory)
        kept = list(stores_in(directory))
        yield from (
            check_port(port, running=running, certain=certain) for port in ports_of(settings)
        )
        yield check_directory(directory)
        yield from check_stores(directory)
        yield check_sealing(settings.store.seal_keys)
    yield check_clock(time.time(), kept)
    yield check_limits()
    yield check_neighbours()
    if running:
        yield from check_plugins(api)


def ports_of(settings: Any) -> list[Port]:
    """Where a server with these settings listens."""
    stream, datagram, dhcp = socket.SOCK_STREAM, socket.SOCK_DGRAM, settings.dhcp
    # Beside another server its port is bound by that one, and the other one by whoever was first.
    bound = (dhcp.port, dhcp.binl_port) if dhcp.wanted and not dhcp.beside else ()
    served = (settings.https,) if settings.https.serve else ()
    return [
        Port("devices over HTTP", stream, settings.listen.interface, settings.listen.port),
        *(Port("devices over HTTPS", stream, each.interface, each.port) for each in served),
        Port("devices over TFTP", datagram, settings.tftp.interface, settings.tftp.port),
        Port("API", stream, settings.api.interface, settings.api.port),
        *(Port("clients over DHCP", datagram, "", port) for port in bound if port),
    ]


def _url(settings: Any) -> str:
    if settings is None:
        return "http://127.0.0.1:8092"
    return str(settings.api.url)
