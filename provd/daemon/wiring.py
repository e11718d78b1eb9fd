"""Wiring: settings become a server. Every collaborator is made here, once, and handed on."""

from __future__ import annotations

import gc
import os
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from attrs import define, field
from twisted.internet.defer import Deferred, DeferredList, maybeDeferred
from twisted.internet.task import LoopingCall
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger, globalLogPublisher
from twisted.web.server import Site

from provd.access import SealingKeys, Threshold
from provd.api import answer_to, make_api, prepare
from provd.application.decisions import Decisions
from provd.application.dhcp_documents import no_links
from provd.application.inquiries import Inquiries
from provd.application.journal import Journal
from provd.application.operators import Operators, make_operators
from provd.application.serving import Secrecy, make_secrecy
from provd.application.statuses import StatusBook
from provd.daemon.access import Access, access_of, welcome
from provd.daemon.copies import CopiesOnDisk, KeysOnDisk
from provd.daemon.counting import count
from provd.daemon.dhcp import Serving, serving
from provd.daemon.packages import shelves_of, store_packages
from provd.daemon.plugins import load_plugins
from provd.daemon.reload import Deciding, Standing, compose_for
from provd.daemon.security import SecurityLog, security_log
from provd.daemon.settings import Settings
from provd.daemon.showing import Showing, showing_of
from provd.daemon.sockets import Sockets, address_towards
from provd.daemon.synchronizing import Drivers, drivers_of
from provd.daemon.threshold import threshold_of
from provd.daemon.timekeeping import Timekeeper
from provd.daemon.tls import Secured, secured_by
from provd.daemon.towards import servers_towards_devices
from provd.documents import (
    KINDS,
)
from provd.documents.raw_config.zones import zone_names
from provd.pipeline import (
    PROVERS,
    CreationLimits,
    DraftApp,
    KernelTables,
    Pipeline,
    Proving,
)
from provd.plugins import Plugins
from provd.servers.http import HTTPServer
from provd.servers.tftp import TFTPServer
from provd.store import NO_SEAL, Keeping, Seal, SQLiteStore

IN_CLEAR = "secrets are kept in clear on the disk: seal_keys of [store] names no file with keys"

SWITCH = 0.0005
"""Seconds between two chances for another thread."""

YOUNG = 10_000
"""Objects after which cycles are looked for (0.5 ms): what answering makes dies by itself, and Python's own
700 meet it alive (6 µs of CPU for each DHCP exchange)."""

log = Logger("provd.service")


@define
class Server:
    """Everything that runs, in the order it starts."""

    settings: Settings
    reactor: Any
    store: SQLiteStore
    plugins: Plugins
    kernel: KernelTables | None
    inquiries: Inquiries
    threshold: Threshold
    statuses: StatusBook
    operators: Operators
    drivers: Drivers
    access: Access
    http: HTTPServer
    tftp: TFTPServer
    dhcp: Serving
    api: Site
    timekeeper: Timekeeper
    standing: Standing
    deciding: Deciding
    showing: Showing
    """What devices show: their certificates, over HTTPS or through a proxy."""
    secured: Secured | None = None
    """TLS for the API; None where it is served without."""
    security: SecurityLog | None = None
    """Where the lines of the security log go besides; None where there is no file for them."""
    _refreshing: LoopingCall = field(init=False)
    _ports: list[Any] = field(factory=list)

    def start(self, sockets: Sockets) -> None:
        """Answer on these sockets."""
        if self.security is not None:
            globalLogPublisher.addObserver(self.security)
        self.timekeeper.start()
        self.statuses.start()
        self.operators.synchronizing.start()
        self.operators.revalidation.start()
        self.operators.endings.start()
        self.operators.lapses.start()
        self.operators.retention.start()
        self._refreshing = LoopingCall(self._refresh)
        self._refreshing.clock = self.reactor
        self._refreshing.start(self.settings.plugins.refresh, now=False)
        self.http.start(sockets.http)
        self.showing.start(self.http, sockets.https)
        self.tftp.start(sockets.tftp)
        self.dhcp.start(sockets.dhcp, self.reactor, self.inquiries, self.timekeeper.seconds)
        self.welcome()
        factory = self.secured.start(self.api) if self.secured is not None else self.api
        for bound in sockets.api:
            port = self.reactor.adoptStreamPort(bound.fileno(), bound.family, factory)
            self._ports.append(port)

    def welcome(self) -> None:
        """Let a first user in where nobody could ever log in."""
        Deferred.fromCoroutine(welcome(self.access.administration)).addErrback(
            lambda failure: log.failure("the first user cannot be let in", failure)
        )

    def refresh_every(self, seconds: float) -> None:
        """Look for changed templates as often as that from now on."""
        if self._refreshing.interval != seconds:
            self._refreshing.stop()
            self._refreshing.start(seconds, now=False)

    async def stop(self) -> None:
        """Stop answering, keep what was accepted."""
        self.operators.events.end("the server stops")
        self._refreshing.stop()
        if self.secured is not None:
            self.secured.stop()
        self.showing.stop()
        self.dhcp.stop()
        await DeferredList(
            [
                self.http.stop(),
                self.tftp.stop(),
                *(maybeDeferred(port.stopListening) for port in self._ports),
            ]
        )
        await self.drivers.stop(self.operators)
        await self.operators.packages.stop()
        self.operators.retention.stop()
        self.operators.endings.stop()
        await maybeDeferred(self.operators.lapses.stop)
        await maybeDeferred(self.operators.revalidation.stop)
        if self.kernel is not None:
            self.kernel.close()
        await self.statuses.stop()
        await self.store.close()
        self.timekeeper.stop()
        if self.security is not None:
            globalLogPublisher.removeObserver(self.security)

    def _refresh(self) -> Deferred[Any]:
        """Look for changed templates in a thread, take them up on the reactor."""
        surveyed = deferToThreadPool(
            self.reactor, self.reactor.getThreadPool(), self.plugins.survey
        )
        return surveyed.addCallback(self.plugins.adopt).addErrback(
            lambda failure: log.failure("templates could not be looked through", failure)
        )


def wire(  # noqa: PLR0915 - every part of the server, each put together once
    settings: Settings, reactor: Any, journal: Journal | None = None
) -> Server:
    """Open the store, load the plugins, compose the pipeline, and put it all together.

    Blocks until the store is in memory: nothing answers yet.  `journal` keeps the log's last lines,
    where the log is ours.

    @raise ProvdError: the store, a pipeline file, the base raw config or the keys that sign tokens
    cannot be used.
    """
    # The store's writer thread must get its turn beside a reactor that never rests: with Python's own
    # 5 ms a durable commit under full load waits ten times as long.
    sys.setswitchinterval(SWITCH)
    timekeeper = Timekeeper(reactor)
    boot_id = f"{int(time.time()):x}{os.getpid() & 0xFFF:03x}"
    store = open_store(settings, reactor)
    threshold = threshold_of(settings, store)
    shelves = shelves_of(settings)
    plugins = load_plugins(settings, store, reactor, shelves, threshold)
    limits = creation_limits(settings, store)
    app = DraftApp(plugins, limits, nat=settings.pipeline.nat, tenant=settings.service.tenant)
    decisions = Decisions(settings.decisions.kept)
    statuses = StatusBook(store, reactor)
    kernel = kernel_tables(reactor)
    standing = Standing(settings)
    pipeline = Pipeline(compose_for(app, settings), app, Proving(PROVERS))
    secrecy = make_secrecy(store, reactor, settings.sweeps, limits.is_shared)
    dhcp = serving(settings.dhcp, store, plugins, kernel, reactor, secrecy.gate)
    app.creates = dhcp.answers.creates
    inquiries = Inquiries(
        pipeline=pipeline,
        store=store,
        plugins=plugins,
        limits=limits,
        decisions=decisions,
        statuses=statuses,
        clock=reactor,
        boot_id=boot_id,
        neighbours=kernel,
        dhcp=dhcp.answers,
        secrecy=secrecy,
        threshold=threshold,
        settings=settings.inquiries,
    )
    access = access_of(settings.access, store, plugins, Path(settings.data.directory), reactor)
    drivers = drivers_of(settings, reactor)
    operators = make_operators(
        store=access.administration.store,
        gate=access.administration.gate,
        plugins=plugins,
        inquiries=inquiries,
        decisions=decisions,
        base=standing.base_raw_config,
        clock=reactor,
        new_id=lambda: uuid4().hex,
        local_of=lambda peer: settings.listen.interface or address_towards(peer),
        own_tenant=settings.service.tenant,
        journal=journal,
        links=kernel.links if kernel is not None else no_links,
        usage=dhcp.usage,
        synchronizers=drivers.by_name,
        synchronization=settings.synchronization,
    )
    showing = showing_of(settings, reactor)
    operators.what_if.judged_by(showing.certificates)
    operators.health.ask_too(showing.warnings)
    operators.health.ask_too(lambda: threshold.warnings(reactor.seconds()))
    http, tftp = servers_towards_devices(
        settings, reactor, inquiries, kernel, timekeeper, showing.certificates
    )
    count(operators.tally, http, tftp, dhcp, limits, secrecy)
    api = make_api(
        operators,
        access.administration,
        interface=settings.api.interface,
        reactor=reactor,
        boot_id=boot_id,
        hosts=settings.api.hosts,
        secure=settings.api.secure,
        http2=settings.api.http2,
    )
    reach_out(api, operators, settings, store, reactor)
    store_packages(settings, shelves, operators, reactor)
    secured = secured_by(settings, reactor)
    warn_of(operators, settings, secured, dhcp, secrecy)
    settle_in(api)
    return Server(
        settings,
        reactor,
        store,
        plugins,
        kernel,
        inquiries,
        threshold,
        statuses,
        operators,
        drivers,
        access,
        http,
        tftp,
        dhcp,
        api,
        timekeeper,
        standing,
        Deciding(app, pipeline, limits, decisions, secrecy),
        showing,
        secured,
        security_log(settings.log.security),
    )


def creation_limits(settings: Settings, store: SQLiteStore) -> CreationLimits:
    """How many devices may be created by asking, counted from those that there are."""
    limits = CreationLimits(settings.limits, CreationLimits.count(store.collection("devices")))
    store.feed.subscribe("creation limits", ["devices"], limits.told)
    return limits


def warn_of(
    operators: Operators,
    settings: Settings,
    secured: Secured | None,
    dhcp: Serving,
    secrecy: Secrecy,
) -> None:
    """Have operators told what should be looked at, whether it ends soon or was never set up."""
    if secured is not None:
        operators.health.ask_too(secured.warnings)
    operators.health.ask_too(dhcp.warnings)
    operators.health.ask_too(secrecy.warnings)
    if not settings.store.seal_keys:
        operators.health.ask_too(lambda: (IN_CLEAR,))


def settle_in(api: Site) -> None:
    """Do what is done once, before the first device would wait for it."""
    prepare(api)
    zone_names()
    # What is loaded now stays: no collection has to walk it again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)


def reach_out(
    api: Site, operators: Operators, settings: Settings, store: SQLiteStore, reactor: Any
) -> None:
    """Tell the API whom to answer, and where copies and keys are."""
    answer_to(api, settings.api.hosts, settings.api.cors_origins)
    directory = Path(settings.data.directory)
    operators.backups.kept_in(CopiesOnDisk(directory, lambda: seal_of(settings), reactor))
    if settings.store.seal_keys:
        operators.reseals.keys_from(KeysOnDisk(store, lambda: seal_of(settings), reactor))


def open_store(settings: Settings, reactor: Any) -> SQLiteStore:
    """The store of the data directory."""
    store = SQLiteStore.open(
        Path(settings.data.directory) / "provd.db",
        KINDS,
        reactor,
        keeping=Keeping(behind=settings.store.behind),
        seal=seal_of(settings),
    )
    for sentence in store.quarantined():
        log.warn("{sentence}", sentence=sentence)
    return store


def seal_of(settings: Settings) -> Seal:
    """What the store seals documents with, where the operator gave keys.

    @raise UnusableSealKeys: they cannot be used.
    """
    path = settings.store.seal_keys
    return SealingKeys.read(Path(path)) if path else NO_SEAL


def kernel_tables(reactor: Any) -> KernelTables | None:
    """The kernel's tables; None, with a warning, where it does not let us see them."""
    try:
        return KernelTables(reactor)
    except OSError as error:
        log.warn(
            "the neighbour table cannot be read ({error}): addresses stay unconfirmed", error=error
        )
        return None
