"""The store that forgets keeps the contract while it remembers."""

from __future__ import annotations

from provd.store import MemoryStore
from provd.testing.store import make_document_store_tests
from provd.testing.store_fixture import KINDS, Fixture, SteppedReactor
from provd.testing.store_machine import make_store_machine


def memory() -> Fixture:
    """An empty store in memory."""
    reactor = SteppedReactor()
    return Fixture(MemoryStore(KINDS, reactor), reactor)


class MemoryStoreTests(make_document_store_tests(memory)):
    pass


class MemoryStoreAgainstModel(make_store_machine(memory)):
    pass
