"""The API over HTTPS: the real server, real clients, real files."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from provd.application.certificate import LASTS, Place, obtain, own_files
from provd.client import Api, NotTrusted
from provd.testing.daemon import Daemon

PROVD = Path(sys.executable).with_name("provd")


@contextlib.contextmanager
def running(home: Path, **api: Any) -> Iterator[Daemon]:
    """A server whose API is served over HTTPS."""
    server = Daemon(home, settings={"api": {"tls": "on", **api}}, families=())
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """One that offers HTTP/2."""
    with running(tmp_path_factory.mktemp("https"), http2=True) as started:
        yield started


def url(server: Daemon) -> str:
    """Where its API is."""
    return f"https://127.0.0.1:{server.ports[2]}"


def pem(server: Daemon) -> Path:
    """Its certificate."""
    return own_files(server.data)[0]


def pin(server: Daemon) -> str:
    """What it is known by, as its log tells."""
    return server.log.rpartition("pin ")[2].partition(",")[0]


def handshake(server: Daemon, context: ssl.SSLContext) -> tuple[str | None, str | None]:
    """What was agreed on: version and protocol."""
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", server.ports[2]), 10) as plain,
        context.wrap_socket(plain) as agreed,
    ):
        return agreed.version(), agreed.selected_alpn_protocol()


def ask(connection: http.client.HTTPConnection) -> int:
    """The status of one request."""
    connection.request("GET", "/readyz")
    return connection.getresponse().status


def client(**limits: Any) -> ssl.SSLContext:
    """A client's side of a handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for name, value in limits.items():
        setattr(context, name, value)
    return context


def test_by_pin_and_by_file(server: Daemon) -> None:
    """Whoever knows the key, or has the certificate, is answered."""
    for ca in (pin(server), str(pem(server))):
        with contextlib.closing(Api(url(server), ca=ca)) as api:
            assert api.ready()["ready"] is True


def test_the_name_counts_where_a_file_is_trusted(server: Daemon) -> None:
    """A certificate is for the names in it."""
    with socket.create_connection(("127.0.0.1", server.ports[2]), 10) as plain:
        context = ssl.create_default_context(cafile=str(pem(server)))
        with pytest.raises(ssl.SSLCertVerificationError, match=r"prov\.example"):
            context.wrap_socket(plain, server_hostname="prov.example")


def test_who_knows_nothing_is_told_the_pin(server: Daemon) -> None:
    """And sends nothing: the server hears of no request."""
    for ca in ("", "sha256//" + "A" * 43 + "="):
        with (
            contextlib.closing(Api(url(server), ca=ca)) as api,
            pytest.raises(NotTrusted) as raised,
        ):
            api.devices.create({"id": "secret"})
        assert raised.value.pin == pin(server)
    with contextlib.closing(Api(url(server), ca=pin(server))) as api:
        assert api.devices.list()["total"] == 0


def test_the_command(server: Daemon) -> None:
    """With PROVD_CA it works; without, it says what to do, and ends with 3."""
    asked = [str(PROVD), "devices", "list", "--json", "--url", url(server)]
    known = subprocess.run(
        [*asked, "--ca", pin(server)], capture_output=True, text=True, check=False
    )
    assert known.returncode == 0, known.stderr
    unknown = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert unknown.returncode == 3
    assert pin(server) in unknown.stderr


def test_the_doctor_shows_it(server: Daemon) -> None:
    """The pin and the end; and it trusts what it has just read."""
    asked = [str(PROVD), "doctor", "--json", "--config", str(server.config)]
    told = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert pin(server) in told.stdout
    assert "ready at https://" in told.stdout


def test_the_least_version(server: Daemon) -> None:
    """TLS 1.2 is spoken, 1.1 is not, whatever a client asks for."""
    assert handshake(server, client(maximum_version=ssl.TLSVersion.TLSv1_2))[0] == "TLSv1.2"
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old = client(maximum_version=ssl.TLSVersion.TLSv1_1)
    with contextlib.suppress(ssl.SSLError):
        old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        handshake(server, old)


def test_plain_http_is_no_request(server: Daemon) -> None:
    """The connection ends, and the next client is served."""
    plain = http.client.HTTPConnection("127.0.0.1", server.ports[2], timeout=10)
    with pytest.raises((http.client.HTTPException, OSError)):
        ask(plain)
    plain.close()
    with contextlib.closing(Api(url(server), ca=pin(server))) as api:
        assert api.ready()["ready"] is True


@pytest.mark.needs("curl")
class TestHTTP2:
    """Offered in the handshake, where the settings want it."""

    def curl(self, server: Daemon, path: str, *words: str) -> list[str]:
        """HTTP version, status and body of an answer."""
        asked = ["curl", "--silent", "--show-error", "--cacert", str(pem(server)), *words]
        shown = ["--write-out", "\n%{http_version} %{http_code}", url(server) + path]
        told = subprocess.run(
            [*asked, *shown], capture_output=True, text=True, check=True, timeout=30
        )
        body, _end, last = told.stdout.rpartition("\n")
        return [*last.split(), body]

    def test_reading_and_changing(self, server: Daemon) -> None:
        """One and lists, with bodies both ways."""
        assert self.curl(server, "/readyz", "--http2")[:2] == ["2", "200"]
        typed = ("--header", "content-type: application/json")
        made = self.curl(
            server,
            "/api/v1/configs",
            *typed,
            "--data",
            '{"id": "x", "parent_ids": [], "raw_config": {}}',
        )
        assert made[:2] == ["2", "201"]
        assert '"total":1' in self.curl(server, "/api/v1/configs?id=x")[2]
        assert self.curl(server, "/api/v1/configs/x", "--request", "DELETE")[:2] == ["2", "204"]

    def test_bodies_are_bounded(self, server: Daemon, tmp_path: Path) -> None:
        """What is too large is refused, what is far too large is cut off, and the server lives on."""
        (tmp_path / "large").write_bytes(b" " * (2 << 20))
        typed = ("--header", "content-type: application/json")
        body = f"@{tmp_path}/large"
        assert self.curl(server, "/api/v1/configs", *typed, "--data-binary", body)[:2] == [
            "2",
            "413",
        ]
        (tmp_path / "large").write_bytes(b" " * (20 << 20))
        with pytest.raises(subprocess.CalledProcessError):
            self.curl(server, "/api/v1/configs", *typed, "--data-binary", body)
        assert self.curl(server, "/readyz")[:2] == ["2", "200"]

    def test_a_long_list(self, server: Daemon) -> None:
        """It is sent while it is being made, as fast as the client takes it."""
        with contextlib.closing(Api(url(server), ca=pin(server))) as api:
            for number in range(300):
                api.configs.create(
                    {
                        "id": f"c{number}",
                        "parent_ids": [],
                        "raw_config": {"X_filler": "x" * 2000},
                    }
                )
        told = self.curl(server, "/api/v1/configs?limit=0", "--limit-rate", "2M")
        assert told[:2] == ["2", "200"]
        assert len(json.loads(told[2])["items"]) == 300

    def test_not_unless_it_is_wanted(self, tmp_path: Path) -> None:
        """Left off, both sides speak HTTP/1.1."""
        with running(tmp_path) as server:
            assert handshake(server, client())[1] == "http/1.1"
            assert self.curl(server, "/readyz", "--http2")[:2] == ["1.1", "200"]


class TestFiles:
    """What is kept, and what is given."""

    def test_a_restart_keeps_the_pin(self, tmp_path: Path) -> None:
        """Also where the certificate was due."""
        home = tmp_path / "provd"
        made = obtain(
            Place(*own_files(home / "data"), own=True),
            time.time() - (LASTS - timedelta(days=3)).total_seconds(),
        )
        (home / "data" / "plugins").mkdir()
        with running(home) as server:
            assert pin(server) == made.pin
            assert made.chain[0].public_bytes(Encoding.PEM) != pem(server).read_bytes()
            with contextlib.closing(Api(url(server), ca=made.pin)) as api:
                assert api.ready()["warnings"] == []

    def test_one_that_is_given(self, tmp_path: Path) -> None:
        """It is used as it is; that it ends soon is a warning."""
        place = Place(tmp_path / "c.pem", tmp_path / "c.key", own=True, names=("127.0.0.1",))
        obtain(place, time.time() - (LASTS - timedelta(days=3)).total_seconds())
        with running(
            tmp_path / "provd", certificate=str(place.certificate), key=str(place.key)
        ) as server:
            assert not own_files(server.data)[0].exists()
            with contextlib.closing(Api(url(server), ca=str(place.certificate))) as api:
                [warning] = api.ready()["warnings"]
            assert "ends in" in warning

    def test_one_that_is_replaced(self, tmp_path: Path) -> None:
        """It is taken up when the settings are read again, without a restart."""
        place = Place(tmp_path / "c.pem", tmp_path / "c.key", own=True, names=("127.0.0.1",))
        first = obtain(place, time.time())
        with running(
            tmp_path / "provd", certificate=str(place.certificate), key=str(place.key)
        ) as server:
            for path in (place.certificate, place.key):
                path.unlink()
            second = obtain(place, time.time())
            with contextlib.closing(Api(url(server), ca=first.pin)) as api:
                assert api.reload()["outcome"] == "done"
            with contextlib.closing(Api(url(server), ca=second.pin)) as api:
                assert api.ready()["ready"] is True

    def test_one_that_cannot_be_used(self, tmp_path: Path) -> None:
        """Is no reason to serve without TLS: the server does not start, and says why."""
        (tmp_path / "c.pem").write_text("nonsense", encoding="utf-8")
        files = {"certificate": str(tmp_path / "c.pem"), "key": str(tmp_path / "c.key")}
        server = Daemon(tmp_path / "p", settings={"api": {"tls": "on", **files}}, families=())
        server.launch()
        try:
            assert server.wait() == 1
            assert "c.pem: it is not PEM" in server.log
        finally:
            server.close()
