"""The gate before secrets: one for all protocols, asked once the answer is known and before it leaves.

A what-if asks the same, and uses up nothing.
"""

from __future__ import annotations

from provd.access import Sweeps
from provd.application.serving.budgets import Budgets
from provd.application.serving.enrolments import OpenEnrolments
from provd.application.serving.networks import one_source
from provd.application.serving.policies import Policies, Rule, is_open
from provd.contracts import IDocumentStore
from provd.documents import ENROLMENTS, SERVING_POLICIES
from provd.values import (
    Answer,
    Decision,
    Level,
    Outcome,
    Protocol,
    Refusal,
    RefusalKind,
    Verdict,
)

IN_ENROLMENT = "it tells secrets, and enrolment {enrolment} lets it have them (policy {policy})"
IN_HOURS = "it tells secrets, and an enrolment is open at this time of the day (policy {policy})"
REFUTED = "it is not the device that it says it is: {why}"
SWEEPS = "whoever asks there looks for devices: {why}"
ELSEWHERE = "it asks from {peer}, and policy {policy} names other networks"
AT_ANOTHER_TIME = "policy {policy} names other hours"
UNPROVEN = "its identity level is {level}, and policy {policy} wants {wanted}"
SPENT = "it was given {times} times within {seconds} s, all that policy {policy} allows"

# To look one of them up in its enumeration costs as much as all the rest (CPython 3.11).
_GIVEN, _REFUSED = Outcome.GIVEN, Outcome.REFUSED


class SecretsGate:
    """Says of each answer that tells secrets what becomes of it."""

    def __init__(self, store: IDocumentStore, sweeps: Sweeps) -> None:
        """`sweeps` tells who looks for devices."""
        self._policies = Policies(store.collection(SERVING_POLICIES.name))
        self.enrolments = OpenEnrolments(store.collection(ENROLMENTS.name))
        self._sweeps = sweeps
        self.budgets = Budgets()

    def passed(self, decision: Decision, answer: Answer, *, keep: bool) -> Answer:
        """The answer that is given: itself, for the most part."""
        without = getattr(answer, "without", None)
        if without is None:
            return answer
        verdict = self.verdict(decision, decision.inquiry.path, keep=keep)
        if verdict.outcome is _GIVEN:
            return answer
        if verdict.outcome is _REFUSED or isinstance(without, Refusal):
            return Refusal(RefusalKind.NOT_FOUND, f"it tells secrets: {verdict}")
        given: Answer = without
        return given

    def verdict(self, decision: Decision, subject: str, *, keep: bool) -> Verdict:
        """What policy says; the decision keeps it. `subject` is what is to be given, by name."""
        inquiry, device = decision.inquiry, decision.device
        rule = self._policies.deciding(inquiry, device)
        obstacle = None
        # Each is looked at only where there can be one: this runs for nearly every file of a phone.
        if (
            rule.narrow
            or inquiry.arrived < self._sweeps.until
            or (not decision.level and decision.proofs)
        ):
            obstacle = self._obstacle(rule, decision)
        verdict = obstacle or self._judged(rule, decision)
        budget = rule.policy.budget
        if (
            budget is not None
            and device is not None
            and verdict.outcome is _GIVEN
            and not self.budgets.allows(
                (device.id, _one_name(subject)), budget, inquiry.arrived, keep=keep
            )
        ):
            times, seconds, policy = budget.times, budget.seconds, rule.policy.id
            verdict = _withheld(rule, SPENT, times=times, seconds=seconds, policy=policy)
        decision.verdict = verdict
        return verdict

    def _judged(self, rule: Rule, decision: Decision) -> Verdict:
        level = decision.level
        if level >= rule.level:
            return rule.given
        enrolling = self._enrolling(rule, decision)
        if enrolling is not None:
            return enrolling
        wanted, policy = rule.level.word, rule.policy.id
        return _withheld(rule, UNPROVEN, level=level.word, policy=policy, wanted=wanted)

    def _obstacle(self, rule: Rule, decision: Decision) -> Verdict | None:
        """What speaks against it, however sure it is who asks, or however little a policy wants."""
        inquiry, policy = decision.inquiry, rule.policy.id
        for proof in decision.proofs:
            if proof.refutes:
                return _withheld(rule, REFUTED, why=str(proof))
        # Who is proved gets what is its own at most.  And over TFTP anybody can sweep in the name of another.
        if decision.level < Level.NETWORK:
            sweep = self._sweeps.suspected(one_source(source_of(decision)), inquiry.arrived)
            if sweep is not None:
                return _withheld(rule, SWEEPS, why=sweep.reason)
        if rule.networks and not rule.networks.hold(inquiry.peer):
            return _withheld(rule, ELSEWHERE, peer=inquiry.peer or "no address", policy=policy)
        if rule.hours and not is_open(rule.hours, inquiry.arrived):
            return _withheld(rule, AT_ANOTHER_TIME, policy=policy)
        return None

    def _enrolling(self, rule: Rule, decision: Decision) -> Verdict | None:
        """That it is given because an enrolment is open; None where that does not help."""
        if decision.level < rule.enrolling:
            return None
        inquiry, policy = decision.inquiry, rule.policy.id
        if rule.enrolment_hours and is_open(rule.enrolment_hours, inquiry.arrived):
            return Verdict(policy, _GIVEN, IN_HOURS, (("policy", policy),))
        found = self.enrolments.open_for(
            decision.device, inquiry.tenant, inquiry.peer, inquiry.arrived
        )
        if not found:
            return None
        return Verdict(policy, _GIVEN, IN_ENROLMENT, (("enrolment", found), ("policy", policy)))


def _one_name(path: str) -> str:
    """The name that a budget has for all spellings of a path that plugins find the same file by."""
    return "/".join([part for part in path.lower().split("/") if part])


def source_of(decision: Decision) -> str:
    """Who asks; over DHCP without an address yet, whoever has the address that is to be given."""
    inquiry = decision.inquiry
    if inquiry.protocol is not Protocol.DHCP or inquiry.peer or decision.judgement is None:
        return inquiry.source
    address = decision.judgement.address
    return ".".join(map(str, address.to_bytes(4, "big"))) if address else inquiry.source


def _withheld(rule: Rule, text: str, **fields: object) -> Verdict:
    return Verdict(
        rule.policy.id, Outcome(rule.policy.otherwise.value), text, tuple(fields.items())
    )
