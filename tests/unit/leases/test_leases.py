"""The policy keeps its contract, over a store in memory and over one on a disk."""

from __future__ import annotations

from typing import Any

from provd.testing.leases import Desk, discover, lan, mac, make_leases_tests
from provd.testing.leases_machine import make_leases_machine
from provd.testing.leases_stores import memory, sqlite


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


def test_a_crash_loses_what_nobody_was_told() -> None:
    """What was answered is there; what was not durable yet, and so not answered, never was."""
    desk = over_sqlite(lan(rapid_commit=True))
    kept = desk.obtain(1)
    lost = desk.commit(discover(2, options={80: b""})).lease.id
    assert desk.lease(lost) is not None
    desk.crash()
    assert desk.lease(kept).mac == mac(1).hex(":")
    assert desk.lease(lost) is None
    assert desk.obtain(2) == lost
    desk.close()
