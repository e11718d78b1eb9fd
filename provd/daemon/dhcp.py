"""Wiring of DHCP: what decides exists always, so that a what-if is told; what listens, where it is wanted."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from attrs import define

from provd.application.dhcp import DHCPAnswers, OptionTemplates, Upkeep
from provd.application.serving import SecretsGate
from provd.leases import Leases
from provd.pipeline import KernelTables
from provd.plugins import Plugins
from provd.servers.dhcp import DHCPServer, DHCPSettings, DHCPSockets, Probes
from provd.store import SQLiteStore
from provd.values import Link


@define
class Serving:
    """DHCP of one server."""

    answers: DHCPAnswers
    upkeep: Upkeep
    _leases: Leases
    _kernel: KernelTables | None
    _settings: DHCPSettings
    _server: DHCPServer | None = None
    _probes: Probes | None = None

    def start(
        self, sockets: DHCPSockets | None, reactor: Any, inquiries: Any, clock: Callable[[], float]
    ) -> None:
        """Answer on these sockets, where there are any."""
        self.upkeep.start()
        if sockets is None:
            return
        links = self._kernel if self._kernel is not None else NoLinks()
        self._probes = Probes(reactor, sockets, links, os.getpid())
        self.answers.probe_with(self._probes)
        self._server = DHCPServer(reactor, inquiries, sockets, links, self._settings, clock=clock)
        self._server.start()

    def stop(self) -> None:
        """Answer no more."""
        self.upkeep.stop()
        if self._server is not None:
            self._server.stop()
        if self._probes is not None:
            self._probes.close()
        self._leases.close()

    def adopt(self, settings: DHCPSettings) -> None:
        """Hold to other limits from the next packet on."""
        self._settings = settings
        self._leases.tell(settings.lease_queries)
        self.upkeep.history.kept = settings.history
        if self._server is not None:
            self._server.adopt(settings)

    def usage(self, subnet: str) -> Sequence[Any]:
        """How full each pool of a subnet is."""
        return self._leases.utilisation(subnet)

    def counters(self) -> Any:
        """What the server counts; None where nothing is served."""
        return self._server.counters() if self._server is not None else None

    def warnings(self) -> Sequence[str]:
        """What operators should look at."""
        foreign = self._server.warnings() if self._server is not None else ()
        return (*foreign, *self.upkeep.warnings())


class NoLinks:
    """The interfaces of a host whose kernel does not tell of them: nobody is served."""

    def link(self, index: int) -> Link | None:
        """There is none."""
        del index
        return None

    def links(self) -> tuple[Link, ...]:
        """There are none."""
        return ()


def serving(
    settings: DHCPSettings,
    store: SQLiteStore,
    plugins: Plugins,
    kernel: KernelTables | None,
    clock: Any,
    gate: SecretsGate,
) -> Serving:
    """Policy, and what answers with it; `clock` is the reactor's (IReactorTime)."""
    leases = Leases(store, clock.seconds(), settings.lease_queries)
    answers = DHCPAnswers(
        leases=leases,
        store=store,
        plugins=plugins,
        clock=clock,
        base_url=plugins.base_url,
        render=OptionTemplates().render,
        gate=gate,
        binl_port=settings.binl_port,
    )
    upkeep = Upkeep(leases, store, clock, settings.history)
    return Serving(answers, upkeep, leases, kernel, settings)
