"""Decide: extract, look up, update, route. Pure and synchronous, over a draft; effects come later.

The same inquiry on the same documents gives the same decision, whether it is served or only asked
what would be: nothing here reads a clock, rolls dice or writes anything but its draft.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provd.contracts import IDraft
from provd.documents import Device
from provd.pipeline.app import DraftApp
from provd.pipeline.case import NOTHING_SETTLED, Case
from provd.pipeline.certify import NOT_ITS, certified, is_its
from provd.pipeline.compose import Stages
from provd.pipeline.detail import tell
from provd.pipeline.look_up import held
from provd.pipeline.prove import Proving
from provd.values import Decision, Info, Inquiry, Note, Step, in_detail, level_of

NOBODY = Note(Step.LOOK_UP, "no device is known by what was concluded")
"""Said of most that ask over DHCP."""

ANOTHERS = "the key or the one-time URL that it showed is not for device {device}"


class Pipeline:
    """The composed stages."""

    def __init__(self, stages: Stages, app: DraftApp, proving: Proving) -> None:
        """Decide with `stages`, whose foreign classes propose through `app`."""
        self._app = app
        self._prove = proving.of
        self.adopt(stages)

    def adopt(self, stages: Stages) -> None:
        """Decide with other stages from now on."""
        self._extract = stages.info_extractor.testify
        self._look_up = stages.retriever.look_up
        self._revise = stages.updater.revise

    def decide(
        self,
        inquiry: Inquiry,
        draft: IDraft,
        settled: Mapping[object, Any] = NOTHING_SETTLED,
        *,
        keep: bool = True,
    ) -> tuple[Decision, Case]:
        """Walk the stages.

        @raise provd.pipeline.Awaiting: a stage waits for something; settle it and decide again.
        """
        case = Case(inquiry, draft, settled, keep=keep)
        self._app.open(case)
        try:
            self._walk(case)
        finally:
            self._app.open(None)
        device = case.device
        decision = Decision(
            inquiry,
            case.testimonies,
            case.info,
            case.matched_by,
            device,
            case.before,
            (device.plugin or "") if device is not None else "",
        )
        if proofs := self._prove(case):
            decision.proofs = proofs
            decision.level = level_of(proofs)
        if case.notes:
            decision.notes = tuple(case.notes)
        if not keep and in_detail():
            tell(decision)
        return decision, case

    def _walk(self, case: Case) -> None:
        info = case.info = self._extract(case) or {}
        shown = case.inquiry.certificate
        if shown is not None:
            agreed = certified(case, shown, info)
            if agreed is None:
                return
            info = case.info = agreed
        device = self._found(case, info)
        if device is None:
            return
        case.device = device
        if case.matched_by != "added":
            case.before = device
        self._revise(case)
        if case.changes:
            case.settle_device()

    def _found(self, case: Case, info: Info) -> Device | None:
        """The device, where all that was shown is for it."""
        device = self._look_up(case, info)
        inquiry = case.inquiry
        if inquiry.holder and device is None:
            device = held(case, info)
        if device is None:
            # A foreign retriever may have proposed things for a device it did not find.
            case.notes.append(NOBODY)
            return None
        if inquiry.bound and not _opens(inquiry, device, self._app.tenant):
            case.note(Step.LOOK_UP, ANOTHERS, device=device.id)
        elif inquiry.certificate is not None and not is_its(inquiry.certificate, device):
            case.note(Step.LOOK_UP, NOT_ITS, certified=inquiry.certificate.mac, device=device.id)
        else:
            return device
        case.matched_by = ""
        return None


def _opens(inquiry: Inquiry, device: Device, own_tenant: str) -> bool:
    """Whether what an inquiry showed is for this device."""
    if inquiry.holder:
        return inquiry.holder == device.id
    return (device.tenant or own_tenant) == (inquiry.tenant or own_tenant)
