"""Leaving: an answer that is final is passed by policy, recorded, told, and let go, once what it depends on is durable."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure

from provd.access import Threshold
from provd.application.decisions import Decisions
from provd.application.dependencies import awaited
from provd.application.inquiry_bounds import Counters
from provd.application.inquiry_waits import Waits
from provd.application.outcomes import nobodys_business
from provd.application.serving import Secrecy
from provd.application.statuses import StatusBook
from provd.application.telling import tell_of
from provd.application.who_answers import TOO_MANY
from provd.contracts import IDocumentStore
from provd.values import (
    Answer,
    Decision,
    Note,
    PluginFailed,
    Refusal,
    RefusalKind,
    Step,
    StoreUnavailable,
)


class Leaving:
    """The way out of every answer."""

    def __init__(  # noqa: PLR0913 - whoever has to know of an answer, each named
        self,
        *,
        store: IDocumentStore,
        decisions: Decisions,
        statuses: StatusBook,
        clock: IReactorTime,
        counted: Counters,
        waits: Waits,
        secrecy: Secrecy,
        threshold: Threshold,
    ) -> None:
        self._store = store
        self._decisions = decisions
        self._statuses = statuses
        self._clock = clock
        self._counted = counted
        self._waits = waits
        self._gate = secrecy.gate
        self._watch = secrecy.watch
        self._threshold = threshold
        self.observe: Callable[[Decision], None] = _nobody_looks
        """Sees every answer to a device that is known, too."""

    def leave(self, decision: Decision, answer: Answer) -> Answer:
        """The answer is final: record it, tell it, and let it go."""
        answer = self.passed(decision, answer, keep=True)
        decision.answer = answer
        decision.answered = self._clock.seconds()
        counted = self._counted
        if type(answer) is Refusal:
            counted.refused += 1
            if decision.device is None:
                counted.unknown += 1
        else:
            counted.answered += 1
        self._decisions.add(decision)
        if decision.device is not None:
            self._statuses.note(decision)
            self.observe(decision)
        self._watch.see(decision)
        tell_of(decision)
        return answer

    def passed(self, decision: Decision, answer: Answer, *, keep: bool) -> Answer:
        """The answer that policy lets pass."""
        answer = self._gate.passed(decision, answer, keep=keep)
        return self._threshold.crossed(decision, answer, keep=keep)

    def leave_when_durable(
        self, decision: Decision, answer: Answer | Deferred[Answer]
    ) -> Answer | Deferred[Answer]:
        """Let it go once its device and its configs are durable: at once, mostly."""
        device = decision.device
        pending = awaited(self._store, device) if device is not None else None
        if pending is not None or decision.inquiry.url_token:
            later = self._leave_later(decision, answer, pending)
            return self._waits.guarded(decision.inquiry, later, answer, pending)
        if isinstance(answer, Deferred):
            return self._leave_with(decision, answer)
        return self.leave(decision, answer)

    def _leave_with(
        self, decision: Decision, answer: Deferred[Answer]
    ) -> Answer | Deferred[Answer]:
        """By callbacks: every ACK over DHCP leaves this way, and a coroutine costs 10 µs more."""
        if self._waits.too_many():
            answer.addErrback(nobodys_business)
            return TOO_MANY
        leave = partial(self.leave, decision)
        answer.addCallbacks(leave, self._plugin_failed, errbackArgs=(decision,))
        return self._waits.watched(decision.inquiry, answer)

    def _plugin_failed(self, failure: Failure, decision: Decision) -> Answer:
        failure.trap(PluginFailed)
        return self.leave(decision, Refusal(RefusalKind.FAILED, str(failure.value)))

    async def _leave_later(
        self, decision: Decision, answer: Answer | Deferred[Answer], pending: Deferred[None] | None
    ) -> Answer:
        if isinstance(answer, Deferred):
            try:
                answer = await answer
            except PluginFailed as error:
                answer = Refusal(RefusalKind.FAILED, str(error))
        try:
            if pending is not None:
                await pending
        except StoreUnavailable as error:
            return self.leave_unkept(decision, error)
        if decision.inquiry.url_token:
            answer = await self._threshold.spent(decision, answer, self._gate.passed)
        return self.leave(decision, answer)

    def leave_unkept(self, decision: Decision, error: object) -> Answer:
        """What the answer depends on could not be kept: whoever asked is to come back."""
        self._counted.unavailable += 1
        decision.notes += (Note(Step.COMMIT, "{why}", (("why", str(error)),)),)
        return self.leave(decision, Refusal(RefusalKind.UNAVAILABLE, str(error)))


def _nobody_looks(_decision: Decision) -> None:
    """While nobody wants to see answers."""
