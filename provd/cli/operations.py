"""`provd operations`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from provd.cli._acting import add_acting
from provd.cli._collection import add_reading
from provd.cli._remote import when


@click.group()
def operations() -> None:
    """Operations: long work, running and finished.

    `provd operations run ID cancel` stops one where it stands.
    """


def _progress(operation: Mapping[str, Any]) -> str:
    end = operation.get("end")
    return f"{operation['current']}/{end}" if end else str(operation["current"])


add_reading(
    operations,
    "operations",
    {
        "ID": "id",
        "KIND": "kind",
        "LABEL": "label",
        "STATE": "state",
        "PROGRESS": _progress,
        "UPDATED": lambda operation: when(operation.get("updated")),
        "REASON": "reason",
    },
)
add_acting(operations, "operations")
