"""A certificate authority for tests: signs what a test wants, right or wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime(2026, 1, 1, tzinfo=UTC)
"""When the certificates are valid unless a test says otherwise."""
DAY = timedelta(days=1)


class Maker:
    """An authority that signs what a test wants."""

    def __init__(self, name: str = "our CA", now: datetime = NOW) -> None:
        self.now = now
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        self.certificate = (
            self._builder(self.name, self.key, now - 300 * DAY, now + 300 * DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False
            )
            .sign(self.key, hashes.SHA256())
        )

    def _builder(
        self, subject: x509.Name, key: Any, begin: datetime, end: datetime
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(end)
        )

    def client(
        self,
        *names: str,
        key: Any = None,
        begin: datetime | None = None,
        end: datetime | None = None,
        usage: Any = ExtendedKeyUsageOID.CLIENT_AUTH,
        alternative: tuple[Any, ...] = (),
    ) -> x509.Certificate:
        """A client's certificate with these common names."""
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name) for name in names])
        made = self._builder(
            subject,
            key or ec.generate_private_key(ec.SECP256R1()),
            begin or self.now - DAY,
            end or self.now + DAY,
        )
        made = made.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
            critical=False,
        )
        if usage is not None:
            made = made.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        if alternative:
            made = made.add_extension(x509.SubjectAlternativeName(alternative), critical=False)
        return made.sign(self.key, hashes.SHA256())

    def revoking(
        self, *revoked: x509.Certificate, end: datetime | None = None, key: Any = None
    ) -> bytes:
        """A list of revoked certificates."""
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.name)
            .last_update(self.now - DAY)
            .next_update(end or self.now + DAY)
        )
        for each in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(each.serial_number)
            made = made.add_revoked_certificate(entry.revocation_date(self.now - DAY).build())
        return made.sign(key or self.key, hashes.SHA256()).public_bytes(Encoding.PEM)
