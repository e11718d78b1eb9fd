"""Inquiries: the one door through which every device's question is answered.

gather → decide → commit → answer.  Live and what-if walk the same code: a what-if throws its draft
away, asks the plugin over the draft's view, and keeps nothing.

An answer that creates or associates a device leaves once that is durable; so does one that depends on
somebody else's change that is not durable yet.  Anything else leaves at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from provd.access import Threshold
from provd.application.decisions import Decisions
from provd.application.dependencies import awaited
from provd.application.inquiry_bounds import Counters, InquirySettings
from provd.application.outcomes import nobodys_business, outcome
from provd.application.serving import TURNED_AWAY, Secrecy
from provd.application.statuses import StatusBook
from provd.application.telling import tell_of, tell_of_creation, tell_of_refused_creation
from provd.application.who_answers import TOO_MANY, WhoAnswers, barred
from provd.contracts import (
    IDHCPAnswers,
    IDocumentStore,
    IInquiries,
    INeighbours,
    IPlugins,
)
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
    Step,
    StoreUnavailable,
    answer_for,
    answered,
)

log = Logger("provd.inquiries")

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
        threshold: Threshold | None = None,
        secrecy: Secrecy,
        settings: InquirySettings | None = None,
    ) -> None:
        """`boot_id` makes inquiry ids unique over restarts; without `dhcp` DHCP is listened to only,
        without `threshold` nobody shows keys or passwords.
        """
        self._pipeline = pipeline
        self._store = store
        self._answers = WhoAnswers(plugins, dhcp)
        self._limits = limits
        self._decisions = decisions
        self._statuses = statuses
        self._clock = clock
        self._neighbours = neighbours
        self._threshold = threshold
        self._secrecy = secrecy
        self._settings = settings or InquirySettings()
        self._boot_id = boot_id
        self._count = 0
        self.counted = Counters()
        self._observe: Callable[[Decision], None] = _nobody_looks

    def adopt(self, settings: InquirySettings) -> None:
        """Hold to other bounds from now on."""
        self._settings = settings

    def observed_by(self, observe: Callable[[Decision], None]) -> None:
        """Have somebody else see every answer to a device that is known, too."""
        self._observe = observe

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
        self.counted.asked += 1
        inquiry = self._opened(inquiry, keep=True)
        if suspected := self._secrecy.suspected(inquiry):
            asked, too_many = partial(self._asked, inquiry), partial(self._turned_away, inquiry)
            return self._secrecy.pace.kept_back(suspected, asked, too_many)
        return self._asked(inquiry)

    def _asked(self, inquiry: Inquiry) -> Answer | Deferred[Answer]:
        before = answer_for(inquiry.id)
        try:
            return self._serve(inquiry)
        except Awaiting as waiting:
            return self._guarded(inquiry, self._gather(inquiry, waiting, keep=True))
        except Exception:  # noqa: BLE001 - the last resort of every device's question
            return self._defect(inquiry, Failure())
        finally:
            answered(before)

    def _turned_away(self, inquiry: Inquiry) -> Answer:
        return self._leave(Decision(inquiry), TURNED_AWAY)

    def what_if(self, inquiry: Inquiry) -> Deferred[Decision]:
        """How `inquiry` would be decided and answered; nothing of it is kept."""
        return Deferred.fromCoroutine(self._what_if(self._opened(inquiry, keep=False)))

    def _opened(self, inquiry: Inquiry, *, keep: bool) -> Inquiry:
        """With what the kernel knows of who asks, and what was shown."""
        inquiry = with_neighbour(inquiry, self._neighbours)
        return inquiry if self._threshold is None else self._threshold.open(inquiry, keep=keep)

    # The live path. Synchronous wherever it can be: a Deferred costs more than deciding does.

    def _serve(
        self, inquiry: Inquiry, settled: Mapping[object, Any] = NOTHING_SETTLED, first: int = 1
    ) -> Answer | Deferred[Answer]:
        store = self._store
        if inquiry.barred:
            return self._leave(Decision(inquiry), barred(inquiry))
        for tried in range(first, TRIES + 1):
            draft = store.draft(inquiry.id)
            decision, case = self._pipeline.decide(inquiry, draft, settled)
            decision.tries = tried
            if case.refused:
                self._creation_refused(inquiry, case)
            if not draft.changed:
                return self._answer(decision)
            committing = store.commit(draft)
            committed = outcome(committing)
            if committed is None:
                return self._guarded(
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

    def _committed(self, decision: Decision, case: Case) -> Answer | Deferred[Answer]:
        """The draft is applied: from here on the store's own documents are the truth."""
        device = decision.device
        if device is not None:
            decision.device = self._store.get("devices", device.id)
        if decision.matched_by == "added":
            self.counted.created += 1
            self._limits.consume(case.inquiry.source, case.inquiry.arrived)
            tell_of_creation(case.inquiry, device.id)
        return self._answer(decision)

    def _answer(self, decision: Decision) -> Answer | Deferred[Answer]:
        answer = self._answers.to(decision, self._store, keep=True)
        device = decision.device
        pending = awaited(self._store, device) if device is not None else None
        if pending is not None or decision.inquiry.url_token:
            return self._guarded(
                decision.inquiry, self._leave_later(decision, answer, pending), answer, pending
            )
        if isinstance(answer, Deferred):
            return self._leave_with(decision, answer)
        return self._leave(decision, answer)

    def _leave(self, decision: Decision, answer: Answer) -> Answer:
        """The answer is final: record it, tell it, and let it go."""
        answer = self._secrecy.passed(decision, answer, keep=True)
        if self._threshold is not None:
            answer = self._threshold.crossed(decision, answer, keep=True)
        decision.answer = answer
        decision.answered = self._clock.seconds()
        counted = self.counted
        if type(answer) is Refusal:
            counted.refused += 1
            if decision.device is None:
                counted.unknown += 1
        else:
            counted.answered += 1
        self._decisions.add(decision)
        if decision.device is not None:
            self._statuses.note(decision)
            self._observe(decision)
        self._secrecy.watch.see(decision)
        tell_of(decision)
        return answer

    # What waits.

    def _leave_with(
        self, decision: Decision, answer: Deferred[Answer]
    ) -> Answer | Deferred[Answer]:
        """By callbacks: every ACK over DHCP leaves this way, and a coroutine costs 10 µs more."""
        if self._too_many():
            answer.addErrback(nobodys_business)
            return TOO_MANY
        leave = partial(self._leave, decision)
        answer.addCallbacks(leave, self._plugin_failed, errbackArgs=(decision,))
        return self._watched(decision.inquiry, answer)

    def _plugin_failed(self, failure: Failure, decision: Decision) -> Answer:
        failure.trap(PluginFailed)
        return self._leave(decision, Refusal(RefusalKind.FAILED, str(failure.value)))

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
            return self._leave(decision, self._refuse_unkept(decision, error))
        if decision.inquiry.url_token and self._threshold is not None:
            answer = await self._threshold.spent(decision, answer, self._secrecy.passed)
        return self._leave(decision, answer)

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
        answer = self._committed(decision, case)
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

    def _guarded(
        self, inquiry: Inquiry, answering: Any, *awaited: object
    ) -> Answer | Deferred[Answer]:
        """Let `answering` go on, unless too many do; how the `awaited` end is then nobody's business."""
        if self._too_many():
            answering.close()
            for each in awaited:
                if isinstance(each, Deferred):
                    each.addErrback(nobodys_business)
            return TOO_MANY
        return self._watched(inquiry, Deferred.fromCoroutine(answering))

    def _too_many(self) -> bool:
        """Whether so many inquiries wait already that this one may not; it is counted then."""
        if self.counted.waiting < self._settings.busy:
            return False
        self.counted.unavailable += 1
        return True

    def _watched(self, inquiry: Inquiry, answer: Deferred[Answer]) -> Deferred[Answer]:
        """An answer that will come, counted until it does; one that fails is our defect."""
        self.counted.waiting += 1
        answer.addErrback(lambda failure: self._defect(inquiry, failure))
        return answer.addBoth(self._waited)

    def _waited(self, answer: Answer) -> Answer:
        self.counted.waiting -= 1
        return answer

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
            return self._leave(decision, self._refuse_unkept(decision, failure.value))
        decision.device = self._store.get("devices", known.id)
        decision.notes += (
            Note(Step.COMMIT, "what was learnt is not kept: {why}", (("why", str(failure.value)),)),
        )
        return self._answer(decision)

    def _refuse_unkept(self, decision: Decision, error: Any) -> Refusal:
        self.counted.unavailable += 1
        decision.notes += (Note(Step.COMMIT, "{why}", (("why", str(error)),)),)
        return Refusal(RefusalKind.UNAVAILABLE, str(error))

    def _gave_up(self, inquiry: Inquiry) -> Answer:
        self.counted.unavailable += 1
        why = f"its documents changed {TRIES} times while it was decided"
        return self._leave(Decision(inquiry, tries=TRIES), Refusal(RefusalKind.UNAVAILABLE, why))

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
        answer = self._secrecy.passed(decision, answer, keep=False)
        if self._threshold is not None:
            answer = self._threshold.crossed(decision, answer, keep=False)
        decision.answer = answer
        return decision


def _nobody_looks(_decision: Decision) -> None:
    """While nobody wants to see answers."""
