"""HTTPS for devices, and what the certificates are worth that they show: over TLS, or through a proxy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from socket import socket
from typing import Any

from attrs import define
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from provd.access import Believed, DeviceCertificates, believed
from provd.daemon.settings import Settings
from provd.daemon.tls import Secured, secured_for_devices
from provd.servers.http import HTTPServer

THREADS = 2
"""Threads of their own: whoever shows certificates by the thousand keeps no operator from logging in."""

NOBODY_ASKS = "devices are asked for certificates over HTTPS, and `bundles` of [certificates] names no CA: none is believed"


@define
class Showing:
    """What is needed for devices to show certificates; follows the settings while the server runs."""

    certificates: DeviceCertificates
    secured: Secured | None
    """TLS for devices; None where they are not served over HTTPS."""
    _settings: Settings

    def start(self, http: HTTPServer, sockets: Iterable[socket]) -> None:
        """Answer devices on these sockets too, where that is wanted."""
        if self.secured is not None:
            http.start_secure(sockets, self.secured.begin())

    def stop(self) -> None:
        """Look at no file again. Idempotent."""
        if self.secured is not None:
            self.secured.stop()

    def prepared(self, settings: Settings) -> Believed:
        """What these settings come to, beside what holds. @raise UnusableAuthority: a file cannot be used."""
        return believed(settings.certificates)

    def adopt(self, prepared: Believed, settings: Settings) -> None:
        """Judge by what was prepared from now on, and ask the next connections as wanted; cannot fail."""
        self.certificates.adopt(prepared)
        asks, self._settings = self._settings.https.asks, settings
        if self.secured is not None:
            self.secured.look_again()
            if settings.https.asks != asks:
                self.secured.ask_clients(wanted=settings.https.asks)

    def warnings(self) -> Sequence[str]:
        """What operators should look at."""
        if self.secured is None:
            return ()
        found = self.secured.warnings()
        if self._settings.https.asks and not self._settings.certificates.bundles:
            found.append(NOBODY_ASKS)
        return found


def showing_of(settings: Settings, reactor: Any) -> Showing:
    """As the settings want it.

    @raise UnusableAuthority: a bundle of CAs cannot be used.
    @raise CertificateUnusable: the server has no certificate of its own that can be used.
    """
    pool = ThreadPool(minthreads=0, maxthreads=THREADS, name="certificates")
    pool.start()
    reactor.addSystemEventTrigger("during", "shutdown", pool.stop)
    certificates = DeviceCertificates(
        lambda work: deferToThreadPool(reactor, pool, work), reactor.seconds
    )
    certificates.adopt(believed(settings.certificates))
    return Showing(certificates, secured_for_devices(settings, reactor), settings)
