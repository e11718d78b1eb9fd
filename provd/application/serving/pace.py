"""Pace: whoever is suspected to sweep gets each answer late, whatever it is, and nobody else waits for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from provd.access import SweepSettings
from provd.values import Answer

Ask = Callable[[], Answer | Deferred[Answer]]


class Pace:
    """Keeps answers back, so many at once and no more."""

    def __init__(self, clock: IReactorTime, settings: SweepSettings) -> None:
        self._clock = clock
        self._settings = settings
        self._of: Counter[str] = Counter()
        self._held = 0
        self.counts = {"delayed": 0, "turned_away": 0}

    def adopt(self, settings: SweepSettings) -> None:
        """Keep others back, or longer, from now on."""
        self._settings = settings

    def __len__(self) -> int:
        return self._held

    def kept_back(self, source: str, ask: Ask, too_many: Ask) -> Answer | Deferred[Answer]:
        """What `ask` answers, which is asked when the delay is over; `too_many` where no more can wait."""
        settings = self._settings
        if not settings.delay:
            return ask()
        if self._held >= settings.delayed or self._of[source] >= settings.delayed_per_source:
            self.counts["turned_away"] += 1
            return too_many()
        self.counts["delayed"] += 1
        self._held += 1
        self._of[source] += 1
        late: Deferred[Answer] = Deferred()
        self._clock.callLater(settings.delay, self._let_go, source, ask, late)
        return late

    def _let_go(self, source: str, ask: Ask, late: Deferred[Answer]) -> None:
        self._held -= 1
        self._of[source] -= 1
        if not self._of[source]:
            del self._of[source]
        answer = ask()
        if isinstance(answer, Deferred):
            answer.chainDeferred(late)
        else:
            late.callback(answer)
