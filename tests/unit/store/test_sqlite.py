"""The SQLite store keeps the contract, and what it was given."""

from __future__ import annotations

import shutil
import tempfile
from functools import partial
from pathlib import Path

from provd.store import SQLiteStore
from provd.testing.store import make_document_store_tests
from provd.testing.store_fixture import AT_ONCE, KINDS, Fixture, SteppedReactor, SteppedWriter
from provd.testing.store_machine import make_store_machine


def sqlite() -> Fixture:
    """An empty store in a directory of its own."""
    directory = Path(tempfile.mkdtemp(prefix="provd-test-"))
    reactor = SteppedReactor()

    def reopen() -> SQLiteStore:
        path = directory / "provd.db"
        writer = SteppedWriter(reactor)
        return SQLiteStore.open(path, KINDS, reactor, writer=writer, keeping=AT_ONCE)

    return Fixture(reopen(), reactor, reopen, partial(shutil.rmtree, directory))


class SQLiteStoreTests(make_document_store_tests(sqlite)):
    pass


class SQLiteStoreAgainstModel(make_store_machine(sqlite, examples=25)):
    pass
