"""`provd roles`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from provd.cli._collection import add_commands


@click.group()
def roles() -> None:
    """Roles: what users may do."""


def _scopes(role: Mapping[str, Any]) -> str:
    return ", ".join(sorted({claim["scope"] for claim in role.get("claims") or []})) or "-"


add_commands(roles, "roles", {"ID": "id", "SCOPES": _scopes, "DESCRIPTION": "description"})
