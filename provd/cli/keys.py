"""`provd keys`, `provd credentials` and `provd url-tokens`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from provd.cli._acting import add_acting
from provd.cli._collection import add_commands, add_reading
from provd.cli._remote import when


def _at(key: str) -> Callable[[Mapping[str, Any]], str]:
    """A column with the time of that name."""
    return lambda document: when(document[key]) if document.get(key) else "-"


@click.group()
def keys() -> None:
    """Provisioning keys: what a tenant's devices show as the first part of every path."""


add_commands(
    keys,
    "keys",
    {
        "ID": "id",
        "TENANT": "tenant",
        "BEGINS": _at("begins"),
        "ENDS": _at("ends"),
        "DESCRIPTION": "description",
    },
)
add_acting(keys, "keys")


@click.group()
def credentials() -> None:
    """Credentials of devices: `provd devices run ID issue-credential` makes one."""


add_reading(
    credentials,
    "credentials",
    {
        "DEVICE": "id",
        "USERNAME": "username",
        "SINCE": _at("since"),
        "CONFIRMED": _at("confirmed"),
        "PREVIOUS UNTIL": _at("previous_until"),
    },
)


@click.group("url-tokens")
def url_tokens() -> None:
    """One-time URLs: `provd devices run ID one-time-url` makes one."""


add_reading(
    url_tokens,
    "url_tokens",
    {
        "ID": "id",
        "DEVICE": "device",
        "USES": "uses",
        "EXPIRES": _at("expiry"),
        "USED": _at("used"),
        "BY": "issued_by",
    },
)
