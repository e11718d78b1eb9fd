"""Devices over real TLS, with real clients: who proves what by a certificate."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from provd.testing.certificates import DAY
from provd.testing.daemon import PATIENCE
from provd.testing.factory_site import AGENT, MAC, OTHER, FactorySite, file_of, text_of

pytestmark = [pytest.mark.system, pytest.mark.needs("curl", "openssl")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FactorySite]:
    """A server without proxies."""
    made = FactorySite(
        tmp_path_factory.mktemp("certificates") / "site", {"handshake_seconds": 1.0}, {}
    )
    try:
        yield made
    finally:
        made.server.close()


def test_its_own(site: FactorySite) -> None:
    """A phone that shows its factory's certificate is that phone."""
    decision = site.ask(site.phone())
    assert (decision["device"]["id"], decision["level"]) == ("d0", "certificate")
    assert decision["http"][0] == 200
    assert decision["certificate"]["authority"] == "polycom"
    assert "holds the key of its certificate" in text_of(decision)


def test_an_rsa_key(site: FactorySite) -> None:
    """As most phones have."""
    assert site.ask(site.phone(key=rsa.generate_private_key(65537, 2048)))["level"] == "certificate"


def test_without_one(site: FactorySite) -> None:
    """A phone that shows none is answered, and proves nothing."""
    decision = site.ask(None)
    assert (decision["device"]["id"], decision["level"]) == ("d0", "claimed")
    assert decision["certificate"] is None


def test_another_phone_s_file(site: FactorySite) -> None:
    """Is answered to nobody but its own phone, exactly as what nobody knows."""
    phone = site.phone()
    refused = site.ask(phone, OTHER)
    assert refused["device"] is None
    assert "it is nobody that is known" in text_of(refused)
    unknown = site.curl(f"https://127.0.0.1:{site.port}/nothing", None, "-A", "curl")
    assert refused["http"] == unknown
    assert refused["http"][0] == 404


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("stranger", "no CA that is trusted here signed it"),
        ("ended", "ended on"),
        ("early", "begins on"),
        ("server", "not for clients"),
        ("nameless", "names no single device"),
        ("revoked", "was revoked"),
    ],
)
def test_bad_ones(site: FactorySite, what: str, why: str) -> None:
    """Prove nothing, whatever is wrong with them, and explain says what."""
    more: dict[str, Any] = {
        "stranger": {"maker": site.others},
        "ended": {"begin": site.now - 9 * DAY, "end": site.now - 2 * DAY},
        "early": {"begin": site.now + 2 * DAY, "end": site.now + 9 * DAY},
        "server": {"usage": x509.ExtendedKeyUsageOID.SERVER_AUTH},
        "nameless": {"mac": "Polycom"},
    }.get(what, {})
    phone = site.phone(**more)
    if what == "revoked":
        lost = x509.load_pem_x509_certificate(phone.read_bytes())
        (site.home / "poly.crl").write_bytes(site.factory.revoking(lost))
    decision = site.ask(phone)
    assert (decision["device"]["id"], decision["level"]) == ("d0", "claimed")
    assert why in decision["certificate"]["refused"], decision
    assert why in text_of(decision)


def test_cas_that_change_while_it_runs(site: FactorySite) -> None:
    """A reload takes up other bundles, and whether phones are asked at all."""
    phone = site.phone()
    first = site.certificates
    try:
        assert site.ask(phone)["level"] == "certificate"
        site.certificates = {}
        site.reload()
        assert "knows no CA" in site.ask(phone)["certificate"]["refused"]
        site.https["client_certificates"] = "off"
        site.reload()
        assert site.ask(phone)["certificate"] is None
    finally:
        site.certificates = first
        site.https["client_certificates"] = "optional"
        site.reload()
    assert site.ask(phone)["level"] == "certificate"


def test_a_bundle_that_cannot_be_used(site: FactorySite) -> None:
    """Changes nothing, and is told."""
    first = site.certificates
    site.certificates = {"bundles": {"polycom": str(site.home / "nowhere.pem")}}
    site.server.configure(site.settings)
    done = site.server.command("reload")
    site.certificates = first
    site.server.configure(site.settings)
    assert done.returncode != 0
    assert "nowhere.pem" in done.stderr
    assert site.ask(site.phone())["level"] == "certificate"


def s_client(site: FactorySite, *arguments: str, sent: str = "") -> str:
    """What openssl's client tells of a connection."""
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{site.port}", *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        input=sent,
    )
    return done.stdout + done.stderr


def test_renegotiation(site: FactorySite) -> None:
    """No client makes the server sign again on the same connection."""
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{site.port}", "-tls1_2"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as client:
        assert client.stdin is not None
        assert client.stdout is not None
        told = ""
        while "Extended master secret" not in told:
            told += client.stdout.readline()
        client.stdin.write("R\n")
        client.stdin.flush()
        assert "no renegotiation" in client.stdout.read()


def test_no_session_is_resumed(site: FactorySite) -> None:
    """Who shows a certificate proves each time that it has the key."""
    for version in ("-tls1_2", "-tls1_3"):
        told = s_client(site, version, "-reconnect")
        assert "Reused," not in told
        assert told.count("New,") >= 1


def test_old_versions(site: FactorySite) -> None:
    """Are not spoken unless the settings say so."""
    assert "Cipher is (NONE)" in s_client(site, "-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0")


def test_slow_handshakes(site: FactorySite) -> None:
    """A connection that says nothing, or half a hello, ends."""
    for said in (b"", b"\x16\x03\x01\x02\x00\x01"):
        with socket.create_connection(("127.0.0.1", site.port), timeout=PATIENCE) as one:
            one.sendall(said)
            begun = time.monotonic()
            with contextlib.suppress(ConnectionResetError):
                assert one.recv(1) == b""
            assert time.monotonic() - begun < 5


def test_rehearsal(site: FactorySite) -> None:
    """A what-if says of a phone's certificate what serving it would."""
    phone = site.phone()
    arguments = (
        "whatif",
        "--protocol",
        "http",
        "--path",
        file_of(MAC),
        "--header",
        f"User-Agent: {AGENT}",
    )
    told = site.server.told(*arguments, "--certificate", str(phone))
    assert told["level"] == "certificate"
    stranger = site.server.told(*arguments, "--certificate", str(site.phone(site.others)))
    assert "no CA" in stranger["certificate"]["refused"]


def test_old_phones(tmp_path: Path) -> None:
    """TLS 1.0 with RSA and CBC, where the settings let it in."""
    made = FactorySite(tmp_path / "old", {}, {"oldest": "1.0"})
    try:
        told = s_client(made, "-tls1", "-cipher", "AES128-SHA:@SECLEVEL=0")
        assert "Cipher is AES128-SHA" in told, told
        assert made.ask(made.phone())["level"] == "certificate"
    finally:
        made.server.close()


def test_chains_that_never_end(site: FactorySite) -> None:
    """Are not gathered: the connection ends, and others go on."""
    phone = site.phone()
    endless = site.home / "endless.pem"
    further = b"".join(
        site.others.device(CN=str(number)).public_bytes(Encoding.PEM) for number in range(120)
    )
    endless.write_bytes(phone.read_bytes() + further)
    assert site.curl(f"https://127.0.0.1:{site.port}{file_of(MAC)}", endless)[0] == 0
    assert site.ask(phone)["level"] == "certificate"
