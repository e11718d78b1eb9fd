"""One timer for all transfers.

A transfer's deadline moves with each acknowledgement, thousands of times a second, and hardly
ever comes.  So moving it costs nothing here: an item stays in the slot it was put in, and when
the slot comes round the item says whether it is due, or when it will be.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.internet.interfaces import IDelayedCall, IReactorTime

__all__ = ["TICK", "Timed", "Wheel"]

TICK = 0.02
"""Seconds per slot: how late a retransmission may be."""
_SLOTS = 512


class Timed(Protocol):
    """Something with a deadline."""

    wake: float
    """When the wheel will come back to it; 0 while it is not on the wheel."""

    def due(self, now: float) -> float:
        """The slot has come: act if the deadline has passed, and say when to come back, or 0."""


class Wheel:
    """Slots of `TICK` seconds; it turns only while there is something on it."""

    def __init__(self, reactor: IReactorTime, monotonic: Callable[[], float]) -> None:
        self._reactor = reactor
        self._monotonic = monotonic
        self._slots: list[list[Timed]] = [[] for _ in range(_SLOTS)]
        self._held = 0
        self._at = 0
        self._call: IDelayedCall | None = None

    def put(self, item: Timed, deadline: float) -> None:
        """Come back to `item` at `deadline`, or earlier; an earlier place of it counts no more."""
        now = int(self._monotonic() / TICK)
        if self._call is None:
            self._at = now
            self._call = self._reactor.callLater(TICK, self._turn)
        slot = min(max(int(deadline / TICK) + 1, self._at + 1), self._at + _SLOTS - 1)
        item.wake = slot * TICK
        self._slots[slot % _SLOTS].append(item)
        self._held += 1

    def stop(self) -> None:
        """Forget everything."""
        if self._call is not None:
            self._call.cancel()
            self._call = None
        for slot in self._slots:
            slot.clear()
        self._held = 0

    def _turn(self) -> None:
        self._call = self._reactor.callLater(TICK, self._turn)
        now = self._monotonic()
        until = int(now / TICK)
        # After a long pause every slot is visited once, not once per turn that was missed.
        for at in range(max(self._at + 1, until - _SLOTS + 1), until + 1):
            self._at = at
            self._visit(at, now)
        self._at = max(self._at, until)
        if not self._held and self._call is not None:
            self._call.cancel()
            self._call = None

    def _visit(self, at: int, now: float) -> None:
        items = self._slots[at % _SLOTS]
        if not items:
            return
        self._slots[at % _SLOTS] = []
        self._held -= len(items)
        for item in items:
            # It was put elsewhere meanwhile, to be visited earlier: that visit stands.
            if int(item.wake / TICK + 0.5) % _SLOTS == at % _SLOTS:
                item.wake = 0.0
                if again := item.due(now):
                    self.put(item, again)
