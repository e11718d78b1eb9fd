"""How far long work is, shown while a command waits for it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any, Self

import click

from provd.cli._errors import OperationFailed
from provd.cli._remote import Remote, print_object

LOOKED_AT = 0.2
"""Seconds between two looks at an operation."""


UNDER_WAY = frozenset({"waiting", "progress"})
"""States of an operation that has not ended."""

Operation = Mapping[str, Any]


def looks(server: Remote, operation: Operation) -> Iterator[Operation]:
    """An operation as it is known, and then as each look finds it, the last when it has ended."""
    yield operation
    while operation["state"] in UNDER_WAY:
        time.sleep(LOOKED_AT)
        operation = server.api.operation(operation["id"])
        yield operation


def require_success(operation: Operation) -> None:
    """@raise OperationFailed: an operation did not end well."""
    if operation["state"] != "success":
        raise OperationFailed(operation["kind"], operation.get("reason", ""))


def ended_well(server: Remote, operation: Operation) -> Operation:
    """Wait until an operation has ended. @raise OperationFailed: not well."""
    for found in looks(server, operation):
        operation = found
    require_success(operation)
    return operation


def wait(server: Remote, operation: Operation) -> None:
    """Show how far an operation is, then what came of it. @raise OperationFailed: it did not end well."""
    with Bar(0, operation["label"]) as bar:
        for found in looks(server, operation):
            bar(found["current"], found.get("end") or 0)
    require_success(found)
    server.show(found["result"], print_object)


class Bar:
    """A bar on standard error, where a person looks on."""

    def __init__(self, end: int, label: str) -> None:
        self._bar: Any = click.progressbar(
            length=max(end, 1), label=label, file=sys.stderr, show_percent=True
        )
        self._shown = 0
        self._is_shown = sys.stderr.isatty()

    def __enter__(self) -> Self:
        if self._is_shown:
            self._bar.__enter__()
        return self

    def __exit__(self, *_why: object) -> None:
        if self._is_shown:
            self._bar.render_finish()

    def __call__(self, current: int, end: int = 0) -> None:
        """So far it is."""
        if self._is_shown:
            self._bar.length = end or self._bar.length
            self._bar.update(current - self._shown)
            self._shown = current
