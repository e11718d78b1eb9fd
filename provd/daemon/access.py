"""Access, from settings: keys, providers in their order, the trail, and the first start's token."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

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
    Passwords,
    SigningKeys,
    Whitelist,
)
from provd.api import rights
from provd.application.administration import Administration, make_administration
from provd.application.slices import Slices
from provd.contracts import IDocumentStore, IIdentityProvider
from provd.daemon.fetch import Fetcher

log = Logger("provd.access")

THREADS = 2
"""Threads that hash passwords and judge certificates, so that nothing else waits for a guess."""

KEYS = "access-keys.json"

FIRST = """
provd has no users yet. Whoever has this token becomes the superuser `admin`, once and within a day:

    {token}

    provd login --once
    provd users password admin

"""


def access_of(
    settings: AccessSettings, store: IDocumentStore, directory: Path, reactor: Any
) -> Administration:
    """Everything that says who may do what. Reads the keys and the htpasswd file.

    @raise UnsafeKeyFile, UnusableHtpasswd, UnusableAuthority: they cannot be used.
    """
    now = reactor.seconds
    in_thread = _threads(reactor)
    passwords = Passwords(in_thread)
    keys = SigningKeys.open(directory / KEYS, time.time(), settings.longest_token_seconds)
    htpasswd = Htpasswd(Path(settings.htpasswd)) if settings.htpasswd else None
    providers: dict[str, IIdentityProvider] = {
        "ident": Ident(settings.ident, reactor),
        "token": BearerTokens(store, keys, now),
        "password": BasicIdentity(store, passwords, Attempts(time.monotonic), htpasswd),
        "whitelist": Whitelist(settings.whitelist, _resolver(reactor), reactor),
    }
    if settings.client_ca:
        authority = Authority(
            Path(settings.client_ca), Path(settings.client_crl) if settings.client_crl else None
        )
        providers["certificate"] = Certificates(authority, settings.client_name, in_thread, now)
    if settings.oidc_issuer:
        providers["oidc"] = ForeignTokens(
            settings.oidc_issuer,
            settings.oidc_audience,
            settings.oidc_claim,
            Fetcher(reactor),
            reactor,
            now,
        )
    gate = Gate(
        store, [providers[name] for name in settings.providers if name in providers], rights()
    )
    return make_administration(
        store=AuditedStore(store, AuditTrail(store, now, settings.audit_kept)),
        gate=gate,
        keys=keys,
        passwords=passwords,
        slices=Slices(reactor),
        now=now,
        new_id=lambda: uuid4().hex,
        settings=settings,
    )


async def welcome(
    administration: Administration, say: Callable[[str], object] = sys.stderr.write
) -> None:
    """Where everybody must prove who they are and nobody can: say a token that is good once.

    It goes to standard error and not into the log, which is kept and sent elsewhere.
    """
    if not (administration.required and administration.tokens.needs_first()):
        return
    say(FIRST.format(token=await administration.tokens.issue_first()))
    log.info("there are no users: a token for the first one was written to standard error")


def _threads(reactor: Any) -> Callable[[Callable[[], Any]], Deferred[Any]]:
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
