"""Client certificates: whose, until when, for what, and whether they were taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from twisted.internet.defer import maybeDeferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from provd.access import Authority, Certificates, NotAuthenticated, UnusableAuthority
from provd.access.certificates import REMEMBERED, _Good
from provd.testing.access import ProviderFixture, make_identity_provider_tests, outcome, presented
from provd.testing.certificates import DAY, NOW, Maker
from provd.values import Identity

CA, OTHER = Maker(), Maker("another CA")


def der(*certificates: x509.Certificate) -> tuple[bytes, ...]:
    """As TLS has them."""
    return tuple(each.public_bytes(Encoding.DER) for each in certificates)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The CA's certificate in a file."""
    (tmp_path / "ca.pem").write_bytes(CA.certificate.public_bytes(Encoding.PEM))
    return tmp_path


def provider(
    directory: Path, kind: Any = "cn", *, crl: bool = False, clock: Clock | None = None
) -> Certificates:
    """The provider over the files of a directory."""
    clock = clock or clock_at(NOW)
    authority = Authority(directory / "ca.pem", directory / "crl.pem" if crl else None)
    return Certificates(authority, kind, maybeDeferred, clock.seconds)


def clock_at(time: datetime) -> Clock:
    """A clock that tells a time of day."""
    clock = Clock()
    clock.advance(time.timestamp())
    return clock


def show(made: Certificates, *certificates: x509.Certificate) -> Any:
    """What showing certificates comes to."""
    return outcome(lambda: made.identify(presented(certificates=der(*certificates))))


def test_a_certificate_of_ours(files: Path) -> None:
    """Names its user; without any usage, a certificate is for clients too."""
    made = provider(files)
    assert show(made, CA.client("ann")) == Identity(user="ann", provider="certificate")
    assert show(made, CA.client("bob", usage=None)).user == "bob"


@pytest.mark.parametrize(
    "make",
    [
        lambda: OTHER.client("ann"),
        lambda: CA.client("ann", begin=NOW - 9 * DAY, end=NOW - timedelta(seconds=1)),
        lambda: CA.client("ann", begin=NOW + timedelta(seconds=1)),
        lambda: CA.client("ann", usage=ExtendedKeyUsageOID.SERVER_AUTH),
        CA.client,
        lambda: CA.client("ann", "root"),
        lambda: CA.client("a b"),
        lambda: CA.client("ann\0"),
        lambda: CA.client("../ann"),
    ],
)
def test_other_certificates(make: Callable[[], x509.Certificate], files: Path) -> None:
    """Of another CA, ended, not begun, for servers, of nobody, of two, of no possible user."""
    found = show(provider(files), make())
    assert isinstance(found, NotAuthenticated)
    assert "not accepted" in str(found)


def test_our_own_root_is_no_client(files: Path) -> None:
    """Who has the CA's certificate, which everybody has, is nobody."""
    assert isinstance(show(provider(files), CA.certificate), NotAuthenticated)


def test_what_is_no_certificate(files: Path) -> None:
    """Whatever the bytes, it is refused."""
    made = provider(files)
    for shown in ((b"",), (b"\x30\x03\x02\x01\x01",), (b"x" * 5000, b"y")):
        found = outcome(lambda: made.identify(presented(certificates=shown)))  # noqa: B023
        assert isinstance(found, NotAuthenticated)


@pytest.mark.parametrize(
    ("kind", "name"),
    [("dns", "ann.example"), ("email", "ann@example.org"), ("uri", "urn:x:ann"), ("cn", "cn")],
)
def test_which_name_is_the_user(kind: str, name: str, files: Path) -> None:
    """One kind, as the settings say; a name of another kind is nobody's."""
    alternative = (
        x509.DNSName("ann.example"),
        x509.RFC822Name("ann@example.org"),
        x509.UniformResourceIdentifier("urn:x:ann"),
    )
    made = provider(files, kind)
    assert show(made, CA.client("cn", alternative=alternative)).user == name
    if kind != "cn":
        assert isinstance(show(made, CA.client("ann")), NotAuthenticated)
        twice = (*alternative, x509.DNSName("b.example"), x509.RFC822Name("b@example.org"))
        found = show(made, CA.client("cn", alternative=twice))
        assert isinstance(found, NotAuthenticated) is (kind != "uri")


def test_revoked(files: Path) -> None:
    """From the next look at it on; others go on."""
    ann, bob = CA.client("ann"), CA.client("bob")
    (files / "crl.pem").write_bytes(CA.revoking())
    clock = clock_at(NOW)
    made = provider(files, crl=True, clock=clock)
    assert show(made, ann).user == "ann"
    (files / "crl.pem").write_bytes(CA.revoking(ann))
    clock.advance(61)
    assert isinstance(show(made, ann), NotAuthenticated)
    assert show(made, bob).user == "bob"


def test_a_list_that_says_nothing_any_more(files: Path) -> None:
    """Out of date, of another CA, signed by another key, or gone: nobody is let in."""
    made = provider_with(files, CA.revoking())
    for text in (
        CA.revoking(end=NOW - timedelta(seconds=1)),
        OTHER.revoking(),
        CA.revoking(key=OTHER.key),
        b"nonsense",
    ):
        (files / "crl.pem").write_bytes(text)
        assert isinstance(show(made, CA.client("ann")), NotAuthenticated)
    (files / "crl.pem").write_bytes(OTHER.revoking() + CA.revoking())
    assert show(made, CA.client("ann")).user == "ann"
    (files / "crl.pem").unlink()
    assert isinstance(show(made, CA.client("ann")), NotAuthenticated)


def provider_with(directory: Path, crl: bytes) -> Certificates:
    """The provider, with a list of revoked certificates."""
    (directory / "crl.pem").write_bytes(crl)
    return provider(directory, crl=True)


def test_an_end_is_an_end(files: Path) -> None:
    """Also for a certificate that was found good a moment before."""
    clock = clock_at(NOW)
    made = provider(files, clock=clock)
    ann = CA.client("ann", end=NOW + timedelta(seconds=10))
    assert show(made, ann).user == "ann"
    clock.advance(11)
    assert isinstance(show(made, ann), NotAuthenticated)


def test_a_good_one_is_judged_once_a_minute(files: Path) -> None:
    """And what is remembered is bounded."""
    judged = []

    def in_thread(work: Any) -> Any:
        judged.append(work)
        return maybeDeferred(work)

    made = Certificates(Authority(files / "ca.pem"), "cn", in_thread, clock_at(NOW).seconds)
    ann = CA.client("ann")
    for _each in range(3):
        assert show(made, ann).user == "ann"
    assert len(judged) == 1
    made._good.update({bytes([n % 256, n // 256]): _Good("x", 0.0) for n in range(REMEMBERED)})
    assert show(made, CA.client("bob")).user == "bob"
    assert len(made._good) == REMEMBERED


@pytest.mark.parametrize("text", [b"", b"nonsense", OTHER.revoking()])
def test_files_that_cannot_be_used(text: bytes, files: Path) -> None:
    """Are an error at the start."""
    (files / "ca.pem").write_bytes(text)
    with pytest.raises(UnusableAuthority):
        Authority(files / "ca.pem")
    with pytest.raises(UnusableAuthority):
        Authority(files / "nothing.pem")


def fixture(test: SynchronousTestCase) -> ProviderFixture:
    """Our CA in a file, a certificate of it, and one of another."""
    directory = TemporaryDirectory()
    test.addCleanup(directory.cleanup)
    (Path(directory.name) / "ca.pem").write_bytes(CA.certificate.public_bytes(Encoding.PEM))
    return ProviderFixture(
        provider(Path(directory.name)),
        presented(certificates=der(CA.client("ann"))),
        "ann",
        presented(certificates=der(OTHER.client("ann"))),
        presented("Bearer x", certificates=der(CA.client("ann"))),
    )


class CertificateTests(make_identity_provider_tests(fixture)):  # type: ignore[misc]  # a class made by a function
    pass
