"""The client's side of a transaction that is no INVITE (RFC 3261 section 17.1.2), without a clock of its own.

    Trying ── 1xx ──▶ Proceeding ── 2xx-6xx ──▶ Completed ── timer K ──▶ Terminated
       └────────────── 2xx-6xx ────────────────────▲
    Trying, Proceeding ── timer F, or the transport fails ──▶ Terminated

Timer E sends again, at T1, 2 T1, 4 T1, … up to T2, and every T2 once a provisional response came; over a
reliable transport it never runs and K is nothing.
"""

from __future__ import annotations

from enum import Enum, auto

from msgspec import Struct


class Timers(Struct, frozen=True):
    """Seconds (RFC 3261 section 17.1.2.2, table 4)."""

    t1: float = 0.5
    """What a round trip is taken to last."""
    t2: float = 4.0
    """Between two sendings at most."""
    t4: float = 5.0
    """How long a message stays in the network."""

    @property
    def f(self) -> float:
        """After which nobody answers any more."""
        return 64 * self.t1


class Phase(Enum):
    """Where a transaction is."""

    TRYING = auto()
    PROCEEDING = auto()
    COMPLETED = auto()
    TERMINATED = auto()


class Due(Enum):
    """What is to be done now."""

    NOTHING = auto()
    SEND_AGAIN = auto()
    TELL_TIMEOUT = auto()
    """Nobody answered: timer F."""
    FORGET = auto()
    """It is over: timer K."""


FINAL = 200
"""The least status that ends a transaction."""

_LIVE = frozenset({Phase.TRYING, Phase.PROCEEDING})


class ClientTransaction:
    """One request and its responses. The caller sends the request when it makes this."""

    def __init__(self, now: float, *, reliable: bool, timers: Timers | None = None) -> None:
        self.phase = Phase.TRYING
        self._timers = timers or Timers()
        self._reliable = reliable
        self._interval = self._timers.t1
        self._again = None if reliable else now + self._interval
        self._ends = now + self._timers.f

    @property
    def next(self) -> float | None:
        """When `tick` has something to do; None when it never has."""
        if self.phase is Phase.TERMINATED:
            return None
        return self._ends if self._again is None else min(self._again, self._ends)

    def receive(self, status: int, now: float) -> bool:
        """A response came; whether it is news for whoever asked."""
        if self.phase not in _LIVE:
            return False
        if status < FINAL:
            self.phase = Phase.PROCEEDING
            return True
        self.phase = Phase.TERMINATED if self._reliable else Phase.COMPLETED
        self._again = None
        self._ends = now + self._timers.t4
        return True

    def fail(self) -> bool:
        """The transport says that it cannot; whether that is news (section 17.1.4)."""
        live = self.phase in _LIVE
        self.phase = Phase.TERMINATED
        return live

    def tick(self, now: float) -> Due:
        """The clock says `now`."""
        if self.phase is Phase.TERMINATED:
            return Due.NOTHING
        if now >= self._ends:
            over = Due.FORGET if self.phase is Phase.COMPLETED else Due.TELL_TIMEOUT
            self.phase = Phase.TERMINATED
            return over
        if self._again is None or now < self._again:
            return Due.NOTHING
        if self.phase is Phase.PROCEEDING:
            self._interval = self._timers.t2
        else:
            self._interval = min(2 * self._interval, self._timers.t2)
        self._again = now + self._interval
        return Due.SEND_AGAIN
