"""Callers who show a client certificate over TLS, and have proved in the handshake that it is theirs.

TLS asks for one and accepts any; what it is worth is decided here, for each certificate anew after a
minute: whether it leads to our CA, has begun and not ended, is for clients, and is not revoked.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Literal

from cryptography import x509
from cryptography.x509 import verification
from cryptography.x509.oid import NameOID
from msgspec import Struct
from twisted.internet.defer import Deferred
from zope.interface import implementer

from provd.access.bundle import Bundle
from provd.access.errors import NotAuthenticated, UnusableAuthority
from provd.access.passwords import InThread
from provd.contracts import IIdentityProvider
from provd.documents import check_id
from provd.values import Identity, Invalid, Presented

NameKind = Literal["cn", "dns", "email", "uri"]
"""Which name in a certificate is the user's: the subject's common name, or an alternative name."""

FRESH = 60.0
"""Seconds for which a certificate that was found good is taken for good."""

REMEMBERED = 1024

REFUSED = "the certificate that you show is not accepted here"


class _Good(Struct, frozen=True):
    user: str
    until: float


@implementer(IIdentityProvider)
class Certificates:
    """Client certificates of one authority."""

    name = "certificate"

    def __init__(
        self,
        authority: Authority,
        kind: NameKind,
        in_thread: InThread,
        now: Callable[[], float],
    ) -> None:
        self._authority = authority
        self._kind: NameKind = kind
        self._in_thread = in_thread
        self._now = now
        self._good: OrderedDict[bytes, _Good] = OrderedDict()

    def identify(self, presented: Presented) -> Identity | Deferred[Identity | None] | None:
        if presented.authorization or not presented.certificates:
            return None
        shown = presented.certificates
        key = sha256(b"".join(shown)).digest()
        known = self._good.get(key)
        now = self._now()
        if known is not None and now < known.until:
            return Identity(user=known.user, provider=self.name)
        judged = self._in_thread(lambda: self._judge(shown, now))
        return judged.addCallback(self._remember, key)

    def _judge(self, shown: Sequence[bytes], now: float) -> _Good:
        """Called in a thread. @raise NotAuthenticated: the certificate is good for nothing."""
        try:
            leaf, *between = (x509.load_der_x509_certificate(each) for each in shown)
            at = datetime.fromtimestamp(now, UTC)
            self._authority.require_good(leaf, between, at)
            user = check_id(name_in(leaf, self._kind))
        except (ValueError, Invalid, x509.ExtensionNotFound, verification.VerificationError):
            raise NotAuthenticated(REFUSED) from None
        return _Good(user, min(now + FRESH, leaf.not_valid_after_utc.timestamp()))

    def _remember(self, good: _Good, key: bytes) -> Identity:
        self._good[key] = good
        self._good.move_to_end(key)
        while len(self._good) > REMEMBERED:
            self._good.popitem(last=False)
        return Identity(user=good.user, provider=self.name)


class Authority(Bundle):
    """Who signs client certificates, and which of them were revoked; use it in a thread."""

    def require_good(
        self, leaf: x509.Certificate, between: Sequence[x509.Certificate], at: datetime
    ) -> None:
        """Let a certificate pass.

        @raise NotAuthenticated: it does not lead to us, is not valid at that time, or was revoked; or
        nothing can be said of it, since a file cannot be read any more or its CRL is out of date.
        @raise VerificationError: as `cryptography` says.
        """
        try:
            self.look()
        except UnusableAuthority as error:
            raise NotAuthenticated(REFUSED) from error
        verifier = (
            verification.PolicyBuilder()
            .store(verification.Store(self.roots))
            .time(at)
            .extension_policies(
                ee_policy=_LEAVES, ca_policy=verification.ExtensionPolicy.webpki_defaults_ca()
            )
            .build_client_verifier()
        )
        if self.why_revoked(verifier.verify(leaf, list(between)).chain, at):
            raise NotAuthenticated(REFUSED)


# Which extensions a client's certificate may have is the CA's business; that it is for clients, ours.
_LEAVES = verification.ExtensionPolicy.permit_all().may_be_present(
    x509.ExtendedKeyUsage,
    verification.Criticality.AGNOSTIC,
    lambda _policy, _certificate, usage: _require_for_clients(usage),
)


def _require_for_clients(usage: x509.ExtendedKeyUsage | None) -> None:
    if usage is not None and x509.oid.ExtendedKeyUsageOID.CLIENT_AUTH not in usage:
        raise ValueError("it is not for clients")


def name_in(certificate: x509.Certificate, kind: NameKind) -> str:
    """The one name of a kind in a certificate.

    @raise ValueError: there is none, or more than one: which is the user's is then anybody's guess.
    @raise ExtensionNotFound: it has no alternative names.
    """
    found: list[str]
    if kind == "cn":
        names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        found = [str(each.value) for each in names]
    else:
        san = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        wanted = {
            "dns": x509.DNSName,
            "email": x509.RFC822Name,
            "uri": x509.UniformResourceIdentifier,
        }[kind]
        found = [str(each.value) for each in san if isinstance(each, wanted)]
    if len(found) != 1:
        raise ValueError(f"it has {len(found)} names of kind {kind}")
    return found[0]
