"""Everything that operators may ask for, put together from what the server is made of."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, Protocol

from attrs import frozen
from twisted.internet.interfaces import IReactorTime

from provd.access import AuditedStore, Gate
from provd.application.actions import Actions
from provd.application.acts import Acts
from provd.application.backups import Backups
from provd.application.changing import Changes
from provd.application.collection import Documents
from provd.application.configs import Configs
from provd.application.counters import Tally
from provd.application.decisions import Decisions
from provd.application.deeds import SystemDeeds
from provd.application.device_secrets import make_device_secrets
from provd.application.devices import Devices
from provd.application.dhcp_documents import DhcpDocuments, make_dhcp_documents, no_links
from provd.application.endings import Endings
from provd.application.events import Events
from provd.application.grades import Grades
from provd.application.health import Health
from provd.application.info import Info
from provd.application.journal import Journal
from provd.application.lapses import Lapses
from provd.application.operations import Operations
from provd.application.packages import Packages
from provd.application.plugins import Plugins
from provd.application.preferences import ServerPreferences
from provd.application.readiness import BaseRawConfig, Readiness, WholeReadiness
from provd.application.receipts import Receipts
from provd.application.releases import Releases
from provd.application.remembered import Remembered
from provd.application.reseals import Reseals
from provd.application.restores import Restores
from provd.application.retention import Retention
from provd.application.revalidation import Revalidation
from provd.application.rights import Rights
from provd.application.serving_documents import ServingDocuments, make_serving_documents
from provd.application.slices import Slices
from provd.application.subnets import nobody_counts
from provd.application.synchronizing import (
    Choosing,
    RemoteState,
    SynchronizationSettings,
    Synchronizing,
)
from provd.application.system import System
from provd.application.waiting import Waiting
from provd.application.whatif import AsksWhatIf, WhatIf
from provd.contracts import IDocumentStore, IPlugins, ISynchronizer
from provd.values import Decision, Link

Collections = Mapping[str, Documents[Any]]


class AsksAndCounts(AsksWhatIf, Protocol):
    """What operators want of `Inquiries`."""

    def counters(self) -> dict[str, int]:
        """What happened since the start, by name."""

    def observed_by(self, observe: Callable[[Decision], None]) -> None:
        """Have somebody see every answer to a device that is known."""


@frozen(kw_only=True)
class Limited:
    """The use cases of those to whom not everything is there."""

    collections: Collections
    changes: Changes
    rights: Rights


@frozen(kw_only=True)
class Operators:
    """The use cases of operators; `synchronizing`, `revalidation`, `endings`, `lapses` and `retention` are
    to be started, in this order, and stopped with the server.
    """

    collections: Collections
    """What operators see and change, by name, of what belongs to tenants."""
    plugins: Plugins
    packages: Packages
    releases: Releases
    decisions: Remembered
    what_if: WhatIf
    operations: Operations
    changes: Changes
    waiting: Waiting
    info: Info
    backups: Backups
    restores: Restores
    reseals: Reseals
    system_deeds: SystemDeeds
    actions: Actions
    synchronizing: Synchronizing
    events: Events
    health: Health
    tally: Tally
    revalidation: Revalidation
    readiness: Readiness
    system: System
    journal: Journal
    preferences: ServerPreferences
    rights: Rights
    endings: Endings
    lapses: Lapses
    retention: Retention
    dhcp: DhcpDocuments
    serving: ServingDocuments
    slices: Slices
    """In turns of which all long work is done."""
    over: Callable[[IDocumentStore], Limited]
    """The use cases that work on documents, over a store that holds less."""


NOBODY: Mapping[str, ISynchronizer] = MappingProxyType({})
"""What tells no device anything."""


def _unknown(_peer: str) -> str:
    return ""


def make_operators(  # noqa: PLR0913, PLR0915 - what a server is made of, each part named
    *,
    store: AuditedStore,
    gate: Gate,
    plugins: IPlugins,
    inquiries: AsksAndCounts,
    decisions: Decisions,
    base: BaseRawConfig,
    clock: IReactorTime,
    new_id: Callable[[], str],
    local_of: Callable[[str], str] = _unknown,
    own_tenant: str = "",
    journal: Journal | None = None,
    links: Callable[[], Sequence[Link]] = no_links,
    usage: Callable[[str], Sequence[Any]] = nobody_counts,
    synchronizers: Mapping[str, ISynchronizer] = NOBODY,
    synchronization: SynchronizationSettings | None = None,
    stopwatch: Callable[[], float] = time.perf_counter,
) -> Operators:
    """The use cases over these parts.

    `base` answers a fresh copy of what every raw config starts from; `new_id` an id nobody has;
    `clock` tells the time since the epoch; `local_of` the address of ours that a device at an address
    reaches (empty when unknown); `own_tenant` is whose the devices are that nobody has taken yet;
    `journal` is what keeps the last lines of the log; `links` tells the interfaces of this host;
    `usage` how full the pools of a subnet are; `synchronizers` tell devices to fetch their files again, by
    name, as `synchronization` says; `stopwatch` measures how long work has taken, which a
    virtual `clock` cannot.
    """
    slices = Slices(clock, now=stopwatch)
    readiness = Readiness(plugins, base)
    operations = Operations(store, slices, new_id, clock.seconds)
    revalidation = Revalidation(store, readiness, operations, slices, clock)
    choosing = Choosing(
        store, plugins, readiness, synchronizers, synchronization or SynchronizationSettings()
    )
    remote_state = RemoteState(store, plugins, readiness)
    synchronizing = Synchronizing(store, operations, choosing, remote_state, slices, clock)
    inquiries.observed_by(synchronizing.observe)
    receipts = Receipts(store, clock.seconds)
    grades = Grades(store, plugins)
    secrets_over = partial(
        make_device_secrets,
        slices=slices,
        new_id=new_id,
        now=clock.seconds,
        base=base,
        grades=grades,
    )

    def collections(store: IDocumentStore, readiness: Readiness) -> Collections:
        made: Sequence[Documents[Any]] = (
            Devices(store, slices, new_id, readiness, own_tenant, grades),
            Configs(store, slices, new_id, base, grades),
            *secrets_over(store).collections,
        )
        return {each.kind.name: each for each in made}

    def over(limited: IDocumentStore) -> Limited:
        return Limited(
            collections=collections(limited, WholeReadiness(readiness)),
            changes=Changes(limited, slices, receipts),
            rights=rights.over(limited),
        )

    rights = Rights(store, slices, gate, store, new_id, clock.seconds)
    endings = Endings(store, gate, operations, clock)
    retention = Retention(store, operations, slices, clock)
    health = Health(store, plugins)
    events = Events(store, clock)
    health.when_drained(events.end, events.resume)
    acts = Acts(store)
    backups = Backups(operations, acts, clock.seconds)
    restores = Restores(store, backups, operations, slices)
    reseals = Reseals(operations, acts)
    system = System(health, acts, clock.seconds)
    packages = Packages(
        store=store,
        plugins=plugins,
        operations=operations,
        acts=acts,
        revalidation=revalidation,
        slices=slices,
        clock=clock,
    )
    return Operators(
        over=over,
        collections=collections(store, readiness),
        plugins=Plugins(plugins, store, revalidation),
        packages=packages,
        releases=Releases(store, plugins, packages.jobs, clock),
        decisions=Remembered(decisions, store),
        what_if=WhatIf(inquiries, slices, clock.seconds, local_of),
        operations=operations,
        waiting=Waiting(store, clock),
        actions=Actions(
            store, plugins, readiness, operations, synchronizing, secrets_over(store).deeds
        ),
        synchronizing=synchronizing,
        backups=backups,
        restores=restores,
        reseals=reseals,
        system_deeds=SystemDeeds(system, health, backups, restores, reseals, plugins),
        info=Info(store, plugins, health, clock.seconds),
        changes=Changes(store, slices, receipts),
        events=events,
        health=health,
        tally=Tally(
            store,
            plugins,
            {
                "inquiries": inquiries.counters,
                "events": events.counters,
                "synchronization": synchronizing.counters,
            },
        ),
        revalidation=revalidation,
        readiness=readiness,
        system=system,
        journal=journal or Journal(),
        preferences=ServerPreferences(store, slices, retention),
        retention=retention,
        rights=rights,
        endings=endings,
        lapses=Lapses(store, slices, clock, endings.look_soon),
        serving=make_serving_documents(store, slices, grades, new_id, clock.seconds),
        dhcp=make_dhcp_documents(store, slices, grades, new_id, clock.seconds, links, usage=usage),
        slices=slices,
    )
