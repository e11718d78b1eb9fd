"""Databases for the tests of the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from provd.testing.store_fixture import Box, on_file

Execute = Callable[..., list[Any]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a database will be."""
    return tmp_path / "data" / "provd.db"


@pytest.fixture
def filled(path: Path) -> Path:
    """A database of twenty boxes, closed."""
    fixture = on_file(path)
    for n in range(20):
        fixture.put(Box(id=f"box{n}", mac=f"m{n}", seen="é" * n))
    fixture.close()
    return path


@pytest.fixture(scope="session")
def execute() -> Execute:
    """What an administrator, or a cosmic ray, does to the file."""
    return _execute


def _execute(path: Path, statement: str, *values: object) -> list[Any]:
    connection = sqlite3.connect(path)
    try:
        with connection:
            return connection.execute(statement, values).fetchall()
    finally:
        connection.close()
