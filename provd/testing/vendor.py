"""A vendor's server for tests: one that truncates, lies, sends other bytes, leads elsewhere, and dies midway.

And what is done with its packages on a server of ours.
"""

from __future__ import annotations

import contextlib
import os
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from provd.testing.daemon import PATIENCE, Daemon
from provd.testing.packages import a_package, a_source, a_zip, definitions, tree

CONTENT = os.urandom(3 << 20)
ZIP = a_zip({"fw/T46S.rom": CONTENT[: 1 << 20], "fw/readme.txt": b"read"})
Manner = Callable[["Answering", bytes], None]


class Answering(BaseHTTPRequestHandler):
    """One request to the vendor."""

    server: Vendor

    def do_GET(self) -> None:
        """As the path says."""
        self.server.asked.append((self.path, dict(self.headers)))
        manner = urlsplit(self.path).path.split("/")[1]
        content = self.server.files.get(self.path.rpartition("/")[2], b"")
        with contextlib.suppress(ConnectionError):
            MANNERS[manner](self, content)

    def do_CONNECT(self) -> None:
        """There is nobody to be connected to."""
        self.server.asked.append((self.path, {}))
        self.send(403, b"")

    def send(self, status: int, content: bytes, length: int = -1, **headers: str) -> None:
        """An answer, of which the headers may tell another length."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if length != -2:
            self.send_header("content-length", str(len(content) if length == -1 else length))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_said: Any) -> None:
        """Nothing."""


def well(asked: Answering, content: bytes) -> None:
    """As it should, ranges included."""
    given = asked.headers.get("range", "")
    if given and asked.headers.get("if-range") == '"v1"':
        at = int(given.removeprefix("bytes=").rstrip("-"))
        told = f"bytes {at}-{len(content) - 1}/{len(content)}"
        asked.send(206, content[at:], content_range=told, etag='"v1"')
    else:
        asked.send(200, content, etag='"v1"')


def dies(asked: Answering, content: bytes) -> None:
    """Half of it the first time, the rest when asked again."""
    if asked.headers.get("range"):
        well(asked, content)
    else:
        asked.send(200, content[: len(content) // 2], length=len(content), etag='"v1"')


def changes(asked: Answering, content: bytes) -> None:
    """Half of another file, and later the whole of the right one."""
    if len(asked.server.asked) == 1:
        asked.send(200, b"x" * (len(content) // 2), length=len(content), etag='"v0"')
    else:
        well(asked, content)


def another_part(asked: Answering, content: bytes) -> None:
    """Breaks off, then answers other bytes than were asked for."""
    if asked.headers.get("range"):
        told = f"bytes 0-{len(content) - 1}/{len(content)}"
        asked.send(206, content, content_range=told, etag='"v1"')
    else:
        dies(asked, content)


def endless(asked: Answering, content: bytes) -> None:
    """Without a length, and more than there should be."""
    asked.send(200, content + content, length=-2)


def hangs(asked: Answering, content: bytes) -> None:
    """Some, and then nothing."""
    asked.send(200, content[:1000], length=len(content))
    asked.server.over.wait(PATIENCE)


def babbles(asked: Answering, _content: bytes) -> None:
    """Speaks no HTTP."""
    asked.wfile.write(b"y" * 10_000 + b"\r\n\r\n")


def heads(asked: Answering, _content: bytes) -> None:
    """Never comes to an end of what it says before the file."""
    asked.send_response(200)
    asked.flush_headers()
    for number in range(100_000):
        asked.wfile.write(b"x-%d: %b\r\n" % (number, b"y" * 1000))


def slow(asked: Answering, content: bytes) -> None:
    """A piece now and then."""
    asked.send(200, b"", length=len(content))
    for at in range(0, len(content), 64 << 10):
        asked.wfile.write(content[at : at + (64 << 10)])
        if asked.server.over.wait(0.05):
            return


def leads(to: str) -> Manner:
    """Elsewhere."""
    return lambda asked, _content: asked.send(
        302, b"", location=to.format(port=asked.server.server_port)
    )


def archives(manner: str) -> Manner:
    """Archives in that manner, and all else well."""

    def answered(asked: Answering, content: bytes) -> None:
        is_archive = asked.path.endswith(".tar.bz2")
        MANNERS[manner if is_archive else "well"](asked, content)

    return answered


MANNERS: Mapping[str, Manner] = {
    "well": well,
    **{f"archives_{manner}": archives(manner) for manner in ("dies", "truncates", "hangs", "slow")},
    "dies": dies,
    "changes": changes,
    "another_part": another_part,
    "endless": endless,
    "babbles": babbles,
    "hangs": hangs,
    "heads": heads,
    "slow": slow,
    "truncates": lambda asked, content: asked.send(200, content[:-1], length=len(content)),
    "short": lambda asked, content: asked.send(200, content[:-1]),
    "long": lambda asked, content: asked.send(200, content, length=len(content) + 1),
    "wrong": lambda asked, content: asked.send(200, bytes(len(content))),
    "missing": lambda asked, _content: asked.send(404, b"no"),
    "partial": lambda asked, content: asked.send(206, content),
    "around": leads("/around/x"),
    "moved": leads("/well/fw.rom"),
    "to_link_local": leads("http://169.254.169.254/latest/meta-data"),
    "to_loopback": leads("http://127.0.0.2:{port}/well/fw.rom"),
    "to_mapped": leads("http://[::ffff:127.0.0.2]:{port}/well/fw.rom"),
    "to_number": leads("http://2130706434:{port}/well/fw.rom"),
    "to_file": leads("file:///etc/passwd"),
    "to_user": leads("http://user@127.0.0.1:{port}/well/fw.rom"),
}


class Vendor(ThreadingHTTPServer):
    """A server on loopback with some files."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.files = {"fw.rom": CONTENT, "fw.zip": ZIP}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.over = threading.Event()

    def url(self, manner: str, name: str = "fw.rom") -> str:
        """Where it answers in a manner."""
        return f"http://127.0.0.1:{self.server_port}/{manner}/{name}"


def prove(vendor: Vendor, name: str, directory: Path) -> Path:
    """Have a vendor speak TLS as that name; the certificate that whoever asks must trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = directory / "vendor.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    vendor.socket = context.wrap_socket(vendor.socket, server_side=True)
    return path


@contextlib.contextmanager
def answering() -> Iterator[Vendor]:
    """A vendor that answers."""
    with Vendor() as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield made
        finally:
            made.over.set()
            made.shutdown()
            thread.join()


SETTINGS = {"packages": {"allow_networks": ["127.0.0.1/32"], "timeout": 1.5}}
"""Of a server that may fetch from a vendor on one loopback address, and is not patient."""

HERE = "firmware/t46/1.0/fw.rom"
"""Where the file of `firmware` is, once it is installed."""


def offer(server: Daemon, *packages: Mapping[str, Any]) -> None:
    """Have the site itself offer packages for the plugin."""
    path = server.data / "overrides" / "yealink" / "packages.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(definitions(*packages))


def firmware(*urls: str, **more: Any) -> dict[str, Any]:
    """A package of one file."""
    source = a_source("fw.rom", CONTENT, urls=list(urls))
    return a_package(source, **{"models": ["T46S"], "image": "fw.rom", **more})


def installed(server: Daemon, version: str = "") -> Mapping[str, Any]:
    """The operation, at its end."""
    with contextlib.closing(server.api()) as api:
        return ended(server, api.packages.install("yealink", "t46", version))


def ended(server: Daemon, operation: Mapping[str, Any]) -> Mapping[str, Any]:
    """An operation, at its end."""
    end = time.monotonic() + PATIENCE
    with contextlib.closing(server.api()) as api:
        while operation["state"] in {"waiting", "progress"} and time.monotonic() < end:
            time.sleep(0.02)
            operation = api.operation(operation["id"])
    return operation


def served(server: Daemon) -> dict[str, bytes]:
    """What devices can be given."""
    return tree(server.data / "plugins" / "yealink" / "var" / "tftpboot")


def cached(server: Daemon) -> list[str]:
    """What of files from elsewhere is kept."""
    return sorted(path.suffix for path in (server.data / "packages").glob("*"))


@contextlib.contextmanager
def small_disk(place: Path, size: str) -> Iterator[None]:
    """A file system of that size there, while it lasts."""
    place.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(  # noqa: S603 - a program of the system
        ["/bin/mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)],
        check=False,
        capture_output=True,
        text=True,
    )
    if mounted.returncode:
        pytest.skip(f"this machine does not let us mount a tmpfs: {mounted.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["/bin/umount", "--lazy", str(place)], check=True)  # noqa: S603 - the same
