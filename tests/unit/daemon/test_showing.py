"""HTTPS for devices: its settings, its certificate, and what is believed of what devices show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from twisted.internet.task import Clock

from provd.access import CertificateSettings, UnusableAuthority
from provd.daemon.settings import DataSettings, HTTPSListen, Settings, read_settings
from provd.daemon.showing import NOBODY_ASKS, showing_of
from provd.daemon.tls import device_certificate_of, secured_for_devices
from provd.testing.certificates import Maker
from provd.values import Invalid


class Reactor(Clock):
    """A clock that is asked to remember what to do at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.advance(1_800_000_000)
        self.at_end: list[Any] = []

    def addSystemEventTrigger(self, _phase: str, _event: str, call: Any) -> None:
        self.at_end.append(call)


@pytest.fixture
def reactor() -> Iterator[Reactor]:
    """One whose threads end with the test."""
    made = Reactor()
    yield made
    for call in made.at_end:
        call()


def settings(home: Path, **https: Any) -> Settings:
    """A server that serves phones over HTTPS."""
    return Settings(
        data=DataSettings(directory=str(home)), https=HTTPSListen(**{"serve": True, **https})
    )


def believing(home: Path, made: Settings) -> Settings:
    """The same with a CA of phones."""
    (home / "ca.pem").write_bytes(Maker().certificate.public_bytes(Encoding.PEM))
    bundles = CertificateSettings(bundles={"polycom": str(home / "ca.pem")})
    return Settings(data=made.data, https=made.https, certificates=bundles)


def test_off_by_default(tmp_path: Path, reactor: Any) -> None:
    """Nothing is made that nobody uses, and nothing is warned of."""
    plain = Settings(data=DataSettings(directory=str(tmp_path)))
    showing = showing_of(plain, reactor)
    assert (showing.secured, showing.warnings(), list(tmp_path.iterdir())) == (None, (), [])
    showing.stop()


def test_a_certificate_of_its_own(tmp_path: Path, reactor: Any) -> None:
    """RSA, which all phones know, in files of its own, and for the names that phones are told."""
    made = settings(tmp_path, names=("prov.example", "192.0.2.1"))
    place = device_certificate_of(made)
    assert (place.certificate, place.key) == (
        tmp_path / "tls" / "https.pem",
        tmp_path / "tls" / "https.key",
    )
    assert {"prov.example", "192.0.2.1", "localhost"} <= set(place.names)
    secured = secured_for_devices(made, reactor)
    assert secured is not None
    assert isinstance(secured.certificate.current.key, rsa.RSAPrivateKey)
    assert "HTTPS for devices" in place.whose


def test_a_certificate_of_the_administrator(tmp_path: Path, reactor: Any) -> None:
    """Is read from where it is."""
    first = secured_for_devices(settings(tmp_path), reactor)
    assert first is not None
    place = first.certificate.place
    given = settings(tmp_path, certificate=str(place.certificate), key=str(place.key))
    secured = secured_for_devices(given, reactor)
    assert secured is not None
    assert not secured.certificate.place.own
    assert secured.certificate.current.fingerprint == first.certificate.current.fingerprint


def test_nobody_is_believed(tmp_path: Path, reactor: Any) -> None:
    """Asking for certificates without a CA is for nothing, and is told."""
    made = settings(tmp_path)
    showing = showing_of(made, reactor)
    assert showing.warnings() == [NOBODY_ASKS]
    wanted = believing(tmp_path, made)
    showing.adopt(showing.prepared(wanted), wanted)
    assert showing.warnings() == []
    silent = settings(tmp_path, client_certificates="off")
    showing.adopt(showing.prepared(silent), silent)
    assert showing.warnings() == []


def test_a_bundle_that_cannot_be_used(tmp_path: Path, reactor: Any) -> None:
    """Is an error at the start, and when it is to be taken up."""
    wrong = Settings(certificates=CertificateSettings(bundles={"polycom": "/nowhere"}))
    with pytest.raises(UnusableAuthority):
        showing_of(wrong, reactor)
    showing = showing_of(settings(tmp_path), reactor)
    with pytest.raises(UnusableAuthority):
        showing.prepared(wrong)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("[certificates]\nbundles = {acme = 'a.pem'}", "certificates.bundles"),
        ("[certificates]\nrevoked = {polycom = 'a.crl'}", "certificates.revoked"),
        ("[certificates]\nended = ['polycom']", "certificates.ended"),
        ("[certificates]\nshared = ['00']", "certificates.shared[0]"),
        ("[certificates.mappings.acme]\nforms = []", "certificates.mappings.acme.forms"),
        (
            "[certificates.mappings.acme]\nforms = [{CN = '('}]",
            "certificates.mappings.acme.forms[0]",
        ),
        ("[certificates.mappings.acme]\nfroms = []", "certificates.mappings"),
        ("[https]\nkey = 'a'", "https.certificate"),
        ("[https]\ncertificate = 'a'", "https.key"),
        ("[https]\noldest = '0.9'", "https.oldest"),
        ("[https]\ninterface = 'eth0'", "https.interface"),
        ("[http]\nproxy_protocol = true", "http.proxy_protocol"),
        ("[http]\ncertificate_header = 'Client-Cert'", "http.certificate_header"),
        (
            "[http]\ntrusted_proxies = ['192.0.2.1']\ntrusted_proxy_count = 0\nproxy_protocol = true",
            "http.proxy_protocol",
        ),
        (
            "[http]\ntrusted_proxies = ['192.0.2.1']\ncertificate_header = 'a b'",
            "http.certificate_header",
        ),
    ],
)
def test_wrong_settings(tmp_path: Path, text: str, path: str) -> None:
    """Each mistake is told with its place."""
    file = tmp_path / "provd.toml"
    file.write_text(text)
    with pytest.raises(Invalid) as caught:
        read_settings(file, {})
    assert any(path in problem.path for problem in caught.value.problems), caught.value


def test_a_mapping_in_the_settings(tmp_path: Path) -> None:
    """As the documentation writes it."""
    file = tmp_path / "provd.toml"
    file.write_text(
        """
[certificates]
bundles = { acme = "/etc/provd/acme.pem" }
ended = ["acme"]

[certificates.mappings.acme]
vendor = "Acme"
forms = [{ CN = "acme-(?P<mac>[0-9a-f]{12})" }]
generic = [{ CN = "acme-generic" }]
"""
    )
    read = read_settings(file, {}).certificates
    assert read.mappings["acme"].vendor == "Acme"
    assert read.mappings["acme"].generic == ({"CN": "acme-generic"},)
