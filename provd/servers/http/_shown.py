"""Client certificates: those that devices show, and those that proxies write in headers, as nobody else may."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL

from provd.wire.proxy import read_certificates

CHAIN = "client-cert-chain"
"""RFC 9440's second header; read where the first is its own."""

OWN = "client-cert"


class CertificateHeaders:
    """The headers that are read, taken from what is told of a request: plugins never see them."""

    def __init__(self, name: str) -> None:
        """`name` of the header with the device's own certificate; `Client-Cert` has its chain in another."""
        name = name.lower()
        self.names = (name, CHAIN) if name == OWN else (name,)

    def drop(self, headers: dict[str, str]) -> None:
        """Forget what somebody wrote who may not."""
        for name in self.names:
            headers.pop(name, None)

    def take(self, headers: dict[str, str]) -> tuple[bytes, ...]:
        """The certificates that a trusted proxy vouches for.

        @raise MalformedPacket: it wrote something else, or somebody else wrote beside it.
        """
        own, *between = (headers.pop(name, "") for name in self.names)
        return read_certificates(own, *between)


def shown_by(transport: Any) -> tuple[bytes, ...]:
    """The certificates that a device showed, DER, its own first; none where it showed none."""
    connection: SSL.Connection = transport.getHandle()
    own = connection.get_peer_certificate(as_cryptography=True)
    if own is None:
        return ()
    first = own.public_bytes(Encoding.DER)
    chain = connection.get_peer_cert_chain(as_cryptography=True) or ()
    others = (each.public_bytes(Encoding.DER) for each in chain)
    return (first, *(each for each in others if each != first))
