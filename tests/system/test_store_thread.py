"""The SQLite store with the real reactor and its real writer thread."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.trial.unittest import TestCase

from provd.store import Keeping, SQLiteStore
from provd.testing.store_fixture import KINDS, Box
from provd.values import Change


class ThreadTests(TestCase):
    timeout = 30

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = Path(directory.name, "provd.db")

    def opened(self, **keeping: float) -> SQLiteStore:
        store = SQLiteStore.open(self.path, KINDS, reactor, keeping=Keeping(**keeping))
        self.addCleanup(store.close)
        return store

    async def create(self, store: SQLiteStore, document_id: str) -> None:
        draft = store.draft("test")
        draft.put("boxes", Box(id=document_id, mac=document_id))
        committed = await store.commit(draft)
        self.assertTrue(store.pending)
        awaited = store.awaited("boxes", document_id)
        assert awaited is not None
        await awaited
        self.assertGreaterEqual(store.feed.durable(), committed.position)

    async def test_fifty_at_once(self) -> None:
        """Fifty that wait share a few commits, are told on the reactor's thread, and are there later."""
        store = self.opened(slow_commit=0.02)
        told: list[tuple[int, threading.Thread]] = []

        def tell(changes: list[Change]) -> None:
            told.extend((change.n, threading.current_thread()) for change in changes)

        store.feed.subscribe("test", ["boxes"], tell, durable=True)
        started = reactor.seconds()
        await gatherResults(
            [Deferred.fromCoroutine(self.create(store, str(each))) for each in range(50)]
        )
        self.assertLess(reactor.seconds() - started, 50 * 0.02)
        await store.feed.reached("test", store.feed.applied())
        self.assertEqual([(n, threading.main_thread()) for n in range(1, 51)], told)
        await store.close()
        again = self.opened()
        self.assertEqual(50, len(again.collection("boxes")))

    async def test_the_thread_ends(self) -> None:
        """After the store is closed its thread ends, and the file is free for the next one."""
        store = self.opened()
        await self.create(store, "a")
        [thread] = [each for each in threading.enumerate() if each.name == "store writer"]
        await store.close()
        thread.join(5)
        self.assertFalse(thread.is_alive())
        self.assertIsNotNone(self.opened().get("boxes", "a"))
