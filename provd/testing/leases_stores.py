"""Stores for DHCP's documents: one that forgets, and one that can lose its power."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from provd.documents.dhcp import LEASES, RESERVATIONS, SHORTAGES, SUBNETS, TENURES
from provd.store import MemoryStore, SQLiteStore
from provd.testing.store_fixture import AT_ONCE, Fixture, SteppedReactor, SteppedWriter

DHCP_KINDS = (SUBNETS, RESERVATIONS, LEASES, TENURES, SHORTAGES)


class Crashing(Fixture, kw_only=True):
    """A store that can be cut short: what was not durable is lost, and nothing else."""

    crash: Callable[[], Any]
    """Opens a copy of what is on the disk at that moment."""


def memory() -> Fixture:
    """An empty store in memory."""
    reactor = SteppedReactor()
    return Fixture(MemoryStore(DHCP_KINDS, reactor), reactor)


def sqlite() -> Fixture:
    """An empty store in a directory of its own."""
    directory = Path(tempfile.mkdtemp(prefix="provd-test-"))
    reactor, number = SteppedReactor(), count()
    homes = [directory / f"{next(number)}"]

    def reopen() -> SQLiteStore:
        path = homes[-1] / "provd.db"
        writer = SteppedWriter(reactor)
        return SQLiteStore.open(path, DHCP_KINDS, reactor, writer=writer, keeping=AT_ONCE)

    def crash() -> SQLiteStore:
        homes.append(directory / f"{next(number)}")
        shutil.copytree(homes[-2], homes[-1])
        return reopen()

    discard = partial(shutil.rmtree, directory)
    return Crashing(reopen(), reactor, reopen, discard, crash=crash)
