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

HARDWARE_MODULE_NAME = x509.ObjectIdentifier("1.3.6.1.5.5.7.8.4")
"""RFC 4108 section 5; its serial number is what IEEE 802.1AR names a device by."""

_OIDS = {
    "CN": NameOID.COMMON_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "L": NameOID.LOCALITY_NAME,
    "S": NameOID.STATE_OR_PROVINCE_NAME,
    "surname": NameOID.SURNAME,
    "serialNumber": NameOID.SERIAL_NUMBER,
}


def subject_of(**names: str) -> x509.Name:
    """A subject from the abbreviations of its attributes."""
    return x509.Name([x509.NameAttribute(_OIDS[name], value) for name, value in names.items()])


def hardware_module_name(serial: bytes, kind: bytes = b"\x06\x03\x2a\x03\x04") -> bytes:
    """DER of one; `kind` is an object identifier."""
    content = kind + b"\x04" + bytes((len(serial),)) + serial
    return b"\x30" + bytes((len(content),)) + content


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
            .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False
            )
            .sign(self.key, hashes.SHA256())
        )

    def authority(self, name: str) -> Maker:
        """Another authority, whose certificate this one signed."""
        made = Maker(name, self.now)
        constraints = x509.BasicConstraints(ca=True, path_length=0)
        made.certificate = self.signed(made.name, key=made.key, usage=None, further=(constraints,))
        return made

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
        return self.signed(
            subject, key=key, begin=begin, end=end, usage=usage, alternative=alternative
        )

    def device(self, alternative: tuple[Any, ...] = (), /, **names: str) -> x509.Certificate:
        """A device's certificate: `CN="0004F2…"`, `OU`, `O`, `L`, `S`, `serialNumber`."""
        return self.signed(subject_of(**names), alternative=alternative)

    def signed(  # noqa: PLR0913 - each field by its name, so that a test spoils one
        self,
        subject: x509.Name,
        *,
        key: Any = None,
        begin: datetime | None = None,
        end: datetime | None = None,
        usage: Any = ExtendedKeyUsageOID.CLIENT_AUTH,
        alternative: tuple[Any, ...] = (),
        further: tuple[Any, ...] = (),
    ) -> x509.Certificate:
        """A certificate for any subject; `further` are extensions beside the ordinary ones."""
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
        for extension in further:
            made = made.add_extension(extension, critical=True)
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
