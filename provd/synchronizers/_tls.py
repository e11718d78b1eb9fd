"""TLS towards phones, proxies and Asterisk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from OpenSSL import SSL
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.internet.ssl import (
    Certificate,
    CertificateOptions,
    optionsForClientTLS,
    platformTrust,
    trustRootFromCertificates,
)
from twisted.web.client import Agent
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer

from provd.synchronizers.settings import ActionUrlSettings
from provd.values import NotTold

_BEGIN, _END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"


def creator_for(host: str, ca: str, *, verify: bool = True) -> Any:
    """What makes TLS connections to a host, whose certificate must be good for it, unless `verify` is not.

    @raise NotTold: the file `ca` cannot be used.
    """
    if not verify:
        return _Unverified()
    return optionsForClientTLS(host, trustRoot=trusted(ca))


def trusted(ca: str) -> Any:
    """Whose certificates are good: those in a file, or those that this host trusts.

    @raise NotTold: the file cannot be used.
    """
    if not ca:
        return platformTrust()
    try:
        blocks = Path(ca).read_bytes().split(_BEGIN)[1:]
        found = [Certificate.loadPEM(_BEGIN + block.partition(_END)[0] + _END) for block in blocks]
    except (OSError, SSL.Error, ValueError) as error:
        raise NotTold(f"{ca} cannot be used: {error}") from error
    if not found:
        raise NotTold(f"{ca} holds no certificate")
    return trustRootFromCertificates(found)


@implementer(IOpenSSLClientConnectionCreator)
class _Unverified:
    """Takes any certificate: what is said is sealed, and nobody knows to whom."""

    def __init__(self) -> None:
        self._context = CertificateOptions().getContext()

    def clientConnectionForTLS(self, tlsProtocol: Any) -> SSL.Connection:
        """A connection."""
        del tlsProtocol
        return SSL.Connection(self._context, None)


@implementer(IPolicyForHTTPS)
class HttpsPolicy:
    """TLS of an `Agent`."""

    def __init__(self, ca: str, *, verify: bool) -> None:
        self._ca = ca
        self._verify = verify

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:
        """What makes connections to one host. @raise NotTold: the file with CAs cannot be used."""
        del port
        return creator_for(hostname.decode("ascii"), self._ca, verify=self._verify)


def make_agent(reactor: Any, settings: ActionUrlSettings) -> Agent:
    """What speaks HTTP with devices: one connection for each request, and nothing is followed."""
    policy = HttpsPolicy(settings.tls_ca, verify=settings.tls_verify)
    return Agent(reactor, contextFactory=policy, connectTimeout=settings.timeout)
