"""Inquiries: the one door through which every device's question is answered.

gather → decide → commit → answer.  Live and what-if walk the same code: a what-if throws its draft
away, asks the plugin over the draft's view, and keeps nothing.

An answer that creates or associates a device leaves once that is durable; so does one that depends on
somebody else's change that is not durable yet.  Anything else leaves at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from provd.access import Threshold
from provd.application.decisions import Decisions
from provd.application.inquiry_bounds import Counters, InquirySettings
from provd.application.inquiry_waits import Waits
from provd.application.leaving import Leaving
from provd.application.outcomes import outcome
from provd.application.serving import TURNED_AWAY, Secrecy
from provd.application.statuses import StatusBook
from provd.application.telling import tell_of_creation, tell_of_refused_creation
from provd.application.turns import Turns
from provd.application.who_answers import WhoAnswers, barred, unkept
from provd.contracts import (
    IDHCPAnswers,
    IDocumentStore,
    IInquiries,
    INeighbours,
    IPlugins,
)
from provd.contracts.serving import Answered
from provd.pipeline import (
    NOTHING_SETTLED,
    Awaiting,
    Case,
    CreationLimits,
    Pipeline,
    settle,
    with_neighbour,
)
from provd.values import (
    Answer,
    Decision,
    DraftRefused,
    Inquiry,
    Note,
    PluginFailed,
    Refusal,
    RefusalKind,
    Settled,
    Step,
    StoreUnavailable,
    answer_for,
    answered,
)

log = Logger("provd.inquiries")

_Of = TypeVar("_Of")
_Made = TypeVar("_Made")

TRIES = 3
"""How often conflicting drafts are decided again before the device is refused."""


@implementer(IInquiries)
class Inquiries:
    """Answers every question of every device."""

    def __init__(  # noqa: PLR0913 - the collaborators of the whole main job, each named
        self,
        *,
        pipeline: Pipeline,
        store: IDocumentStore,
        plugins: IPlugins,
        limits: CreationLimits,
        decisions: Decisions,
        statuses: StatusBook,
        clock: IReactorTime,
        boot_id: str,
        neighbours: INeighbours | None = None,
        dhcp: IDHCPAnswers | None = None,
        threshold: Threshold,
        secrecy: Secrecy,
        settings: InquirySettings | None = None,
    ) -> None:
        """`boot_id` makes inquiry ids unique over restarts; without `dhcp` DHCP is listened to only."""
        self._pipeline = pipeline
        self._store = store
        self._answers = WhoAnswers(plugins, dhcp)
        self._limits = limits
        self._decisions = decisions
        self._clock = clock
        self._neighbours = neighbours
        self._threshold = threshold
        self._secrecy = secrecy
        self._settings = settings or InquirySettings()
        self._boot_id = boot_id
        self._count = 0
        self.counted = Counters()
        self._waits = Waits(self.counted, self._settings.busy, self._defect)
        self._leaving = Leaving(
            store=store,
            decisions=decisions,
            statuses=statuses,
            clock=clock,
            counted=self.counted,
            waits=self._waits,
            secrecy=secrecy,
            threshold=threshold,
        )
        self._turns = Turns(store, self._waits, partial(self._next, self._worded), self._unkept)

    def adopt(self, settings: InquirySettings) -> None:
        """Hold to other bounds from now on."""
        self._settings = settings
        self._waits.busy = settings.busy

    def observed_by(self, observe: Callable[[Decision], None]) -> None:
        """Have somebody else see every answer to a device that is known, too."""
        self._leaving.observe = observe

    def inquiry_id(self) -> str:
        """A fresh id."""
        self._count += 1
        return f"{self._boot_id}-{self._count:x}"

    def counters(self) -> dict[str, int]:
        """What happened since the start, by name."""
        counted = self.counted
        return {name: getattr(counted, name) for name in counted.__struct_fields__}

    def ask(self, inquiry: Inquiry) -> Answer | Deferred[Answer]:
        """The answer, at once or as a Deferred; never fails."""
        answer: Answer | Deferred[Answer] = self._next(self._answer, self._begun(inquiry))
        return answer

    def ask_all(self, inquiries: Sequence[Inquiry], answered: Answered) -> None:
        """All are decided, then all settled, then all put into words."""
        begun = [self._begun(inquiry) for inquiry in inquiries]
        self._turns.tell([self._next(self._settled, each) for each in begun], answered)

    def _begun(self, inquiry: Inquiry) -> Decision | Answer | Deferred[Answer]:
        """How it is decided; or the answer, where that does not follow at once."""
        self.counted.asked += 1
        inquiry = self._opened(inquiry, keep=True)
        if suspected := self._secrecy.suspected(inquiry):
            asked = partial(self._step, self._serve, inquiry, inquiry)
            too_many = partial(self._turned_away, inquiry)
            return self._secrecy.pace.kept_back(suspected, asked, too_many)
        return self._step(self._decided, inquiry, inquiry)

    def _next(self, step: Callable[[Any], Any], so_far: Any) -> Any:
        """The next step of an inquiry that is not answered yet."""
        if isinstance(so_far, Decision):
            return self._step(step, so_far.inquiry, so_far)
        return (
            self._step(step, so_far.decision.inquiry, so_far) if type(so_far) is Settled else so_far
        )

    def _step(
        self, step: Callable[[_Of], _Made], inquiry: Inquiry, of: _Of
    ) -> _Made | Answer | Deferred[Answer]:
        """What one step makes of something, on behalf of an inquiry."""
        before = answer_for(inquiry.id)
        try:
            return step(of)
        except Awaiting as waiting:
            return self._waits.guarded(inquiry, self._gather(inquiry, waiting, keep=True))
        except Exception:  # noqa: BLE001 - the last resort of every device's question
            return self._defect(inquiry, Failure())
        finally:
            answered(before)

    def _turned_away(self, inquiry: Inquiry) -> Answer:
        return self._leaving.leave(Decision(inquiry), TURNED_AWAY)

    def what_if(self, inquiry: Inquiry) -> Deferred[Decision]:
        """How `inquiry` would be decided and answered; nothing of it is kept."""
        return Deferred.fromCoroutine(self._what_if(self._opened(inquiry, keep=False)))

    def _opened(self, inquiry: Inquiry, *, keep: bool) -> Inquiry:
        """With what the kernel knows of who asks, and what was shown."""
        return self._threshold.open(with_neighbour(inquiry, self._neighbours), keep=keep)

    # The live path. Synchronous wherever it can be: a Deferred costs more than deciding does.

    def _serve(
        self, inquiry: Inquiry, settled: Mapping[object, Any] = NOTHING_SETTLED, first: int = 1
    ) -> Answer | Deferred[Answer]:
        decided = self._decided(inquiry, settled, first)
        return self._answer(decided) if isinstance(decided, Decision) else decided

    def _decided(
        self, inquiry: Inquiry, settled: Mapping[object, Any] = NOTHING_SETTLED, first: int = 1
    ) -> Decision | Answer | Deferred[Answer]:
        """What is decided, and kept; or the answer, where that takes its time or comes to nothing."""
        store = self._store
        if inquiry.barred:
            return self._leaving.leave(Decision(inquiry), barred(inquiry))
        for tried in range(first, TRIES + 1):
            draft = store.draft(inquiry.id)
            decision, case = self._pipeline.decide(inquiry, draft, settled)
            decision.tries = tried
            if case.refused:
                self._creation_refused(inquiry, case)
            if not draft.changed:
                return decision
            committing = store.commit(draft)
            committed = outcome(committing)
            if committed is None:
                return self._waits.guarded(
                    inquiry,
                    self._committing(inquiry, settled, decision, case, committing),
                    committing,
                )
            if isinstance(committed, Failure):
                if committed.check(DraftRefused):
                    self.counted.conflicts += 1
                    continue
                return self._not_kept(decision, committed)
            return self._committed(decision, case)
        return self._gave_up(inquiry)

    def _committed(self, decision: Decision, case: Case) -> Decision:
        """The draft is applied: from here on the store's own documents are the truth."""
        device = decision.device
        if device is not None:
            decision.device = self._store.get("devices", device.id)
        if decision.matched_by == "added":
            self.counted.created += 1
            self._limits.consume(case.inquiry.source, case.inquiry.arrived)
            tell_of_creation(case.inquiry, device.id)
        return decision

    def _answer(self, decision: Decision) -> Answer | Deferred[Answer]:
        return self._leaving.leave_when_durable(
            decision, self._answers.to(decision, self._store, keep=True)
        )

    def _settled(self, decision: Decision) -> Settled | Answer | Deferred[Answer]:
        """Those before it may have changed its device: the store's own document is the truth."""
        device = decision.device
        if device is not None:
            decision.device = self._store.get("devices", device.id)
        settled = self._answers.settle(decision, self._store, keep=True)
        return (
            settled
            if isinstance(settled, Settled)
            else self._leaving.leave_when_durable(decision, settled)
        )

    def _worded(self, settled: Settled) -> Answer | Deferred[Answer]:
        return self._leaving.leave_when_durable(
            settled.decision, self._answers.word(settled, self._store, keep=True)
        )

    # What waits.

    async def _committing(
        self,
        inquiry: Inquiry,
        settled: Mapping[object, Any],
        decision: Decision,
        case: Case,
        committing: Deferred[Any],
    ) -> Answer:
        """The store's owner is elsewhere: the commit takes a round trip."""
        try:
            await committing
        except DraftRefused:
            self.counted.conflicts += 1
            again = self._serve(inquiry, settled, decision.tries + 1)
            return await again if isinstance(again, Deferred) else again
        except StoreUnavailable:
            kept = self._not_kept(decision, Failure())
            return await kept if isinstance(kept, Deferred) else kept
        answer = self._answer(self._committed(decision, case))
        return await answer if isinstance(answer, Deferred) else answer

    async def _gather(self, inquiry: Inquiry, waiting: Awaiting, *, keep: bool) -> Any:
        """Wait for foreign stages, one after the other, and decide again."""
        settled: dict[object, Any] = {}
        while True:
            await settle(waiting, settled, self._clock, self._settings.patience)
            try:
                if keep:
                    answer = self._serve(inquiry, settled)
                    return await answer if isinstance(answer, Deferred) else answer
                return self._pipeline.decide(
                    inquiry, self._store.draft(inquiry.id), settled, keep=False
                )
            except Awaiting as another:
                waiting = another

    # What goes wrong.

    def _creation_refused(self, inquiry: Inquiry, case: Case) -> None:
        self.counted.creations_refused += 1
        self._limits.refused += 1
        tell_of_refused_creation(inquiry, case.refused)

    def _not_kept(self, decision: Decision, failure: Failure) -> Answer | Deferred[Answer]:
        """The store refuses writes: known devices are served on, new ones are asked to come back."""
        if not failure.check(StoreUnavailable):
            return self._defect(decision.inquiry, failure)
        known = decision.before
        if known is None or known.plugin is None:
            return self._leaving.leave_unkept(decision, failure.value)
        decision.device = self._store.get("devices", known.id)
        decision.notes += (
            Note(Step.COMMIT, "what was learnt is not kept: {why}", (("why", str(failure.value)),)),
        )
        return self._answer(decision)

    def _unkept(self, settled: Settled, failure: Failure) -> Answer:
        """What it promises could not be kept: it is not promised."""
        if not failure.check(StoreUnavailable):
            return self._defect(settled.decision.inquiry, failure)
        return self._leaving.leave(settled.decision, unkept(failure.value))

    def _gave_up(self, inquiry: Inquiry) -> Answer:
        self.counted.unavailable += 1
        why = f"its documents changed {TRIES} times while it was decided"
        return self._leaving.leave(
            Decision(inquiry, tries=TRIES), Refusal(RefusalKind.UNAVAILABLE, why)
        )

    def _defect(self, inquiry: Inquiry, failure: Failure) -> Answer:
        self.counted.failed += 1
        log.failure("inquiry {inquiry} ended in a defect", failure, inquiry=inquiry.id)
        answer = Refusal(RefusalKind.FAILED, f"a defect of this server: {failure.value!r}")
        self._decisions.add(Decision(inquiry, answer=answer, answered=self._clock.seconds()))
        return answer

    # The what-if.

    async def _what_if(self, inquiry: Inquiry) -> Decision:
        answer_for(inquiry.id)
        if inquiry.barred:
            return self._supposed(Decision(inquiry), barred(inquiry))
        draft = self._store.draft(inquiry.id)
        try:
            decision, case = self._pipeline.decide(inquiry, draft, keep=False)
        except Awaiting as waiting:
            decision, case = await self._gather(inquiry, waiting, keep=False)
        answer = self._answers.to(decision, case.draft, keep=False)
        if isinstance(answer, Deferred):
            try:
                answer = await answer
            except PluginFailed as error:
                answer = Refusal(RefusalKind.FAILED, str(error))
        return self._supposed(decision, answer)

    def _supposed(self, decision: Decision, answer: Answer) -> Decision:
        """A decision with the answer that would have been given."""
        decision.answer = self._leaving.passed(decision, answer, keep=False)
        return decision
