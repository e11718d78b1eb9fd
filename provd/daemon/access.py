"""Access, from settings: keys, providers in their order, the trail, and the first start's token."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from attrs import frozen
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.threadpool import ThreadPool
from zope.interface import implementer

from provd.access import (
    AccessSettings,
    Attempts,
    AuditedStore,
    AuditTrail,
    Authority,
    BasicIdentity,
    BearerTokens,
    Certificates,
    ForeignTokens,
    Gate,
    Htpasswd,
    Ident,
    InThread,
    OnlyFrom,
    Passwords,
    SigningKeys,
    Way,
    Whitelist,
)
from provd.api import rights
from provd.application.administration import Administration, make_administration
from provd.application.slices import Slices
from provd.contracts import IDocumentStore, IIdentityProvider, IPlugins
from provd.daemon.fetch import Fetcher

log = Logger("provd.access")

THREADS = 2
"""Threads that hash passwords and judge certificates, so that nothing else waits for a guess."""

KEYS = "access-keys.json"

_Wanted = tuple[str, object, Callable[[], IIdentityProvider]]

FIRST = """
provd has no users yet. Whoever has this token becomes the superuser `admin`, once and within a day:

    {token}

    provd login --once
    provd users password admin

"""


class Access:
    """Who may do what, as the settings have it; follows them while the server runs."""

    def __init__(
        self, administration: Administration, providers: Providers, proving: Proving
    ) -> None:
        self.administration = administration
        self._providers = providers
        self._proving = proving

    def prepared(self, settings: AccessSettings) -> Proving:
        """What these settings want, beside what holds; reads the files that they name.

        @raise UnusableHtpasswd, UnusableAuthority: they cannot be used, and nothing was changed.
        """
        return self._providers.made(settings, self._proving)

    def adopt(self, proving: Proving) -> None:
        """Judge every request from now on by what was prepared; cannot fail."""
        self._proving = proving
        self.administration.gate.adopt(proving.in_order(), required=proving.settings.required)
        self.administration.adopt(proving.settings)


@frozen
class Proving:
    """What proves somebody under some settings: providers by name, each with what it was made from."""

    settings: AccessSettings
    made: Mapping[str, tuple[object, IIdentityProvider]] = {}

    def in_order(self) -> list[IIdentityProvider]:
        """The providers, as the settings order them, each from where it may be used."""
        return [self._bounded(name) for name in self.settings.providers if name in self.made]

    def _bounded(self, name: Way) -> IIdentityProvider:
        provider = self.made[name][1]
        networks = self.settings.only_from.get(name)
        return OnlyFrom(provider, networks) if networks is not None else provider


class Providers:
    """Makes providers as settings want them."""

    def __init__(
        self, store: IDocumentStore, keys: SigningKeys, in_thread: InThread, reactor: Any
    ) -> None:
        self.passwords = Passwords(in_thread)
        self._store = store
        self._keys = keys
        self._in_thread = in_thread
        self._reactor = reactor
        self._now = reactor.seconds
        self._attempts = Attempts(time.monotonic)

    def made(self, settings: AccessSettings, standing: Proving | None = None) -> Proving:
        """Providers for these settings; those that `standing` made from the same stay.

        They know much: who failed how often, an issuer's keys, certificates that were found good.

        @raise UnusableHtpasswd, UnusableAuthority: their files cannot be used.
        """
        known = standing.made if standing is not None else {}
        made: dict[str, tuple[object, IIdentityProvider]] = {}
        for name, made_from, make in self._wanted(settings):
            present = known.get(name)
            stays = present is not None and present[0] == made_from
            made[name] = present if stays and present is not None else (made_from, make())
        return Proving(settings, made)

    def _wanted(self, settings: AccessSettings) -> Iterator[_Wanted]:
        """Name, what it is made from, and how."""
        ident, whitelist, htpasswd = settings.ident, settings.whitelist, settings.htpasswd
        ca = (settings.client_ca, settings.client_crl, settings.client_name)
        oidc = (settings.oidc_issuer, settings.oidc_audience, settings.oidc_claim)
        yield "token", None, lambda: BearerTokens(self._store, self._keys, self._now)
        yield "password", htpasswd, lambda: self._basic(htpasswd)
        yield "ident", ident, lambda: Ident(ident, self._reactor)
        yield (
            "whitelist",
            whitelist,
            lambda: Whitelist(whitelist, _resolver(self._reactor), self._reactor),
        )
        if settings.client_ca:
            yield "certificate", ca, lambda: self._certificates(settings)
        if settings.oidc_issuer:
            fetcher = Fetcher(self._reactor)
            yield "oidc", oidc, lambda: ForeignTokens(*oidc, fetcher, self._reactor, self._now)

    def _basic(self, htpasswd: str) -> BasicIdentity:
        file = Htpasswd(Path(htpasswd)) if htpasswd else None
        return BasicIdentity(self._store, self.passwords, self._attempts, file)

    def _certificates(self, settings: AccessSettings) -> Certificates:
        revoked = Path(settings.client_crl) if settings.client_crl else None
        authority = Authority(Path(settings.client_ca), revoked)
        return Certificates(authority, settings.client_name, self._in_thread, self._now)


def access_of(
    settings: AccessSettings,
    store: IDocumentStore,
    plugins: IPlugins,
    directory: Path,
    reactor: Any,
) -> Access:
    """Everything that says who may do what. Reads the keys and the htpasswd file.

    @raise UnsafeKeyFile, UnusableHtpasswd, UnusableAuthority: they cannot be used.
    """
    now = reactor.seconds
    keys = SigningKeys.open(directory / KEYS, time.time(), settings.longest_token_seconds)
    providers = Providers(store, keys, _threads(reactor), reactor)
    proving = providers.made(settings)
    gate = Gate(store, proving.in_order(), rights(), now, required=settings.required)
    administration = make_administration(
        store=AuditedStore(store, AuditTrail(store, now, settings.audit_kept)),
        plugins=plugins,
        gate=gate,
        keys=keys,
        passwords=providers.passwords,
        slices=Slices(reactor),
        clock=reactor,
        new_id=lambda: uuid4().hex,
        settings=settings,
    )
    return Access(administration, providers, proving)


async def welcome(
    administration: Administration, say: Callable[[str], object] = sys.stderr.write
) -> None:
    """Where everybody must prove who they are and nobody can: say a token that is good once.

    It goes to standard error and not into the log, which is kept and sent elsewhere.
    """
    if not (administration.gate.required and administration.tokens.needs_first()):
        return
    say(FIRST.format(token=await administration.tokens.issue_first()))
    log.info("there are no users: a token for the first one was written to standard error")


def _threads(reactor: Any) -> InThread:
    pool = ThreadPool(minthreads=0, maxthreads=THREADS, name="access")
    pool.start()
    reactor.addSystemEventTrigger("during", "shutdown", pool.stop)
    return lambda work: deferToThreadPool(reactor, pool, work)


def _resolver(reactor: Any) -> Callable[[str], Deferred[Sequence[str]]]:
    def resolve(name: str) -> Deferred[Sequence[str]]:
        found: Deferred[Sequence[str]] = Deferred()
        reactor.nameResolver.resolveHostName(_Receiver(found), name)
        return found

    return resolve


@implementer(IResolutionReceiver)
class _Receiver:
    """Gathers the addresses of one name."""

    def __init__(self, found: Deferred[Sequence[str]]) -> None:
        self._found = found
        self._addresses: list[str] = []

    def resolutionBegan(self, resolutionInProgress: IHostResolution) -> None:
        """Nothing is there yet."""

    def addressResolved(self, address: IAddress) -> None:
        """One address."""
        self._addresses.append(str(getattr(address, "host", "")))

    def resolutionComplete(self) -> None:
        """That was all; whoever stopped waiting hears nothing."""
        if not self._found.called:
            self._found.callback(self._addresses)
