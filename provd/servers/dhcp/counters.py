"""What has happened so far, for metrics and for the operator."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

__all__ = ["Counters", "Tally"]


class Counters(Struct, frozen=True, kw_only=True):
    """A snapshot; everything but `waiting` only grows."""

    received: dict[str, int]
    """Packets of clients, by message type (`discover`, …, `bootp`)."""
    sent: dict[str, int]
    """Answers, by message type."""
    silent: int
    """Packets that were understood and are not answered: `provd explain` says why."""
    ignored: dict[str, int]
    """Datagrams that were not acted upon, by reason."""
    unsent: int
    """Answers the kernel would not take; their clients ask again."""
    waiting: int
    """Packets that wait for an answer right now."""


class Tally:
    """The numbers behind the snapshot, counted where things happen."""

    def __init__(self) -> None:
        self.received: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()
        self.ignored: Counter[str] = Counter()
        self.silent = self.unsent = 0

    def snapshot(self, waiting: int) -> Counters:
        """Everything as it is now."""
        return Counters(
            received=dict(self.received),
            sent=dict(self.sent),
            silent=self.silent,
            ignored=dict(self.ignored),
            unsent=self.unsent,
            waiting=waiting,
        )
