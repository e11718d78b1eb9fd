"""Keeping documents: collections, indexes, one write door, one feed, and the backends that keep.

`MemoryStore` forgets, `SQLiteStore` does not; both read from memory.  What they share
(`Replica`, drafts, indexes, the feed) knows nothing of either.
"""

from provd.store._memory import MemoryStore

__all__ = ["MemoryStore"]
