"""Keeping documents: collections, indexes, one write door, one feed, and the backends that keep.

`MemoryStore` forgets, `SQLiteStore` does not; both read from memory.  What they share
(`Replica`, drafts, indexes, the feed, group commit) knows nothing of either, and is where the
next backend starts: it adds how changes are kept, and passes
`provd.testing.store.make_document_store_tests`.
"""

from provd.store._backup import Copy, back_up, copies_in, copy_called
from provd.store._copy import Contents, CopyUnusable, read_copy
from provd.store._errors import StoreCorrupt, StoreInUse, StoreNotOpened, StoreTooNew
from provd.store._group import Keeping
from provd.store._memory import MemoryStore
from provd.store._reseal import Resealing
from provd.store._seal import (
    MARK,
    NO_SEAL,
    WITH_SCHEMA,
    Seal,
    SealBroken,
    SealUnknown,
    end_of_name,
)
from provd.store._sqlite import SQLiteStore
from provd.store._upload import PieceOutOfPlace, accept, receive, received

__all__ = [
    "MARK",
    "NO_SEAL",
    "WITH_SCHEMA",
    "Contents",
    "Copy",
    "CopyUnusable",
    "Keeping",
    "MemoryStore",
    "PieceOutOfPlace",
    "Resealing",
    "SQLiteStore",
    "Seal",
    "SealBroken",
    "SealUnknown",
    "StoreCorrupt",
    "StoreInUse",
    "StoreNotOpened",
    "StoreTooNew",
    "accept",
    "back_up",
    "copies_in",
    "copy_called",
    "end_of_name",
    "read_copy",
    "receive",
    "received",
]
