"""`provd boot-rules`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from provd.cli._collection import add_commands
from provd.cli._remote import readable


@click.group("boot-rules")
def boot_rules() -> None:
    """Boot rules: which file a client loads that boots over the network."""


def _when(rule: Mapping[str, Any]) -> str:
    when = rule.get("when") or {}
    said = (f"{key} {_words(value)}" for key, value in when.items())
    return ", ".join(said) or "everybody"


def _words(value: Any) -> str:
    if isinstance(value, list):
        return "/".join(map(readable, value))
    return readable(value)


add_commands(
    boot_rules,
    "boot_rules",
    {
        "ORDER": "order",
        "ID": "id",
        "WHEN": _when,
        "FILE": lambda rule: rule.get("file") or "(none)",
        "DESCRIPTION": "description",
    },
)
