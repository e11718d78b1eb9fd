"""The certificate of the API, and that of HTTPS for devices: the administrator gives one, or the server makes one.

A certificate of our own is signed by nobody, so whoever connects has to know its key: the *pin* is
the SHA-256 of the public key in the spelling of curl's `--pinnedpubkey`.  The key outlives the
certificate, so a renewal breaks no pin.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from attrs import define, frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from twisted.logger import Logger

from provd.values import ProvdError

log = Logger("provd.certificate")

LASTS = timedelta(days=397)
"""How long a certificate of our own is valid: browsers refuse more."""

RENEWED = timedelta(days=30)
"""How long before its end a certificate of our own is renewed, and one of somebody else warned of."""

BACKDATED = timedelta(days=1)
"""A client's clock may be behind ours."""


_WHOSE = {"api": "the API", "https": "HTTPS for devices"}
"""Who has a certificate, by the section of its settings."""


@define
class CertificateUnusable(ProvdError):
    """The certificate of a server of ours, or its key, cannot be used."""

    path: str
    reason: str
    section: str = "api"

    def __str__(self) -> str:
        return (
            f"the certificate of {_WHOSE[self.section]} cannot be used: {self.path}: {self.reason}; correct"
            f" `certificate` and `key` of [{self.section}], or leave both empty: the server then makes its own"
        )


@frozen
class Place:
    """Where a certificate is, as PEM, and whether it is of our own making."""

    certificate: Path
    key: Path
    own: bool
    names: tuple[str, ...] = ()
    """Names and addresses that one of our own is for."""
    section: str = "api"
    """The section of the settings that it belongs to."""
    rsa: bool = False
    """Whether a key that is made is RSA: devices of a decade ago know nothing else."""

    @property
    def whose(self) -> str:
        """What it is the certificate of."""
        return _WHOSE[self.section]


@frozen(eq=False)
class Certificate:
    """A certificate with its key, and what comes between it and its root."""

    chain: tuple[x509.Certificate, ...]
    """Its own first."""
    key: Any

    @property
    def expires(self) -> datetime:
        """When it ends to be valid."""
        return self.chain[0].not_valid_after_utc

    @property
    def pin(self) -> str:
        """What clients know its key by: `sha256//` and base64."""
        public = self.chain[0].public_key()
        spelled = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return "sha256//" + b64encode(sha256(spelled).digest()).decode("ascii")

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate, as browsers show it."""
        return self.chain[0].fingerprint(hashes.SHA256()).hex(":").upper()


def own_files(directory: Path, section: str = "api") -> tuple[Path, Path]:
    """Certificate and key of our own making, below a data directory."""
    return directory / "tls" / f"{section}.pem", directory / "tls" / f"{section}.key"


class ServerCertificate:
    """The certificate that is used at present, and how it is kept up to date."""

    def __init__(self, place: Place, now: float) -> None:
        """@raise CertificateUnusable: there is none, and none can be made."""
        self.place = place
        self.current = obtain(place, now)

    def look_again(self, now: float) -> bool:
        """Renew our own where that is due, read another's again; whether it is another now.

        Failing that, the present one stays, and the log says why.
        """
        try:
            found = obtain(self.place, now)
        except CertificateUnusable as error:
            log.error("{error}; the one in use stays", error=error)
            return False
        changed = found.fingerprint != self.current.fingerprint
        self.current = found
        return changed

    def warnings(self, now: float) -> list[str]:
        """What operators should look at."""
        left = self.current.expires - datetime.fromtimestamp(now, UTC)
        if left > RENEWED:
            return []
        days = left.days
        when = f"ends in {days} days" if days >= 0 else "has ended"
        return [
            f"the certificate of {self.place.whose}, {self.place.certificate}, {when}; renew it"
        ]


def obtain(place: Place, now: float) -> Certificate:
    """The certificate of a place; one of our own is made where it is missing, and renewed where it is due.

    @raise CertificateUnusable: it cannot be read, or made.
    """
    if not place.own:
        return read(place)
    if place.certificate.exists():
        found = read(place)
        if found.expires - datetime.fromtimestamp(now, UTC) > RENEWED:
            return found
    try:
        _make(place, datetime.fromtimestamp(now, UTC))
    except OSError as error:
        reason = error.strerror or str(error)
        raise CertificateUnusable(str(place.certificate), reason, place.section) from error
    return read(place)


def read(place: Place) -> Certificate:
    """Read both files. @raise CertificateUnusable: they are no certificate and its key."""
    try:
        chain = x509.load_pem_x509_certificates(place.certificate.read_bytes())
    except (OSError, ValueError) as error:
        raise CertificateUnusable(str(place.certificate), _reason(error), place.section) from error
    key = _read_key(place)
    if key.public_key() != chain[0].public_key():
        why = f"it is not the key of {place.certificate}"
        raise CertificateUnusable(str(place.key), why, place.section)
    return Certificate(tuple(chain), key)


def _read_key(place: Place) -> Any:
    try:
        return load_pem_private_key(place.key.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise CertificateUnusable(str(place.key), _reason(error), place.section) from error


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    if isinstance(error, TypeError):
        return "the key has a password; give one without, which only this user can read"
    return "it is not PEM"


def _make(place: Place, now: datetime) -> None:
    place.certificate.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if place.key.exists():
        key = _read_key(place)
    else:
        key = rsa.generate_private_key(65537, 2048) if place.rsa else _curve()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _write(place.key, pem, 0o600)
    made = _signed(key, place.names, now)
    _write(place.certificate, made.public_bytes(Encoding.PEM), 0o644)
    log.info(
        "made the certificate of {whose} {path}", whose=place.whose, path=str(place.certificate)
    )


def _curve() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _signed(key: Any, names: Iterable[str], now: datetime) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "provd")])
    public = key.public_key()
    known = x509.SubjectKeyIdentifier.from_public_key(public)
    return (
        x509.CertificateBuilder(subject, subject, public, x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + LASTS)
        .add_extension(x509.SubjectAlternativeName(list(_general(names))), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_USAGE, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(known, critical=False)
        .sign(key, hashes.SHA256())
    )


_USAGE = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


def _general(names: Iterable[str]) -> Iterable[x509.GeneralName]:
    """The names that a certificate can have; the others are left out."""
    for name in dict.fromkeys(names):
        try:
            yield x509.IPAddress(ip_address(name))
        except ValueError:
            try:
                yield x509.DNSName(name.encode("idna").decode("ascii"))
            except UnicodeError:
                log.warn("{name} cannot stand in a certificate", name=name)


def _write(path: Path, content: bytes, mode: int) -> None:
    """Put a file in place as a whole: nobody sees half of it, or a key that others may read."""
    half = path.with_name(f"{path.name}.new")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
