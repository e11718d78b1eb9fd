"""Watch: what is seen of those who ask, once each answer is known.

It raises the alerts, writes the security log, and tells sweeps from sites whose phones all start at once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from provd.access import Sighting, Sweep, Sweeps, contradicts
from provd.application.serving.alerts import Alerts
from provd.application.serving.enrolments import OpenEnrolments
from provd.application.serving.networks import one_source
from provd.application.serving.security import sweep_told, told_of
from provd.contracts import IDocumentStore
from provd.documents import Alert, AlertKind, Device, Status
from provd.values import Decision, Inquiry, Level, Outcome, Protocol, Refusal, RefusalKind

log = Logger("provd.serving")

_GIVEN, _NETWORK, _DHCP = Outcome.GIVEN, Level.NETWORK, Protocol.DHCP

LONGEST = 255
"""Characters of a path or a reason."""
LATELY = 86_400.0
"""Seconds for which operators are reminded of a device that was not given its secrets."""
MOST_SHORT = 10_000
"""Devices that are counted."""

SHORT = (
    "{count} devices were not given what is secret in their files within {hours} hours, as policy says;"
    " `provd alerts list` tells which and why, docs/operate/serving-secrets.rst how to let them"
)
SWEPT = (
    "{count} sources look for devices, {source} the last of them; `provd alerts list` tells more"
)


class Watch:
    """Looks at every decision that was made live."""

    def __init__(
        self,
        store: IDocumentStore,
        sweeps: Sweeps,
        alerts: Alerts,
        enrolments: OpenEnrolments,
        is_shared: Callable[[str], bool],
        clock: IReactorTime,
    ) -> None:
        """`is_shared` tells of sources behind which many devices are known to be."""
        self._clock = clock
        self._short: OrderedDict[str, float] = OrderedDict()
        self._store = store
        self._sweeps = sweeps
        self._alerts = alerts
        self._enrolments = enrolments
        self._is_shared = is_shared
        self.counts = {"sweeps": 0, "given": 0, "redacted": 0, "refused": 0}

    def see(self, decision: Decision) -> None:
        """Take in one that is answered."""
        inquiry, verdict = decision.inquiry, decision.verdict
        withheld = False
        if verdict is not None:
            self.counts[verdict.outcome] += 1
            if verdict.outcome is not _GIVEN and not _is_asked_first(decision):
                withheld = True
                self._withheld(decision)
        if decision.level >= _NETWORK or inquiry.protocol is _DHCP:
            return
        before = decision.before
        if before is not None and before.ip == inquiry.peer and not withheld:
            return  # nearly everybody asks from where they asked before
        enrolling = self._is_enrolling(decision)
        told_of(decision, created=not enrolling, sensitive=withheld)
        if not enrolling and (before is None or not self._has_asked_from(inquiry, before)):
            self._sighted(decision)

    def warnings(self) -> Sequence[str]:
        """That devices go without what is theirs, and what to do about it."""
        now = self._clock.seconds()
        short = sum(1 for at in self._short.values() if 0 <= now - at < LATELY)
        swept = self._sweeps.suspects(now)
        found = [SHORT.format(count=short, hours=int(LATELY // 3600))] if short else []
        if swept:
            found.append(SWEPT.format(count=len(swept), source=swept[-1].source))
        return found

    def _is_enrolling(self, decision: Decision) -> bool:
        inquiry = decision.inquiry
        return bool(
            self._enrolments.open_for(
                decision.device, inquiry.tenant, inquiry.peer, inquiry.arrived
            )
        )

    def _has_asked_from(self, inquiry: Inquiry, before: Device) -> bool:
        """Whether a device was seen there before, as far as anybody knows."""
        if before.ip == inquiry.peer:
            return True
        status: Status | None = self._store.get("statuses", before.id)
        if status is None or not status.answers:
            return False
        here = one_source(inquiry.peer)
        # What was written before addresses were noted speaks against nobody.
        return any(not each.peer or one_source(each.peer) == here for each in status.answers)

    def _sighted(self, decision: Decision) -> None:
        inquiry, device = decision.inquiry, decision.device
        mac = decision.info.get("mac", "") or (device.id if device is not None else "")
        source = one_source(inquiry.peer)
        shared = self._is_shared(inquiry.peer)
        if shared and device is not None:
            return  # that many are there was declared, and how many may be made is limited
        sweep = self._sweeps.see(
            Sighting(
                source=source,
                at=inquiry.arrived,
                mac=mac,
                unknown=inquiry.path[:LONGEST] if device is None else "",
                mismatch=_another_vendor(decision),
                shared=shared,
            )
        )
        if sweep is not None:
            self._swept(sweep, inquiry)

    def _swept(self, sweep: Sweep, inquiry: Inquiry) -> None:
        self.counts["sweeps"] += 1
        log.warn(
            "sweep suspected from {source}: {reason}", source=sweep.source, reason=sweep.reason
        )
        sweep_told(sweep, inquiry.peer)
        self._alerts.raise_(
            Alert(
                id=inquiry.id,
                kind=AlertKind.SWEEP,
                at=inquiry.arrived,
                source=sweep.source,
                reason=sweep.reason,
                protocol=str(inquiry.protocol),
                inquiry=inquiry.id,
            )
        )

    def _withheld(self, decision: Decision) -> None:
        inquiry, device, verdict = decision.inquiry, decision.device, decision.verdict
        whom = device.id if device is not None else inquiry.source
        if device is not None:
            self._short.pop(whom, None)
            self._short[whom] = inquiry.arrived
            if len(self._short) > MOST_SHORT:
                self._short.popitem(last=False)
        if not self._alerts.is_new(whom, inquiry.arrived):
            return
        reason = str(verdict)[:LONGEST]
        log.warn(
            "secrets of {whom} are withheld from {source}: {reason}",
            whom=whom,
            source=inquiry.source,
            reason=reason,
            inquiry=inquiry.id,
        )
        self._alerts.raise_(
            Alert(
                id=inquiry.id,
                tenant=device.tenant if device is not None else "",
                kind=AlertKind.WITHHELD,
                at=inquiry.arrived,
                source=inquiry.source,
                reason=reason,
                device=device.id if device is not None else "",
                policy=verdict.policy,
                protocol=str(inquiry.protocol),
                inquiry=inquiry.id,
            )
        )


def _is_asked_first(decision: Decision) -> bool:
    """Whether it is merely asked who it is: over HTTP nobody shows a password before that."""
    answer, shown = decision.answer, decision.inquiry.credential
    return (
        type(answer) is Refusal
        and answer.kind is RefusalKind.UNAUTHENTICATED
        and (shown is None or shown.stale)
    )


def _another_vendor(decision: Decision) -> bool:
    """Whether the request says another vendor than its MAC address does, or than the device is known to be of."""
    info, before = decision.info, decision.before
    vendor = info.get("vendor", "")
    if not vendor:
        return False
    if contradicts(info.get("mac", ""), vendor):
        return True
    return before is not None and bool(before.vendor) and before.vendor != vendor
