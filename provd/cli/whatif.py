"""`provd whatif`: what a request would be answered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TextIO

import click

from provd.cli._remote import Remote, remote
from provd.cli.explain import print_decision

_CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----", re.DOTALL)


@click.command()
@click.option(
    "--protocol", type=click.Choice(["http", "tftp", "dhcp"]), required=True, help="How it asks."
)
@click.option("--path", default="", metavar="P", help="What it asks for, as the device writes it.")
@click.option("--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="HTTP.")
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="N=VALUE",
    help="TFTP by name, DHCP by number; a DHCP value like 0x0a0b is taken as hexadecimal.",
)
@click.option("--ip", default="", metavar="A", help="The device's address.")
@click.option("--mac", default="", metavar="M", help="The hardware address of a DHCP packet.")
@click.option(
    "--certificate",
    type=click.File(encoding="utf-8"),
    help="PEM of what the device shows over HTTPS, its own certificate first.",
)
@click.option("--local", default="", metavar="A", help="The server's address that it asks.")
@remote
def whatif(
    server: Remote,
    protocol: str,
    headers: Sequence[str],
    options: Sequence[str],
    certificate: TextIO | None,
    **plain: str,
) -> None:
    """Tell what a request would be answered, and why, by the code that serves; change nothing."""
    description: dict[str, Any] = {"protocol": protocol}
    description |= {name: text for name, text in plain.items() if text}
    if certificate is not None:
        description["certificate"] = _certificates(certificate.read())
    if headers:
        description["headers"] = dict(_header(text) for text in headers)
    if options:
        description["options"] = dict(_option(text, protocol) for text in options)
    server.show(server.api.what_if(description), print_decision)


def _certificates(text: str) -> str:
    """The certificates of a PEM text; a key that stands beside them goes nowhere."""
    found = _CERTIFICATE.findall(text)
    if not found:
        raise click.UsageError("--certificate: the file holds no certificate in PEM")
    return "\n".join(found) + "\n"


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise click.UsageError(f"--header {text!r} is not 'Name: value'")
    return name.strip(), value.strip()


def _option(text: str, protocol: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.UsageError(f"--option {text!r} is not N=VALUE")
    if protocol == "dhcp" and value[:2].lower() == "0x":
        return name, {"hex": value[2:]}
    return name, value
