"""The ring of decisions: references to the last ones, formatted only when somebody asks."""

from __future__ import annotations

from collections import deque
from itertools import islice

from msgspec.structs import replace

from provd.values import Decision

LONG = 1024
"""Characters of path and headers together that are kept as they came."""


class Decisions:
    """The last decisions, newest last."""

    def __init__(self, size: int = 8192) -> None:
        """Keep `size` decisions (about 2 KiB each)."""
        self._ring: deque[Decision] = deque(maxlen=size)

    def add(self, decision: Decision) -> None:
        """Keep a decision in the place of the oldest.

        What a flood puts into long headers and paths is not kept for it: explaining shows no headers.
        """
        inquiry = decision.inquiry
        long = len(inquiry.path)
        if inquiry.headers:
            long += sum(map(len, inquiry.headers.values()))
        if long > LONG:
            decision.inquiry = replace(inquiry, path=inquiry.path[:LONG], query="", headers={})
        self._ring.append(decision)

    def keep(self, size: int) -> None:
        """Keep `size` decisions from now on, the newest of those there are among them."""
        if size != self._ring.maxlen:
            self._ring = deque(self._ring, maxlen=size)

    def __len__(self) -> int:
        return len(self._ring)

    def get(self, inquiry_id: str) -> Decision | None:
        """The decision of one inquiry, while the ring holds it."""
        for decision in reversed(self._ring):
            if decision.inquiry.id == inquiry_id:
                return decision
        return None

    def latest(self, limit: int, device_id: str | None = None) -> list[Decision]:
        """The last decisions, newest first; of one device if `device_id` is given."""
        if device_id is None:
            return list(islice(reversed(self._ring), limit))
        about = (
            decision
            for decision in reversed(self._ring)
            if decision.device is not None and decision.device.id == device_id
        )
        return list(islice(about, limit))
