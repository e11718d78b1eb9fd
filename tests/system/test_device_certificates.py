"""Devices over real TLS, with real clients, behind real proxies: who proves what by a certificate."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from provd.testing.certificates import DAY, Maker, subject_of
from provd.testing.daemon import PATIENCE, Daemon, free_ports
from provd.testing.proxy import rfc9440, v1, v2

pytestmark = [pytest.mark.system, pytest.mark.needs("curl", "openssl")]

MAC, OTHER = "00:04:f2:12:34:56", "00:04:f2:12:34:57"
AGENT = "FileTransport PolycomVVX-VVX_400-UA/5.9.0.9373 Type/Application"
PHONE, PROXY = "127.0.0.2", "127.0.0.1"


def file_of(mac: str) -> str:
    """What a phone asks for that has this MAC address."""
    return f"/{mac.replace(':', '')}.cfg"


class Site:
    """A server that serves phones over HTTPS, and who makes the phones."""

    def __init__(self, home: Path, http: dict[str, Any], https: dict[str, Any]) -> None:
        home.mkdir(parents=True)
        self.home = home
        self.now = datetime.now(UTC)
        self.factory = Maker("Poly", now=self.now)
        self.others = Maker("another", now=self.now)
        self.port, self.front = free_ports(2)
        self.certificates: dict[str, Any] = {
            "bundles": {"polycom": str(home / "poly.pem")},
            "revoked": {"polycom": str(home / "poly.crl")},
        }
        self.https = {"serve": True, "interface": "127.0.0.1", "port": self.port, **https}
        self.http = http
        (home / "poly.pem").write_bytes(self.factory.certificate.public_bytes(Encoding.PEM))
        (home / "poly.crl").write_bytes(self.factory.revoking())
        self.server = Daemon(home / "server", self.settings, families=("polycom",))
        self.server.start()
        self.server.fill()
        for number, mac in enumerate((MAC, OTHER)):
            made = {"id": f"d{number}", "mac": mac, "plugin": self.plugin, "config": "autoprov"}
            assert self.server.ask("POST", "/api/v1/devices", made)[0] == 201

    @property
    def plugin(self) -> str:
        """The plugin of the phones."""
        return max(path.name for path in (self.server.data / "plugins").iterdir())

    @property
    def settings(self) -> Any:
        """What the server is to be like."""
        return {
            "https": self.https,
            "http": self.http,
            "certificates": self.certificates,
            "log": {"level": "info"},
        }

    def reload(self) -> None:
        """Have other settings taken up."""
        before = self.server.log.count("settings read again")
        self.server.configure(self.settings)
        self.server.tell(signal.SIGHUP)
        end = time.monotonic() + PATIENCE
        while self.server.log.count("settings read again") == before:
            assert time.monotonic() < end, self.server.log
            time.sleep(0.02)

    def phone(self, maker: Maker | None = None, mac: str = MAC, **more: Any) -> Path:
        """A phone's certificate and key in one file."""
        key = more.pop("key", None) or ec.generate_private_key(ec.SECP256R1())
        subject = subject_of(CN=mac.replace(":", "").upper(), O="Polycom Inc.")
        certificate = (maker or self.factory).signed(subject, key=key, **more)
        path = self.home / f"{certificate.serial_number}.pem"
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(certificate.public_bytes(Encoding.PEM) + secret)
        return path

    def curl(self, url: str, certificate: Path | None, *more: str) -> tuple[int, str, str]:
        """Status, headers but for the date, and body of what curl is answered, from the phone's address."""
        shown = ["--cert", str(certificate)] if certificate is not None else []
        done = subprocess.run(
            ["curl", "-s", "-k", "-i", "--interface", PHONE, "-A", AGENT, *shown, *more, url],
            check=False,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        head, _blank, body = done.stdout.replace("\r\n", "\n").partition("\n\n")
        lines = [line for line in head.split("\n") if not line.lower().startswith("date:")]
        return int(lines[0].split(" ")[1]) if head else 0, "\n".join(lines), body

    def ask(self, certificate: Path | None, mac: str = MAC, *more: str) -> Any:
        """How a request over HTTPS was decided."""
        answer = self.curl(f"https://127.0.0.1:{self.port}{file_of(mac)}", certificate, *more)
        return self.last() | {"http": answer}

    def last(self) -> Any:
        """The latest decision, whole."""
        _status, told = self.server.ask("GET", "/api/v1/decisions?limit=1")
        latest = told[0] if isinstance(told, list) else told["items"][0]
        return self.server.ask("GET", f"/api/v1/decisions/{latest['id']}")[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server without proxies."""
    made = Site(tmp_path_factory.mktemp("certificates") / "site", {"handshake_seconds": 1.0}, {})
    try:
        yield made
    finally:
        made.server.close()


def text_of(decision: Any) -> str:
    """The story."""
    return "\n".join(step["text"] for step in decision["steps"])


def test_its_own(site: Site) -> None:
    """A phone that shows its factory's certificate is that phone."""
    decision = site.ask(site.phone())
    assert (decision["device"]["id"], decision["level"]) == ("d0", "certificate")
    assert decision["http"][0] == 200
    assert decision["certificate"]["authority"] == "polycom"
    assert "holds the key of its certificate" in text_of(decision)


def test_an_rsa_key(site: Site) -> None:
    """As most phones have."""
    assert site.ask(site.phone(key=rsa.generate_private_key(65537, 2048)))["level"] == "certificate"


def test_without_one(site: Site) -> None:
    """A phone that shows none is answered, and proves nothing."""
    decision = site.ask(None)
    assert (decision["device"]["id"], decision["level"]) == ("d0", "claimed")
    assert decision["certificate"] is None


def test_another_phone_s_file(site: Site) -> None:
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
def test_bad_ones(site: Site, what: str, why: str) -> None:
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


def test_cas_that_change_while_it_runs(site: Site) -> None:
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


def test_a_bundle_that_cannot_be_used(site: Site) -> None:
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


def s_client(site: Site, *arguments: str, sent: str = "") -> str:
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


def test_renegotiation(site: Site) -> None:
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


def test_no_session_is_resumed(site: Site) -> None:
    """Who shows a certificate proves each time that it has the key."""
    for version in ("-tls1_2", "-tls1_3"):
        told = s_client(site, version, "-reconnect")
        assert "Reused," not in told
        assert told.count("New,") >= 1


def test_old_versions(site: Site) -> None:
    """Are not spoken unless the settings say so."""
    assert "Cipher is (NONE)" in s_client(site, "-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0")


def test_slow_handshakes(site: Site) -> None:
    """A connection that says nothing, or half a hello, ends."""
    for said in (b"", b"\x16\x03\x01\x02\x00\x01"):
        with socket.create_connection(("127.0.0.1", site.port), timeout=PATIENCE) as one:
            one.sendall(said)
            begun = time.monotonic()
            with contextlib.suppress(ConnectionResetError):
                assert one.recv(1) == b""
            assert time.monotonic() - begun < 5


def test_rehearsal(site: Site) -> None:
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
    made = Site(tmp_path / "old", {}, {"oldest": "1.0"})
    try:
        told = s_client(made, "-tls1", "-cipher", "AES128-SHA:@SECLEVEL=0")
        assert "Cipher is AES128-SHA" in told, told
        assert made.ask(made.phone())["level"] == "certificate"
    finally:
        made.server.close()


# Behind proxies.


@pytest.fixture(scope="module")
def introduced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server whose proxies speak the PROXY protocol."""
    http = {"trusted_proxies": [f"{PROXY}/32"], "proxy_protocol": True}
    made = Site(tmp_path_factory.mktemp("introduced") / "site", http, {})
    try:
        yield made
    finally:
        made.server.close()


@contextlib.contextmanager
def running(command: Sequence[str | Path], port: int) -> Iterator[None]:
    """A proxy, once it listens."""
    with subprocess.Popen([str(each) for each in command], stderr=subprocess.PIPE) as proxy:
        try:
            end = time.monotonic() + PATIENCE
            while True:
                with contextlib.suppress(OSError), socket.create_connection((PROXY, port)):
                    break
                assert proxy.poll() is None, proxy.communicate()
                assert time.monotonic() < end
                time.sleep(0.02)
            yield
        finally:
            proxy.terminate()


def haproxy(site: Site, lines: str) -> contextlib.AbstractContextManager[None]:
    """HAProxy with one front door."""
    config = site.home / "haproxy.cfg"
    config.write_text(
        "defaults\n  timeout connect 5s\n  timeout client 20s\n  timeout server 20s\n" + lines
    )
    return running(["/usr/sbin/haproxy", "-db", "-f", config], site.front)


@pytest.mark.needs("haproxy")
@pytest.mark.parametrize(
    "send", ["send-proxy", "send-proxy-v2", "send-proxy-v2 proxy-v2-options crc32c,unique-id"]
)
def test_haproxy_that_passes_tls_on(introduced: Site, send: str) -> None:
    """The device's own TLS arrives, behind the word whose it is."""
    lines = (
        f"listen l\n  mode tcp\n  bind {PROXY}:{introduced.front}\n"
        f"  server s 127.0.0.1:{introduced.port} source {PROXY} {send}\n"
    )
    with haproxy(introduced, lines):
        phone = introduced.phone()
        introduced.curl(f"https://127.0.0.1:{introduced.front}{file_of(MAC)}", phone)
    decision = introduced.last()
    assert (decision["peer"], decision["level"]) == (PHONE, "certificate")


@pytest.mark.needs("haproxy")
@pytest.mark.parametrize("send", ["send-proxy", "send-proxy-v2-ssl-cn"])
def test_haproxy_that_ends_tls(introduced: Site, send: str) -> None:
    """Says whose it is; the name that it read in a certificate proves nothing."""
    own = introduced.home / "haproxy.pem"
    own.write_bytes(introduced.phone().read_bytes())
    lines = (
        f"listen l\n  mode http\n"
        f"  bind {PROXY}:{introduced.front} ssl crt {own} ca-file {introduced.home}/poly.pem verify optional\n"
        f"  server s 127.0.0.1:{introduced.server.ports[0]} source {PROXY} {send}\n"
    )
    with haproxy(introduced, lines):
        introduced.curl(f"https://127.0.0.1:{introduced.front}{file_of(MAC)}", introduced.phone())
    decision = introduced.last()
    assert (decision["peer"], decision["level"]) == (PHONE, "claimed")


@pytest.mark.parametrize("header", [v1("192.0.2.9"), v2("192.0.2.9")], ids=repr)
def test_who_may_introduce(introduced: Site, header: bytes) -> None:
    """A phone's header is no request, a proxy without one is nobody."""
    request = b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
    for port in (introduced.server.ports[0], introduced.port):
        for source, data in ((PHONE, header + request), (PROXY, request)):
            with socket.create_connection(
                ("127.0.0.1", port), timeout=PATIENCE, source_address=(source, 0)
            ) as one:
                one.sendall(data)
                with contextlib.suppress(ConnectionResetError):
                    assert b" 200 " not in one.recv(4096)
    assert introduced.last()["peer"] != "192.0.2.9"


@pytest.fixture(scope="module")
def fronted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server whose proxies write certificates in headers."""
    http = {"trusted_proxies": [f"{PROXY}/32"], "certificate_header": "Client-Cert"}
    made = Site(tmp_path_factory.mktemp("fronted") / "site", http, {})
    try:
        yield made
    finally:
        made.server.close()


NGINX = """
daemon off; pid {home}/nginx.pid; error_log {home}/nginx.log; events {{}}
http {{
  access_log off;
  client_body_temp_path {home}/b; proxy_temp_path {home}/p; fastcgi_temp_path {home}/f;
  uwsgi_temp_path {home}/u; scgi_temp_path {home}/s;
  server {{
    listen {proxy}:{front} ssl;
    ssl_certificate {home}/nginx.pem; ssl_certificate_key {home}/nginx.pem;
    ssl_verify_client optional_no_ca;
    location / {{
      proxy_pass http://127.0.0.1:{http};
      proxy_bind {proxy};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header Client-Cert $ssl_client_escaped_cert;
    }}
  }}
}}
"""


@pytest.mark.needs("nginx")
def test_nginx(fronted: Site) -> None:
    """PEM with URL escapes; what a phone writes into the same header is not passed on."""
    (fronted.home / "nginx.pem").write_bytes(fronted.phone().read_bytes())
    config = fronted.home / "nginx.conf"
    http = fronted.server.ports[0]
    config.write_text(NGINX.format(home=fronted.home, proxy=PROXY, front=fronted.front, http=http))
    url = f"https://127.0.0.1:{fronted.front}{file_of(MAC)}"
    with running(["/usr/sbin/nginx", "-c", config], fronted.front):
        fronted.curl(url, fronted.phone())
        its = fronted.last()
        smuggled = rfc9440(x509.load_pem_x509_certificate(fronted.phone().read_bytes()))
        fronted.curl(
            url, None, "-H", f"Client-Cert: {smuggled}", "-H", "X-Forwarded-For: 192.0.2.9"
        )
        without = fronted.last()
        fronted.curl(url, fronted.phone(fronted.others), "-H", f"Client-Cert: {smuggled}")
        stranger = fronted.last()
    assert (its["peer"], its["level"]) == (PHONE, "certificate")
    assert (without["peer"], without["certificate"]) == (PHONE, None)
    assert "no CA" in stranger["certificate"]["refused"]


@pytest.mark.needs("haproxy")
def test_haproxy_after_rfc_9440(fronted: Site) -> None:
    """Byte sequences, set anew by the proxy for each request."""
    own = fronted.home / "haproxy.pem"
    own.write_bytes(fronted.phone().read_bytes())
    lines = (
        "listen l\n  mode http\n  option forwardfor\n"
        f"  bind {PROXY}:{fronted.front} ssl crt {own} ca-file {fronted.home}/poly.pem verify optional"
        " crt-ignore-err all ca-ignore-err all\n"
        "  http-request del-header Client-Cert\n"
        "  http-request set-header Client-Cert :%[ssl_c_der,base64]: if { ssl_c_used }\n"
        f"  server s 127.0.0.1:{fronted.server.ports[0]} source {PROXY}\n"
    )
    with haproxy(fronted, lines):
        fronted.curl(f"https://127.0.0.1:{fronted.front}{file_of(MAC)}", fronted.phone())
    decision = fronted.last()
    assert (decision["peer"], decision["level"]) == (PHONE, "certificate")


def test_who_may_write_certificates(fronted: Site) -> None:
    """A phone that reaches the server itself writes none, over HTTP or HTTPS."""
    shown = rfc9440(x509.load_pem_x509_certificate(fronted.phone().read_bytes()))
    header = f"Client-Cert: {shown}"
    fronted.curl(f"http://127.0.0.1:{fronted.server.ports[0]}{file_of(MAC)}", None, "-H", header)
    assert fronted.last()["certificate"] is None
    assert fronted.ask(None, MAC, "-H", header)["certificate"] is None
    assert json.dumps(fronted.last()).count("Client-Cert") == 0
