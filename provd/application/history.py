"""History: the latest events, so that many listeners share one copy, each reading at its own speed.

Nothing is queued for anybody: a listener is a place in here.  Whoever falls behind its beginning has
missed what is gone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import Struct

MOST = 10_000
"""Events that are kept."""

MOST_BYTES = 32 << 20
"""Bytes of JSON that the documents of these come to, together."""


class Event(Struct, frozen=True, kw_only=True, gc=False):
    """One change, as it is told."""

    n: int
    """Its place in the feed."""
    at: float
    """When it became durable, in seconds since the epoch."""
    kind: str
    action: str
    key: str
    """The id of the document that it is about."""
    collection: str
    """What its document is of."""
    cause: str
    was: str | None = None
    """Whose the document was before (a tenant; empty: the installation's own); None: there was none."""
    is_: str | None = None
    """Whose it is since; None: it is gone."""
    document: Any = None
    """As it is since."""


class History:
    """Events in order of their place; the oldest make room."""

    def __init__(self, begin: int, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        """`begin` is the place in the feed after which every event will be here."""
        self.begin = begin
        self._most, self._most_bytes = most, most_bytes
        self._events: deque[Event] = deque()
        self._sizes: deque[int] = deque()
        self._bytes = 0
        self.first = 0
        """The index of the oldest that is here; indexes grow for ever."""

    @property
    def end(self) -> int:
        """The index that the next one will have."""
        return self.first + len(self._events)

    @property
    def newest(self) -> int:
        """The place in the feed of the newest event."""
        return self._events[-1].n if self._events else self.begin

    def __getitem__(self, index: int) -> Event:
        """One, by an index from `first` up to before `end`."""
        return self._events[index - self.first]

    def add(self, event: Event) -> None:
        """One more; the newest stays, whatever its size."""
        size = len(msgspec.json.encode(event.document))
        self._events.append(event)
        self._sizes.append(size)
        self._bytes += size
        while len(self._events) > self._most or (
            self._bytes > self._most_bytes and len(self._events) > 1
        ):
            self.begin = self._events.popleft().n
            self._bytes -= self._sizes.popleft()
            self.first += 1

    def after(self, n: int) -> int | None:
        """The index of the first event after a place in the feed; None where some that followed are gone."""
        if n < self.begin:
            return None
        return self.first + bisect_right(self._events, n, key=attrgetter("n"))
