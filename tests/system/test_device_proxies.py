"""Devices behind real proxies: whose a connection is, and what certificate was shown."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from cryptography import x509

from provd.testing.daemon import PATIENCE
from provd.testing.factory_site import MAC, PHONE, PROXY, FactorySite, file_of
from provd.testing.proxy import rfc9440, v1, v2

pytestmark = [pytest.mark.system, pytest.mark.needs("curl")]


@pytest.fixture(scope="module")
def introduced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FactorySite]:
    """A server whose proxies speak the PROXY protocol."""
    http = {"trusted_proxies": [f"{PROXY}/32"], "proxy_protocol": True}
    made = FactorySite(tmp_path_factory.mktemp("introduced") / "site", http, {})
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


def haproxy(site: FactorySite, lines: str) -> contextlib.AbstractContextManager[None]:
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
def test_haproxy_that_passes_tls_on(introduced: FactorySite, send: str) -> None:
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
def test_haproxy_that_ends_tls(introduced: FactorySite, send: str) -> None:
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
def test_who_may_introduce(introduced: FactorySite, header: bytes) -> None:
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
def fronted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FactorySite]:
    """A server whose proxies write certificates in headers."""
    http = {"trusted_proxies": [f"{PROXY}/32"], "certificate_header": "Client-Cert"}
    made = FactorySite(tmp_path_factory.mktemp("fronted") / "site", http, {})
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
def test_nginx(fronted: FactorySite) -> None:
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
def test_haproxy_after_rfc_9440(fronted: FactorySite) -> None:
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


def test_who_may_write_certificates(fronted: FactorySite) -> None:
    """A phone that reaches the server itself writes none, over HTTP or HTTPS."""
    shown = rfc9440(x509.load_pem_x509_certificate(fronted.phone().read_bytes()))
    header = f"Client-Cert: {shown}"
    fronted.curl(f"http://127.0.0.1:{fronted.server.ports[0]}{file_of(MAC)}", None, "-H", header)
    assert fronted.last()["certificate"] is None
    assert fronted.ask(None, MAC, "-H", header)["certificate"] is None
    assert json.dumps(fronted.last()).count("Client-Cert") == 0
