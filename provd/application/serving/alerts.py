"""Alerts: what is to be looked at, written where operators look, and at most once within the hour.

They are documents, so whoever listens to events hears of them.  How many there are is bounded: the oldest
make room, and of more than so many in a minute the rest is counted only.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from twisted.logger import Logger
from twisted.python.failure import Failure

from provd.contracts import IDocumentStore
from provd.documents import ALERTS, Alert
from provd.values import DraftRefused, StoreUnavailable

log = Logger("provd.serving")

EVERY = 3600.0
"""Seconds within which there is no second one of the same."""
KEPT = 1000
"""Alerts that are kept."""
A_MINUTE = 120
"""Of those that are written, within one."""
REMEMBERED = 65_536
"""What was told of within the hour; of more than that, the oldest may be told again."""


class Alerts:
    """Writes alerts behind, so that nobody's answer waits for them."""

    def __init__(self, store: IDocumentStore) -> None:
        self._store = store
        self._told: dict[str, float] = {}
        self._kept: deque[str] | None = None
        self._minute = (0.0, 0)
        self.counts = {"alerts": 0, "alerts_repeated": 0, "alerts_unwritten": 0}

    def is_new(self, what: str, now: float) -> bool:
        """Whether nothing of the kind was told within the hour; from now on it was."""
        told = self._told.get(what)
        if told is not None and 0 <= now - told < EVERY:
            self.counts["alerts_repeated"] += 1
            return False
        self._told.pop(what, None)
        self._told[what] = now
        if len(self._told) > REMEMBERED:
            del self._told[next(iter(self._told))]
        return True

    def raise_(self, alert: Alert) -> None:
        """Keep one; the oldest makes room for it."""
        self.counts["alerts"] += 1
        if not self._is_fair(alert.at):
            self.counts["alerts_unwritten"] += 1
            return
        kept = self._those_kept()
        draft = self._store.draft(alert.inquiry or alert.id)
        draft.put(ALERTS.name, alert, urgent=False)
        kept.append(alert.id)
        while len(kept) > KEPT:
            oldest = kept.popleft()
            if draft.get(ALERTS.name, oldest) is not None:
                draft.delete(ALERTS.name, oldest)
        self._store.commit(draft).addErrback(_not_kept)

    def _is_fair(self, now: float) -> bool:
        begun, count = self._minute
        if not 0 <= now - begun < 60:
            begun, count = now, 0
        self._minute = (begun, count + 1)
        return count < A_MINUTE

    def _those_kept(self) -> deque[str]:
        if self._kept is None:
            every: Iterable[Alert] = self._store.collection(ALERTS.name)  # type: ignore[assignment]  # of that kind
            self._kept = deque(each.id for each in sorted(every, key=lambda alert: alert.at))
        return self._kept


def _not_kept(failure: Failure) -> None:
    """An alert is not worth stopping for: the log has it, too."""
    if not failure.check(StoreUnavailable, DraftRefused):
        log.failure("an alert is not kept because of a defect", failure)
