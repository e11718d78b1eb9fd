"""Everything about secrets that the main job needs, put together in one place."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import frozen
from twisted.internet.interfaces import IReactorTime

from provd.access import Sweeps, SweepSettings
from provd.application.serving.alerts import Alerts
from provd.application.serving.gate import SecretsGate
from provd.application.serving.networks import one_source
from provd.application.serving.pace import Pace
from provd.application.serving.watch import Watch
from provd.contracts import IDocumentStore
from provd.values import Inquiry, Refusal, RefusalKind

TURNED_AWAY = Refusal(
    RefusalKind.UNAVAILABLE,
    "it is suspected to look for devices, and asks faster than it is answered",
)


@frozen
class Secrecy:
    """Whom secrets are given, and who looks for them."""

    gate: SecretsGate
    watch: Watch
    pace: Pace
    sweeps: Sweeps
    _alerts: Alerts

    def suspected(self, inquiry: Inquiry) -> str:
        """The source that is suspected, of whoever asks; empty for most."""
        if inquiry.arrived >= self.sweeps.until or not inquiry.peer:
            return ""
        source = one_source(inquiry.peer)
        return source if self.sweeps.suspected(source, inquiry.arrived) is not None else ""

    def adopt(self, settings: SweepSettings) -> None:
        """Judge and keep back by other bounds from now on."""
        self.sweeps.adopt(settings)
        self.pace.adopt(settings)

    def counters(self) -> dict[str, int]:
        """What happened since the start, by name."""
        return {
            **self.watch.counts,
            **self.pace.counts,
            **self._alerts.counts,
            "sources": len(self.sweeps),
        }

    def warnings(self) -> Sequence[str]:
        """What an operator should look at, each with the next step."""
        return self.watch.warnings()


def make_secrecy(
    store: IDocumentStore,
    clock: IReactorTime,
    settings: SweepSettings,
    is_shared: Callable[[str], bool],
) -> Secrecy:
    """For a store's devices; `is_shared` tells of sources behind which many devices are known to be."""
    sweeps = Sweeps(settings)
    gate = SecretsGate(store, sweeps)
    alerts = Alerts(store)
    watch = Watch(store, sweeps, alerts, gate.enrolments, is_shared, clock)
    return Secrecy(gate, watch, Pace(clock, settings), sweeps, alerts)
