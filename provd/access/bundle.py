"""CAs and what they took back: two files that administrators keep, read again when they have changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from provd.access.errors import UnusableAuthority

LONGEST_FILE = 16 << 20

REVOKED = "it was revoked"
UNLISTED = "its CA has no list of revoked certificates that is in date"

_END = b"-----END X509 CRL-----"


class Bundle:
    """Who signs certificates, and which of them were revoked; reads files: use it in a thread."""

    def __init__(self, certificates: Path, revoked: Path | None = None) -> None:
        """`certificates`: PEM of one or more CAs; `revoked`: PEM of one or more CRLs.

        @raise UnusableAuthority: a file cannot be used.
        """
        self._path = certificates
        self._revoked = revoked
        self._stamps: tuple[object, ...] = ()
        self.roots: list[x509.Certificate] = []
        self._lists: list[x509.CertificateRevocationList] = []
        self.look()

    def look(self) -> None:
        """Read the files again if they have changed. @raise UnusableAuthority: one cannot be used."""
        paths = [self._path, *([self._revoked] if self._revoked is not None else [])]
        try:
            stats = [path.stat() for path in paths]
            stamps = tuple((each.st_mtime_ns, each.st_size, each.st_ino) for each in stats)
            if stamps == self._stamps:
                return
            if any(each.st_size > LONGEST_FILE for each in stats):
                raise UnusableAuthority(
                    str(self._path), f"a file has more than {LONGEST_FILE} bytes"
                )
            self.roots = x509.load_pem_x509_certificates(self._path.read_bytes())
            self._lists = _lists(self._revoked.read_bytes()) if self._revoked is not None else []
            self._stamps = stamps
        except OSError as error:
            self._stamps = ()
            raise UnusableAuthority(str(error.filename), error.strerror or str(error)) from error
        except ValueError as error:
            self._stamps = ()
            raise UnusableAuthority(
                str(self._path), f"it, or its CRL, is no PEM: {error}"
            ) from error

    def why_revoked(self, chain: Sequence[x509.Certificate], at: datetime) -> str:
        """Why a chain that leads to us is good for nothing all the same; empty where it is good.

        A certificate whose issuer has no list that is in date might be revoked: it is taken for revoked.
        """
        if self._revoked is None:
            return ""
        for certificate, issuer in pairwise(chain):
            if why := self._why(certificate, issuer, at):
                return why
        return ""

    def _why(self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> str:
        for crl in self._lists:
            if crl.issuer == certificate.issuer and _is_in_date(crl, issuer, at):
                number = certificate.serial_number
                found = crl.get_revoked_certificate_by_serial_number(number)
                return REVOKED if found is not None else ""
        return UNLISTED


def _lists(pem: bytes) -> list[x509.CertificateRevocationList]:
    """Every CRL in a file. @raise ValueError: there is none, or one is broken."""
    *texts, _rest = pem.split(_END)
    if not texts:
        raise ValueError("it holds no CRL")
    return [x509.load_pem_x509_crl(text.lstrip() + _END + b"\n") for text in texts]


def _is_in_date(
    crl: x509.CertificateRevocationList, issuer: x509.Certificate, at: datetime
) -> bool:
    key = issuer.public_key()
    try:
        signed = crl.is_signature_valid(key)  # type: ignore[arg-type]  # a CA's key is one that signs
    except (TypeError, InvalidSignature):
        return False
    until = crl.next_update_utc
    return signed and crl.last_update_utc <= at and until is not None and at < until
