"""The policy keeps its contract, over a store in memory and over one on a disk."""

from __future__ import annotations

from typing import Any

from provd.testing.leases import Desk, make_leases_tests, memory, sqlite
from provd.testing.leases_machine import make_leases_machine


def over_memory(*documents: Any) -> Desk:
    """A desk whose documents are in memory."""
    return Desk(memory(), *documents)


def over_sqlite(*documents: Any) -> Desk:
    """A desk whose documents are on a disk."""
    return Desk(sqlite(), *documents)


class LeasesOverMemoryTests(make_leases_tests(over_memory)):
    pass


class LeasesOverSQLiteTests(make_leases_tests(over_sqlite)):
    pass


class LeasesOverMemoryAgainstModel(make_leases_machine(memory)):
    pass


class LeasesOverSQLiteAgainstModel(make_leases_machine(sqlite, examples=20)):
    pass
