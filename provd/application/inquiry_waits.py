"""Inquiries whose answers are awaited: no more than may be, and a defect ends none without an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from provd.application.inquiry_bounds import Counters
from provd.application.outcomes import nobodys_business
from provd.application.who_answers import TOO_MANY
from provd.values import Answer, Inquiry


class Waits:
    """Lets answers be waited for."""

    def __init__(
        self, counted: Counters, busy: int, defect: Callable[[Inquiry, Failure], Answer]
    ) -> None:
        """At most `busy` at once; `defect` makes the answer of one that fails."""
        self.busy = busy
        self._counted = counted
        self._defect = defect

    def too_many(self) -> bool:
        """Whether so many inquiries wait already that this one may not; it is counted then."""
        if self._counted.waiting < self.busy:
            return False
        self._counted.unavailable += 1
        return True

    def admitted(self) -> bool:
        """Whether one more may wait, which is counted until it is `over`."""
        if self.too_many():
            return False
        self._counted.waiting += 1
        return True

    def over(self, count: int) -> None:
        """So many wait no more."""
        self._counted.waiting -= count

    def guarded(
        self, inquiry: Inquiry, answering: Any, *awaited: object
    ) -> Answer | Deferred[Answer]:
        """Let `answering` go on, unless too many do; how the `awaited` end is then nobody's business."""
        if self.too_many():
            answering.close()
            for each in awaited:
                if isinstance(each, Deferred):
                    each.addErrback(nobodys_business)
            return TOO_MANY
        return self.watched(inquiry, Deferred.fromCoroutine(answering))

    def watched(self, inquiry: Inquiry, answer: Deferred[Answer]) -> Deferred[Answer]:
        """An answer that will come, counted until it does; one that fails is our defect."""
        self._counted.waiting += 1
        return answer.addBoth(self._came, inquiry)

    def _came(self, answer: Answer | Failure, inquiry: Inquiry) -> Answer:
        self._counted.waiting -= 1
        return self._defect(inquiry, answer) if isinstance(answer, Failure) else answer
