"""What has happened so far, for metrics and for the operator."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from provd.wire.tftp import Ending

__all__ = ["Counters", "Tally"]


class Counters(Struct, frozen=True, kw_only=True):
    """A snapshot; everything but `running` only grows."""

    requests: int
    """Read requests understood, repetitions not counted."""
    running: int
    """Transfers under way, or being decided."""
    finished: int
    """Transfers whose last block was acknowledged."""
    failed: dict[str, int]
    """Transfers that began and did not finish, by how they ended."""
    refused: dict[str, int]
    """Requests that led to no transfer, by reason."""
    ignored: dict[str, int]
    """Datagrams that were not acted upon, by reason."""
    retransmitted: int
    """Packets sent more than once."""
    unsent: int
    """Packets the kernel would not take; retransmission makes up for them."""


class Tally:
    """The numbers behind the snapshot, counted where things happen."""

    def __init__(self) -> None:
        self.requests = self.finished = self.retransmitted = self.unsent = 0
        self.failed: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.ignored: Counter[str] = Counter()

    def ended(self, ending: Ending | str, retransmitted: int) -> None:
        """One transfer is over."""
        self.retransmitted += retransmitted
        if ending is Ending.DELIVERED:
            self.finished += 1
        else:
            self.failed[str(ending)] += 1

    def snapshot(self, running: int) -> Counters:
        """Everything as it is now."""
        return Counters(
            requests=self.requests,
            running=running,
            finished=self.finished,
            failed=dict(self.failed),
            refused=dict(self.refused),
            ignored=dict(self.ignored),
            retransmitted=self.retransmitted,
            unsent=self.unsent,
        )
