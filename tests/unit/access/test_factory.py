"""What the certificate of a device is worth: its CA, its time, what it is for, and whether it was taken back."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.task import Clock
from twisted.logger import capturedLogs
from zope.interface.verify import verifyObject

from provd.access import (
    CertificateSettings,
    DeviceCertificates,
    Mapped,
    UnusableAuthority,
    believed,
    fingerprint,
)
from provd.access.devices import FRESH, MOST_WAITING, REMEMBERED
from provd.access.factory import LONGEST_CERTIFICATE
from provd.contracts import IJudgeCertificates
from provd.testing.certificates import (
    DAY,
    NOW,
    Maker,
    subject_of,
)
from provd.values import Certified
from provd.wire.proxy import MOST_CERTIFICATES

POLY, OTHER = Maker("Poly CA"), Maker("another CA")
PHONE = {"CN": "0004F28B54F4", "O": "Polycom Inc."}
MAC = "00:04:f2:8b:54:f4"
VECTORS = Path(__file__).with_name("vectors")
GENERIC = {"OU": "cisco.com", "L": "ciscogeneric", "S": "ciscogeneric"}


class Site:
    """A judge over the files of a directory."""

    def __init__(self, home: Path, in_thread: Any = maybeDeferred) -> None:
        self.home = home
        self.clock = Clock()
        self.clock.advance(NOW.timestamp())
        self.judge = DeviceCertificates(in_thread, self.clock.seconds)
        self.write("poly.pem", POLY)
        self.write("other.pem", OTHER)
        self.crl()
        self.believe(bundles={"polycom": self.path("poly.pem")})

    def path(self, name: str) -> str:
        """A file of the administrator's."""
        return str(self.home / name)

    def write(self, name: str, *makers: Maker) -> None:
        """CAs in a file."""
        pem = b"".join(each.certificate.public_bytes(Encoding.PEM) for each in makers)
        (self.home / name).write_bytes(pem)

    def crl(self, *revoked: x509.Certificate, end: datetime | None = None) -> None:
        """A list of revoked certificates."""
        (self.home / "poly.crl").write_bytes(POLY.revoking(*revoked, end=end))

    def believe(self, **settings: Any) -> None:
        """Other settings from now on."""
        self.judge.adopt(believed(CertificateSettings(**settings)))

    def show(self, *chain: x509.Certificate | bytes) -> Certified:
        """What a device is told that shows this."""
        found: list[Certified] = []
        self.judge.judge([_der(each) for each in chain]).addCallback(found.append)
        return found[0]


def _der(certificate: x509.Certificate | bytes) -> bytes:
    return certificate if isinstance(certificate, bytes) else certificate.public_bytes(Encoding.DER)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A judge that believes Poly's CA."""
    return Site(tmp_path)


def signed(maker: Maker = POLY, **more: Any) -> x509.Certificate:
    """A phone's certificate with something about it."""
    return maker.signed(subject_of(**PHONE), **more)


def test_contract(site: Site) -> None:
    """It offers what servers ask for."""
    assert verifyObject(IJudgeCertificates, site.judge)


def test_a_good_one(site: Site) -> None:
    """Says whose it is, and by which mapping."""
    assert site.show(POLY.device(**PHONE)) == Certified(
        subject="O=Polycom Inc.,CN=0004F28B54F4", authority="polycom", mac=MAC, vendor="Polycom"
    )


@pytest.mark.parametrize(
    ("chain", "why"),
    [
        ([signed(OTHER)], "no CA that is trusted here"),
        ([signed(OTHER), OTHER.certificate], "no CA that is trusted here"),
        ([Maker("Poly CA").device(**PHONE)], "OpenSSL says|no CA"),
        ([signed(end=NOW - timedelta(hours=1))], "ended on 2025-12-31"),
        ([signed(begin=NOW + 3 * DAY, end=NOW + 9 * DAY)], "begins on 2026-01-04, and this server"),
        ([signed(usage=ExtendedKeyUsageOID.SERVER_AUTH)], "not for clients"),
        ([POLY.certificate], "a CA's"),
        ([POLY.device(CN="Polycom", O="Polycom Inc.")], "names no single device"),
        ([b""], "cannot be read"),
        ([b"\x30\x80"], "cannot be read"),
        ([POLY.device(**PHONE), b"nonsense"], "cannot be read"),
        ([POLY.device(**PHONE)] * (MOST_CERTIFICATES + 1), "too much"),
        ([bytes(LONGEST_CERTIFICATE + 1)], "too much"),
        ([], "cannot be read"),
    ],
)
def test_bad_ones(site: Site, chain: list[Any], why: str) -> None:
    """Each is refused with its reason, and names nobody."""
    found = site.show(*chain)
    assert re.search(why, found.refused), found.refused
    assert found == Certified(subject=found.subject, refused=found.refused)


def test_old_cas(site: Site) -> None:
    """SHA-1 and RSA keys of 1024 bits, as factories of two decades had them."""
    site.believe(bundles={"polycom": str(VECTORS / "sha1-ca.pem")})
    phone = x509.load_pem_x509_certificate((VECTORS / "sha1-phone.pem").read_bytes())
    site.clock.advance(365 * 86400)
    assert site.show(phone).mac == MAC


def test_key_usage(site: Site) -> None:
    """A key that is not for signatures proves nothing by one."""
    usage = dict.fromkeys(
        (
            *("digital_signature", "content_commitment", "data_encipherment", "key_agreement"),
            *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
        ),
        False,
    )
    sealing = x509.KeyUsage(key_encipherment=True, **usage)
    assert "not for signatures" in site.show(signed(further=(sealing,))).refused
    both = x509.KeyUsage(key_encipherment=True, **{**usage, "digital_signature": True})
    assert site.show(signed(further=(both,), usage=None)).mac == MAC


def test_nothing_is_believed_by_default(site: Site) -> None:
    """Without a CA of devices no certificate is worth anything."""
    site.believe()
    assert "knows no CA" in site.show(signed()).refused


def test_generic_ones(site: Site) -> None:
    """That a real CA signed it helps nothing."""
    site.believe(bundles={"cisco": site.path("poly.pem")})
    assert "generic" in site.show(POLY.device(**GENERIC)).refused


def test_shared_ones(site: Site) -> None:
    """The administrator knows that its key got out."""
    lost = signed()
    site.believe(
        bundles={"polycom": site.path("poly.pem")},
        shared=(lost.fingerprint(hashes.SHA256()).hex(":").upper(),),
    )
    assert "shared by several" in site.show(lost).refused
    assert site.show(signed()).mac == MAC


def test_one_vendor_does_not_speak_for_another(site: Site) -> None:
    """A CA's certificates are read by its own mapping only: Yealink cannot name a Poly phone as Poly would."""
    site.believe(bundles={"polycom": site.path("poly.pem"), "yealink": site.path("other.pem")})
    assert site.show(signed(OTHER)).authority == "yealink"
    assert site.show(signed(POLY)).authority == "polycom"
    site.believe(bundles={"polycom": site.path("poly.pem")})
    assert site.show(signed(OTHER)).refused


def test_a_mapping_of_the_site(site: Site) -> None:
    """Vendors that publish nothing are added by whoever has one of their phones."""
    mapping = Mapped(vendor="Acme", forms=({"CN": "acme-(?P<mac>[0-9a-f]{12})"},))
    site.believe(bundles={"acme": site.path("other.pem")}, mappings={"acme": mapping})
    assert site.show(OTHER.device(CN="acme-00005e005301")) == Certified(
        subject="CN=acme-00005e005301", authority="acme", mac="00:00:5e:00:53:01", vendor="Acme"
    )


def test_between_device_and_root(site: Site) -> None:
    """The device may send what is between; the administrator may trust it, and not the root."""
    between = POLY.authority("Poly devices")
    phone = between.device(**PHONE)
    assert "no CA" in site.show(phone).refused
    assert site.show(phone, between.certificate).mac == MAC
    site.write("poly.pem", between)
    site.clock.advance(FRESH)
    assert site.show(phone).mac == MAC


def test_who_may_not_sign(site: Site) -> None:
    """A phone's own key signs no other phone."""
    one = Maker("0004F28B54F5")
    one.certificate = signed(key=one.key)
    forged = one.device(**PHONE)
    assert site.show(forged, one.certificate).refused


def test_revoked(site: Site) -> None:
    """One that the CA took back; and any, where its list is out of date: it might be one of them."""
    lost, good = signed(), signed()
    site.crl(lost)
    site.believe(
        bundles={"polycom": site.path("poly.pem")}, revoked={"polycom": site.path("poly.crl")}
    )
    assert "was revoked" in site.show(lost).refused
    assert site.show(good).mac == MAC
    site.crl(end=NOW - timedelta(hours=1))
    site.clock.advance(FRESH)
    assert "no list" in site.show(good).refused


def test_ended_ones_where_they_are_good(site: Site) -> None:
    """Phones outlive their factory's certificates: the administrator may go on believing them."""
    old = signed(begin=NOW - 200 * DAY, end=NOW - 100 * DAY)
    assert "ended on" in site.show(old).refused
    site.believe(
        bundles={"polycom": site.path("poly.pem")},
        revoked={"polycom": site.path("poly.crl")},
        ended=("polycom",),
    )
    assert site.show(old).mac == MAC
    assert "begins on" in site.show(signed(begin=NOW + 3 * DAY, end=NOW + 9 * DAY)).refused
    assert site.show(signed(OTHER, end=NOW - DAY / 2)).refused
    site.crl(old)
    site.clock.advance(FRESH)
    assert "was revoked" in site.show(old).refused


def test_a_ca_that_has_ended(site: Site) -> None:
    """The same, where its CA ended first, whatever the phone's own says."""
    phone = signed(end=NOW + 900 * DAY)
    site.clock.advance(400 * 86400)
    assert "Poly CA ended on" in site.show(phone).refused
    site.believe(bundles={"polycom": site.path("poly.pem")}, ended=("polycom",))
    assert site.show(phone).mac == MAC


def test_a_clock_that_is_wrong(site: Site) -> None:
    """A server that takes today for 1970 says so, and believes nobody."""
    site.clock.rightNow = 86400.0
    assert "takes today for 1970-01-02" in site.show(signed()).refused


def test_files_that_change(site: Site) -> None:
    """Are read again when something is judged; what was found good is so for a minute."""
    good = signed()
    assert site.show(good).mac == MAC
    site.write("poly.pem", OTHER)
    assert site.show(good).mac == MAC
    site.clock.advance(FRESH)
    assert "no CA" in site.show(good).refused
    (site.home / "poly.pem").unlink()
    assert "poly.pem" in site.show(signed()).refused


def test_files_that_cannot_be_used(site: Site) -> None:
    """Are an error when they are first named."""
    with pytest.raises(UnusableAuthority):
        believed(CertificateSettings(bundles={"polycom": site.path("nowhere")}))


def test_remembered(tmp_path: Path) -> None:
    """One connection's judgement serves the next; neither good nor bad ones are judged twice in a minute."""
    judged: list[None] = []

    def in_thread(work: Any) -> Deferred[Any]:
        judged.append(None)
        return maybeDeferred(work)

    site = Site(tmp_path, in_thread)
    good, bad = signed(), signed(OTHER)
    for _time in range(3):
        assert site.show(good).mac == MAC
        assert site.show(bad).refused
    assert len(judged) == 2
    site.believe(bundles={"polycom": site.path("other.pem")})
    assert site.show(bad).mac == MAC


def test_bounded(tmp_path: Path) -> None:
    """So many are remembered, so many wait, and who asks for the same waits for the same."""
    threads: list[Deferred[Any]] = []
    works: list[Any] = []

    def in_thread(work: Any) -> Deferred[Any]:
        works.append(work)
        threads.append(Deferred())
        return threads[-1]

    site = Site(tmp_path, in_thread)
    told: list[Certified] = []
    for number in range(MOST_WAITING):
        site.judge.judge([b"%d" % number]).addCallback(told.append)
    site.judge.judge([b"0"]).addCallback(told.append)
    assert told == []
    site.judge.judge([b"another"]).addCallback(told.append)
    assert "too many" in told.pop().refused
    assert len(works) == MOST_WAITING
    threads[0].callback(works[0]())
    assert len(told) == 2
    for number in range(REMEMBERED + 10):
        site.judge._remember(b"%d" % number, told[0], 0.0)
    assert len(site.judge._remembered) == REMEMBERED


def test_a_defect(tmp_path: Path) -> None:
    """Of ours refuses the certificate, and goes to the log."""

    def in_thread(_work: Any) -> Deferred[Any]:
        return maybeDeferred(lambda: 1 / 0)

    with capturedLogs() as events:
        found = Site(tmp_path, in_thread).show(signed())
    assert "defect" in found.refused
    assert any("defect" in event["log_format"] for event in events)


def test_judged_by_what_held_when_it_was_shown(tmp_path: Path) -> None:
    """Settings that change meanwhile do not make it good for others."""
    works: list[Any] = []
    threads: list[Deferred[Any]] = []

    def in_thread(work: Any) -> Deferred[Any]:
        works.append(work)
        threads.append(Deferred())
        return threads[-1]

    site = Site(tmp_path, in_thread)
    told: list[Certified] = []
    good = signed().public_bytes(Encoding.DER)
    site.judge.judge([good]).addCallback(told.append)
    site.believe()
    threads[0].callback(works[0]())
    assert told[0].mac == MAC
    site.judge.judge([good]).addCallback(told.append)
    threads[1].callback(works[1]())
    assert told[1].refused


def test_an_extension_that_nobody_knows(site: Site) -> None:
    """And that must be understood."""
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    assert "critical extension" in site.show(signed(further=(unknown,))).refused


@pytest.mark.parametrize("text", ["", "zz", "00" * 31, "00" * 33])
def test_fingerprints(text: str) -> None:
    """A SHA-256 is thirty-two bytes."""
    with pytest.raises(ValueError, match=r"SHA-256|hexadecimal"):
        fingerprint(text)
