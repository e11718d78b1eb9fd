"""What the certificate of a device is worth: who made the device, and which one it is.

The handshake has proved that the device holds the certificate's key.  Here is judged whether the certificate
leads to a CA that an administrator trusts *for that vendor*, is in force, and names one single box.

The chain is checked by OpenSSL, as for decades of phones it must be: their CAs sign with SHA-1 and have RSA
keys and extensions that the rules for public web sites no longer allow.  Whoever could make a second
certificate with the same SHA-1 would have to have had the vendor's factory sign the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from attrs import frozen
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID
from OpenSSL import crypto

from provd.access.bundle import Bundle
from provd.access.errors import UnusableAuthority
from provd.access.names import names_of, shown
from provd.access.vendors import Reader
from provd.values import Certified
from provd.wire.proxy import MOST_CERTIFICATES

LONGEST_CERTIFICATE = 16384
"""Bytes of one."""

_ENDED, _NOT_BEGUN = 10, 9
"""X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_CERT_NOT_YET_VALID (openssl-verification-options(1))."""
_UNSIGNED = frozenset({2, 18, 19, 20, 21, 27})
"""Nobody here signed it: no issuer found, self-signed, not trusted."""

_BROKEN = (
    ValueError,
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
    crypto.Error,
)
"""What the libraries say of certificates that are none, found by damaging good ones."""

NO_CA = "no CA that is trusted here signed it, but {issuer}"
UNREADABLE = "it cannot be read"


@frozen
class Known:
    """One vendor whose certificates are believed: its CAs, and how they are read."""

    reader: Reader
    bundle: Bundle
    ended: bool = False
    """Whether one that has ended is good all the same: devices outlive what their factory gave them."""


class _Refused(Exception):
    """Why it is good for nothing; `decided` where no other vendor could say otherwise."""

    def __init__(self, reason: str, *, decided: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.decided = decided


def judge(
    chain: Sequence[bytes], known: Mapping[str, Known], shared: frozenset[bytes], now: float
) -> Certified:
    """What a chain is worth, DER, the device's own first.  Takes a millisecond and reads files: for a thread.

    `shared` are the SHA-256 of certificates that are known to be in more than one device.  Never fails.
    """
    if len(chain) > MOST_CERTIFICATES or any(len(each) > LONGEST_CERTIFICATE for each in chain):
        return Certified(refused="it comes with too much that is to lead to a CA")
    try:
        leaf, *between = (x509.load_der_x509_certificate(each) for each in chain)
        subject = shown(leaf.subject)
    except _BROKEN:
        return Certified(refused=UNREADABLE)
    try:
        _require_usable(leaf, shared)
        return _read(leaf, between, known, datetime.fromtimestamp(now, UTC), subject)
    except _Refused as error:
        return Certified(subject=subject, refused=error.reason)
    except _BROKEN:
        return Certified(subject=subject, refused=UNREADABLE)


def _require_usable(leaf: x509.Certificate, shared: frozenset[bytes]) -> None:
    """What holds whoever signed it. @raise _Refused: it is not for devices."""
    if leaf.fingerprint(hashes.SHA256()) in shared:
        raise _Refused("it is known to be shared by several devices")
    constraints = _extension(leaf, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        raise _Refused("it is a CA's, not a device's")
    usage = _extension(leaf, x509.KeyUsage)
    if usage is not None and not usage.digital_signature:
        raise _Refused("its key is not for signatures")
    extended = _extension(leaf, x509.ExtendedKeyUsage)
    if extended is not None and not _FOR_CLIENTS & set(extended):
        raise _Refused("it is not for clients")


_FOR_CLIENTS = frozenset(
    {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
)

_E = TypeVar("_E", bound=x509.ExtensionType)


def _extension(certificate: x509.Certificate, kind: type[_E]) -> _E | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _read(
    leaf: x509.Certificate,
    between: Sequence[x509.Certificate],
    known: Mapping[str, Known],
    now: datetime,
    subject: str,
) -> Certified:
    """What the first vendor says that knows it. @raise _Refused: none does."""
    if not known:
        raise _Refused("this server knows no CA of devices: `bundles` of [certificates] is empty")
    refusal = _Refused(NO_CA.format(issuer=shown(leaf.issuer)), decided=False)
    for name, each in known.items():
        try:
            _require_vouched(leaf, between, each, now)
        except _Refused as error:
            refusal = refusal if refusal.decided else error if error.decided else refusal
            continue
        box = each.reader.read(names_of(leaf))
        if not box.refused:
            return Certified(
                subject=subject,
                authority=name,
                mac=box.mac,
                sn=box.sn,
                model=box.model,
                vendor=each.reader.vendor,
            )
        refusal = _Refused(box.refused)
    raise refusal


def _require_vouched(
    leaf: x509.Certificate, between: Sequence[x509.Certificate], known: Known, now: datetime
) -> None:
    """Let one pass that the vendor's CAs vouch for. @raise _Refused: they do not."""
    try:
        known.bundle.look()
    except UnusableAuthority as error:
        raise _Refused(str(error)) from error
    chain = _chain(leaf, between, known, now)
    if why := known.bundle.why_revoked(chain, now):
        raise _Refused(why)


def _chain(
    leaf: x509.Certificate, between: Sequence[x509.Certificate], known: Known, now: datetime
) -> list[x509.Certificate]:
    """From the device's own to one that is trusted. @raise _Refused: there is no such way."""
    at = now
    for _try in range(MOST_CERTIFICATES + 1):
        try:
            return _verified(leaf, between, known.bundle.roots, at)
        except crypto.X509StoreContextError as error:
            code, ending = error.errors[0], error.certificate.to_cryptography()
            if code != _ENDED or not known.ended or ending.not_valid_after_utc >= at:
                raise _Refused(
                    _why(code, ending, now, error), decided=code not in _UNSIGNED
                ) from error
            # As it was on its last day: it has to have been good then.
            at = ending.not_valid_after_utc
    raise _Refused(UNREADABLE)


def _verified(
    leaf: x509.Certificate,
    between: Iterable[x509.Certificate],
    roots: Iterable[x509.Certificate],
    at: datetime,
) -> list[x509.Certificate]:
    store = crypto.X509Store()
    # An administrator may trust what is between a device and its root, and not the root.
    store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)
    store.set_time(at.replace(tzinfo=None))
    for root in roots:
        store.add_cert(crypto.X509.from_cryptography(root))
    untrusted = [crypto.X509.from_cryptography(each) for each in between]
    own = crypto.X509.from_cryptography(leaf)
    found = crypto.X509StoreContext(store, own, untrusted).get_verified_chain()
    return [each.to_cryptography() for each in found]


def _why(code: int, certificate: x509.Certificate, now: datetime, error: Exception) -> str:
    if code in _UNSIGNED:
        return NO_CA.format(issuer=shown(certificate.issuer))
    if code == _ENDED:
        return f"{_whose(certificate)} ended on {certificate.not_valid_after_utc.date()}"
    if code == _NOT_BEGUN:
        begin = certificate.not_valid_before_utc.date()
        return (
            f"{_whose(certificate)} begins on {begin}, and this server takes today for {now.date()}"
        )
    return f"OpenSSL says of {_whose(certificate)}: {error}"


def _whose(certificate: x509.Certificate) -> str:
    return f"the certificate of {shown(certificate.subject) or 'nobody'}"
