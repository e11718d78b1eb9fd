"""The API's certificate: made, renewed, read, and what is told of it."""

from __future__ import annotations

import time
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from attrs import evolve
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from provd.application.certificate import (
    LASTS,
    RENEWED,
    CertificateUnusable,
    Place,
    ServerCertificate,
    obtain,
    own_files,
)

NOW = time.time()
DAY = timedelta(days=1).total_seconds()
NAMES = ("localhost", "127.0.0.1", "::1", "prov.example", "prov.example", "bücher.example", "a..b")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Where nothing is yet."""
    return Place(*own_files(tmp_path), own=True, names=NAMES)


def test_made_at_the_first_start(place: Place) -> None:
    """For all names that can stand in one, each once; its key is nobody else's business."""
    made = obtain(place, NOW).chain[0]
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [
        "localhost",
        "prov.example",
        "xn--bcher-kva.example",
    ]
    assert names.get_values_for_type(x509.IPAddress) == [ip_address("127.0.0.1"), ip_address("::1")]
    assert place.key.stat().st_mode & 0o777 == 0o600
    assert place.key.parent.stat().st_mode & 0o777 == 0o700
    assert sorted(path.name for path in place.key.parent.iterdir()) == ["api.key", "api.pem"]


def test_kept_at_the_next(place: Place) -> None:
    """As long as it lasts."""
    assert obtain(place, NOW).fingerprint == obtain(place, NOW + 300 * DAY).fingerprint


def test_renewed_before_its_end(place: Place) -> None:
    """With the same key: whoever pinned it need not be told."""
    first = obtain(place, NOW)
    later = NOW + (LASTS - RENEWED).total_seconds() + DAY
    second = obtain(place, later)
    assert first.fingerprint != second.fingerprint
    assert first.pin == second.pin
    assert second.expires > first.expires


def test_a_certificate_that_was_lost_is_made_again(place: Place) -> None:
    """The key is what counts."""
    pin = obtain(place, NOW).pin
    place.certificate.unlink()
    assert obtain(place, NOW).pin == pin


def other(place: Place) -> Place:
    """The same files, as if somebody had given them."""
    return evolve(place, own=False)


def test_somebody_elses_is_never_written(place: Place) -> None:
    """It may be renewed by somebody else, who knows how."""
    with pytest.raises(CertificateUnusable, match="No such file"):
        obtain(other(place), NOW)
    first = obtain(place, NOW)
    assert obtain(other(place), NOW + 1000 * DAY).fingerprint == first.fingerprint


def test_what_cannot_be_used_is_told(place: Place, tmp_path: Path) -> None:
    """Which file, why, and what to do."""
    obtain(place, NOW)
    key = ec.generate_private_key(ec.SECP256R1())
    secret = BestAvailableEncryption(b"x")
    for content, reason in (
        (b"nonsense", "not PEM"),
        (key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, secret), "has a password"),
        (key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), "not the key of"),
    ):
        (tmp_path / "other.key").write_bytes(content)
        with pytest.raises(CertificateUnusable, match=reason) as raised:
            obtain(evolve(other(place), key=tmp_path / "other.key"), NOW)
        assert "other.key" in str(raised.value)
    place.certificate.write_bytes(place.key.read_bytes())
    with pytest.raises(CertificateUnusable, match=r"api\.pem: it is not PEM"):
        obtain(other(place), NOW)


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """Is told as such."""
    (tmp_path / "tls").write_text("a file where a directory should be", encoding="utf-8")
    with pytest.raises(CertificateUnusable, match="File exists"):
        obtain(Place(*own_files(tmp_path), own=True), NOW)


def test_looking_again(place: Place, tmp_path: Path) -> None:
    """A newer one is taken up; one that cannot be used leaves the present one in place."""
    used = ServerCertificate(place, NOW)
    first = used.current
    assert not used.look_again(NOW)
    assert used.look_again(NOW + LASTS.total_seconds())
    assert used.current.fingerprint != first.fingerprint
    kept = used.current
    place.certificate.write_text("half of it", encoding="utf-8")
    assert not used.look_again(NOW)
    assert used.current is kept


def test_warnings(place: Place) -> None:
    """From thirty days before its end."""
    obtain(place, NOW)
    used = ServerCertificate(other(place), NOW)
    assert used.warnings(NOW) == []
    [soon] = used.warnings(NOW + (LASTS - timedelta(days=9, hours=12)).total_seconds())
    [late] = used.warnings(NOW + LASTS.total_seconds() + DAY)
    assert "ends in 9 days" in soon
    assert "has ended" in late
