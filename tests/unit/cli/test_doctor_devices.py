"""What doctor finds of HTTPS for devices, and of the CAs that devices are believed by."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from provd.access import CertificateSettings
from provd.application.certificate import Place, obtain, own_files
from provd.cli.doctor._certificate import check_devices
from provd.cli.doctor._command import ports_of
from provd.cli.doctor._finding import Level
from provd.daemon.settings import DataSettings, HTTPSListen, Settings
from provd.testing.certificates import NOW, Maker


def settings(home: Path, bundle: str = "", revoked: str = "") -> Settings:
    """A server that serves phones over HTTPS."""
    certificates = CertificateSettings(
        bundles={"polycom": bundle} if bundle else {},
        revoked={"polycom": revoked} if revoked else {},
    )
    return Settings(
        data=DataSettings(directory=str(home)),
        https=HTTPSListen(serve=True, port=8444),
        certificates=certificates,
    )


def test_nothing_where_nothing_is_served() -> None:
    """Plain HTTP needs no certificate, and no further port."""
    assert list(check_devices(Settings(), NOW.timestamp())) == []
    assert "devices over HTTPS" not in [port.name for port in ports_of(Settings())]


def test_a_certificate_that_will_be_made(tmp_path: Path) -> None:
    """At the first start; then it is told."""
    made = settings(tmp_path)
    [found] = check_devices(made, NOW.timestamp())
    assert (found.level, "first start" in found.text) == (Level.OK, True)
    place = Place(*own_files(tmp_path, "https"), own=True, section="https")
    pin = obtain(place, NOW.timestamp()).pin
    [found] = check_devices(made, NOW.timestamp())
    assert pin in found.text
    assert 8444 in [port.number for port in ports_of(made)]


def test_bundles(tmp_path: Path) -> None:
    """Good ones, one whose CA has ended, and files that are none."""
    maker = Maker()
    good, bad = tmp_path / "good.pem", tmp_path / "bad.pem"
    good.write_bytes(maker.certificate.public_bytes(Encoding.PEM))
    bad.write_text("nonsense")
    now = NOW.timestamp()
    rows = [
        (str(good), "", now, Level.OK),
        (str(good), "", now + 400 * 86400, Level.WARN),
        (str(bad), "", now, Level.FAIL),
        (str(good), str(bad), now, Level.FAIL),
        (str(tmp_path / "nowhere"), "", now, Level.FAIL),
    ]
    for path, revoked, at, level in rows:
        found = list(check_devices(settings(tmp_path, path, revoked), at))[-1]
        assert found.level is level, found
        assert "polycom" in found.text
