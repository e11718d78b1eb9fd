"""Client certificates over real TLS: whoever has the key is its user, until it is taken back."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import ssl
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from provd.application.certificate import own_files
from provd.client import Api
from provd.testing.certificates import Maker
from provd.testing.daemon import PATIENCE, Daemon

pytestmark = pytest.mark.system


class Site:
    """A server that asks for certificates, and who signs them."""

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True)
        self.home = home
        self.ours = Maker(now=datetime.now(UTC))
        self.others = Maker("another CA", now=datetime.now(UTC))
        (home / "ca.pem").write_bytes(self.ours.certificate.public_bytes(Encoding.PEM))
        (home / "crl.pem").write_bytes(self.ours.revoking())
        self.access: dict[str, Any] = {
            "required": True,
            "client_ca": str(home / "ca.pem"),
            "client_crl": str(home / "crl.pem"),
        }
        self.server = Daemon(home / "server", self.settings, families=())
        self.server.start()

    @property
    def settings(self) -> Any:
        """What the server is to be like."""
        return {
            "access": self.access,
            "api": {"tls": "on", "http2": True},
            "log": {"level": "info"},
        }

    def reload(self, access: dict[str, Any]) -> None:
        """Have other settings of access taken up, and wait until they are."""
        self.access = access
        self.server.reload(self.settings)

    @property
    def url(self) -> str:
        """Where its API is."""
        return f"https://127.0.0.1:{self.server.ports[2]}"

    def let_in(self, name: str) -> None:
        """Make a user without a password."""
        end = time.monotonic() + PATIENCE
        while not (found := re.search(r"^ +(provd-once-\S+)$", self.server.log, re.MULTILINE)):
            assert time.monotonic() < end, self.server.log
            time.sleep(0.02)
        ca = str(own_files(self.server.data)[0])
        with contextlib.closing(Api(self.url, PATIENCE, ca)) as api:
            token = api.log_in_with(found[1])["token"]
        with contextlib.closing(Api(self.url, PATIENCE, ca, token=token)) as api:
            api.users.create({"id": name, "roles": ["viewer"]})

    def files(self, maker: Maker, *names: str) -> Path:
        """A client's certificate and key in one file."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = maker.client(*names, key=key)
        path = self.home / f"{certificate.serial_number}.pem"
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(certificate.public_bytes(Encoding.PEM) + secret)
        return path

    def context(self, certificate: Path | None) -> ssl.SSLContext:
        """A client's end of TLS."""
        made = ssl.create_default_context(cafile=own_files(self.server.data)[0])
        if certificate is not None:
            made.load_cert_chain(certificate)
        return made

    def ask(self, certificate: Path | None, path: str = "/api/v1/self") -> tuple[int, Any]:
        """Who the server takes a client for."""
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.server.ports[2], timeout=PATIENCE, context=self.context(certificate)
        )
        with contextlib.closing(connection):
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with a user called ann."""
    made = Site(tmp_path_factory.mktemp("clients") / "site")
    try:
        made.let_in("ann")
        yield made
    finally:
        made.server.close()


def test_who_has_the_key_is_its_user(site: Site) -> None:
    """With the user's rights and no more."""
    ann = site.files(site.ours, "ann")
    status, told = site.ask(ann)
    assert (status, told["user"], told["provider"]) == (200, "ann", "certificate")
    assert site.ask(ann, "/api/v1/devices")[0] == 200
    assert site.ask(ann, "/api/v1/users")[0] == 403


def test_others_are_told_why(site: Site) -> None:
    """Of another CA, of nobody we know, without one: a refusal, not a broken connection."""
    for certificate in (
        site.files(site.others, "ann"),
        site.files(site.ours, "bob"),
        site.files(site.ours, "ann", "root"),
        None,
    ):
        status, told = site.ask(certificate)
        assert (status, told["type"]) == (401, "urn:provd:problem:not-authenticated")


def test_one_that_is_taken_back(site: Site) -> None:
    """Is refused once the list says so; others go on."""
    lost, ann = site.files(site.ours, "ann"), site.files(site.ours, "ann")
    certificate = x509.load_pem_x509_certificate(lost.read_bytes())
    (site.home / "crl.pem").write_bytes(site.ours.revoking(certificate))
    assert site.ask(lost)[0] == 401
    assert site.ask(ann)[0] == 200


def test_an_authority_that_is_changed_while_it_runs(site: Site) -> None:
    """Whom it signed for is let in from the next connection on, and whom the former did is not."""
    ann, other = site.files(site.ours, "ann"), site.files(site.others, "ann")
    first = site.access
    ca = site.home / "others.pem"
    ca.write_bytes(site.others.certificate.public_bytes(Encoding.PEM))
    try:
        assert (site.ask(ann)[0], site.ask(other)[0]) == (200, 401)
        site.reload({"required": True, "client_ca": str(ca)})
        assert (site.ask(ann)[0], site.ask(other)[0]) == (401, 200)
        site.reload({"required": True})
        assert site.ask(other)[0] == 401
        site.reload({"required": True, "client_ca": str(ca)})
        assert site.ask(other)[0] == 200
    finally:
        site.reload(first)


@pytest.mark.needs("curl")
def test_over_http_2(site: Site) -> None:
    """The same certificate speaks for every stream of the connection."""
    done = subprocess.run(
        [
            "curl",
            "--silent",
            "--http2",
            "--cacert",
            str(own_files(site.server.data)[0]),
            "--cert",
            str(site.files(site.ours, "ann")),
            "--write-out",
            " %{http_version}",
            f"{site.url}/api/v1/self",
        ],
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    body, _space, version = done.stdout.rpartition(" ")
    assert json.loads(body)["user"] == "ann"
    assert version == "2"
