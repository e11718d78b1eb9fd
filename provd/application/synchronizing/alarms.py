"""When which device is due: one alarm for each, and one timer for all of them."""

from __future__ import annotations

import heapq
from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime

LONGEST_WAIT = 3600.0
"""Seconds until the clock is looked at again, however far the next alarm is."""

SPARE = 1024
"""Alarms that were set anew and are put up with, besides one for each device."""


class Alarms:
    """Calls with the id of each device when its time has come."""

    def __init__(self, clock: IReactorTime, ring: Callable[[str], None]) -> None:
        self._clock = clock
        self._ring = ring
        self._due: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []
        self._next: IDelayedCall | None = None

    def set(self, device_id: str, at: float) -> None:
        """Ring at that time, in the place of what was set before."""
        self._due[device_id] = at
        heapq.heappush(self._heap, (at, device_id))
        if len(self._heap) > 2 * len(self._due) + SPARE:
            self._heap = [(at, device_id) for device_id, at in self._due.items()]
            heapq.heapify(self._heap)
        self._wind()

    def clear(self, device_id: str) -> None:
        """Do not ring. Idempotent."""
        self._due.pop(device_id, None)

    def stop(self) -> None:
        """Ring no more. Idempotent."""
        self._due.clear()
        self._heap.clear()
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _wind(self) -> None:
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        if not self._heap:
            return
        wait = min(max(self._heap[0][0] - self._clock.seconds(), 0.0), LONGEST_WAIT)
        if self._next is not None:
            if self._next.getTime() <= self._clock.seconds() + wait:
                return
            self._next.cancel()
        self._next = self._clock.callLater(wait, self._on_time)

    def _on_time(self) -> None:
        self._next = None
        now = self._clock.seconds()
        while self._heap and self._heap[0][0] <= now:
            at, device_id = heapq.heappop(self._heap)
            if self._due.get(device_id) == at:
                del self._due[device_id]
                self._ring(device_id)
        self._wind()
