"""TLS for the API and for devices: whose certificate, and connections that use the newest one."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from OpenSSL import SSL
from twisted.internet.interfaces import IOpenSSLServerConnectionCreator
from twisted.internet.ssl import CertificateOptions, TLSVersion
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from twisted.protocols.tls import TLSMemoryBIOFactory
from zope.interface import implementer

from provd.application.certificate import Certificate, Place, ServerCertificate, own_files
from provd.daemon.settings import Oldest, Settings

log = Logger("provd.certificate")

LOOKED_AT = 3600.0
"""Seconds after which the certificate is renewed if that is due, or read again."""

LOOPBACK = ("localhost", "127.0.0.1", "::1")

_EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - no name of a host

_VERSIONS = {
    "1.0": TLSVersion.TLSv1_0,
    "1.1": TLSVersion.TLSv1_1,
    "1.2": TLSVersion.TLSv1_2,
    "1.3": TLSVersion.TLSv1_3,
}

# What phones of the time of TLS 1.0 know: RSA without Diffie-Hellman, and SHA-1 in the handshake's signatures.
_OLD_CIPHERS = b"DEFAULT:@SECLEVEL=0"


def certificate_of(settings: Settings) -> Place:
    """Where the API's certificate is, or is to be made."""
    api = settings.api
    hosts = (host.rpartition(":")[0] if _has_port(host) else host for host in api.hosts)
    names = (*LOOPBACK, socket.gethostname(), api.interface, *(each.strip("[]") for each in hosts))
    return _place(settings, "api", (api.certificate, api.key), names)


def device_certificate_of(settings: Settings) -> Place:
    """Where the certificate is that devices are shown, or is to be made."""
    https = settings.https
    names = (*LOOPBACK, socket.gethostname(), https.interface, *https.names)
    return _place(settings, "https", (https.certificate, https.key), names)


def _place(settings: Settings, section: str, given: tuple[str, str], names: Iterable[str]) -> Place:
    certificate, key = given
    if certificate:
        return Place(Path(certificate), Path(key), own=False, section=section)
    files = own_files(Path(settings.data.directory), section)
    wanted = tuple(name for name in names if name not in _EVERYWHERE)
    devices = section == "https"
    return Place(*files, own=True, names=wanted, section=section, rsa=devices)


def _has_port(host: str) -> bool:
    return host.rpartition(":")[2].isdigit() and (host.startswith("[") or host.count(":") == 1)


def _accept(*_shown: object) -> bool:
    return True


@implementer(IOpenSSLServerConnectionCreator)
class Handshakes:
    """Begins TLS with the newest certificate; connections that stand keep the one they began with."""

    def __init__(
        self, certificate: Certificate, *, ask_clients: bool = False, oldest: Oldest = "1.2"
    ) -> None:
        """`ask_clients`: for a certificate of theirs; what it is worth is judged elsewhere."""
        self._ask_clients = ask_clients
        self._oldest = oldest
        self.use(certificate)

    def ask_clients(self, certificate: Certificate, *, wanted: bool) -> None:
        """Ask for a certificate, or do not, in every connection from now on."""
        self._ask_clients = wanted
        self.use(certificate)

    def use(self, certificate: Certificate) -> None:
        """Have every connection from now on use this one."""
        own, *between = certificate.chain
        old = self._oldest in {"1.0", "1.1"}
        least = "insecurelyLowerMinimumTo" if old else "raiseMinimumTo"
        # Twisted hands them on to OpenSSL's context, which wants cryptography's own objects by now.
        options = CertificateOptions(
            privateKey=cast("Any", certificate.key),
            certificate=cast("Any", own),
            extraCertChain=cast("Any", between),
            **{least: _VERSIONS[self._oldest]},
        )
        context = options.getContext()
        if old:
            context.set_cipher_list(_OLD_CIPHERS)
        if self._ask_clients:
            # The handshake proves that it is theirs; one that is not good is refused with a reason.
            context.set_verify(SSL.VERIFY_PEER, _accept)
        self._context = context

    def serverConnectionForTLS(self, protocol: Any) -> SSL.Connection:
        """A connection that has not begun yet."""
        connection = SSL.Connection(self._context, None)
        # Of which Twisted's context asks what the factory behind it speaks (ALPN).
        connection.set_app_data(protocol)
        return connection


class Secured:
    """TLS with a certificate that is kept up to date, as long as it runs."""

    def __init__(
        self,
        certificate: ServerCertificate,
        reactor: Any,
        *,
        ask_clients: bool = False,
        oldest: Oldest = "1.2",
    ) -> None:
        self.certificate = certificate
        self._reactor = reactor
        self._handshakes = Handshakes(certificate.current, ask_clients=ask_clients, oldest=oldest)
        self._looking = LoopingCall(self.look_again)
        self._looking.clock = reactor

    def start(self, factory: Any) -> TLSMemoryBIOFactory:
        """The factory behind TLS."""
        return TLSMemoryBIOFactory(self.begin(), False, factory)

    def begin(self) -> Handshakes:
        """What begins TLS; the certificate is looked at again from time to time from now on."""
        self._tell()
        self._looking.start(LOOKED_AT, now=False)
        return self._handshakes

    def stop(self) -> None:
        """Do not look again. Idempotent."""
        if self._looking.running:
            self._looking.stop()

    def look_again(self) -> None:
        """Use a newer certificate if there is one by now, or if it is time to make one."""
        if self.certificate.look_again(self._reactor.seconds()):
            self._handshakes.use(self.certificate.current)
            self._tell()

    def ask_clients(self, *, wanted: bool) -> None:
        """Ask clients for a certificate of theirs, or do not; connections that stand stay as they are."""
        self._handshakes.ask_clients(self.certificate.current, wanted=wanted)

    def warnings(self) -> list[str]:
        """What operators should look at."""
        return self.certificate.warnings(self._reactor.seconds())

    def _tell(self) -> None:
        current = self.certificate.current
        log.info(
            "the certificate of {whose} ends on {end}; pin {pin}, SHA-256 {fingerprint}",
            whose=self.certificate.place.whose,
            end=current.expires.date().isoformat(),
            pin=current.pin,
            fingerprint=current.fingerprint,
        )


def secured_by(settings: Settings, reactor: Any) -> Secured | None:
    """TLS for the API as the settings want it; None where they want none.

    @raise CertificateUnusable: there is no certificate that can be used.
    """
    if not settings.api.secure:
        return None
    certificate = ServerCertificate(certificate_of(settings), reactor.seconds())
    return Secured(certificate, reactor, ask_clients=bool(settings.access.client_ca))


def secured_for_devices(settings: Settings, reactor: Any) -> Secured | None:
    """TLS for devices as the settings want it; None where they want none.

    @raise CertificateUnusable: there is no certificate that can be used.
    """
    https = settings.https
    if not https.serve:
        return None
    certificate = ServerCertificate(device_certificate_of(settings), reactor.seconds())
    return Secured(certificate, reactor, ask_clients=https.asks, oldest=https.oldest)
