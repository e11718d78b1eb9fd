"""A phone that takes one NOTIFY over TLS: sipp as Debian has it speaks none. It shares nothing with our codec."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from provd.testing.certificates import Maker, subject_of

PATIENCE = 20.0
COPIED = re.compile(r"^(?:Via|From|To|Call-ID|CSeq): .*$", re.MULTILINE)


def certificate_for(address: str, maker: Maker, directory: Path) -> Path:
    """A certificate that is good for an address, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = maker.signed(
        subject_of(CN="phone"),
        key=key,
        usage=ExtendedKeyUsageOID.SERVER_AUTH,
        alternative=(x509.IPAddress(ip_address(address)),),
    )
    pem = directory / "phone.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(made.public_bytes(Encoding.PEM) + private)
    return pem


def authority_file(maker: Maker, directory: Path) -> Path:
    """The certificate of an authority, for whom is to trust it."""
    path = directory / "authority.pem"
    path.write_bytes(maker.certificate.public_bytes(Encoding.PEM))
    return path


def maker_of_today(name: str) -> Maker:
    """An authority whose certificates are valid now."""
    return Maker(name, now=datetime.now(UTC))


@contextlib.contextmanager
def tls_phone(address: str, pem: Path, port: int = 5061) -> Iterator[list[str]]:
    """Listen and answer `200 OK`; yields the requests that came."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    seen: list[str] = []
    with socket.create_server((address, port)) as listening:
        listening.settimeout(PATIENCE)
        thread = Thread(target=_answer, args=(listening, context, seen), daemon=True)
        thread.start()
        yield seen
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        thread.join(PATIENCE)


def _answer(listening: socket.socket, context: ssl.SSLContext, seen: list[str]) -> None:
    # A client that does not trust us hangs up; so does the test when it has ended.
    with contextlib.suppress(OSError):
        plain, _peer = listening.accept()
        with context.wrap_socket(plain, server_side=True) as stream:
            request = ""
            while "\r\n\r\n" not in request:
                piece = stream.recv(4096)
                if not piece:
                    return
                request += piece.decode()
            seen.append(request)
            copied = "\r\n".join(line.strip() for line in COPIED.findall(request))
            stream.sendall(f"SIP/2.0 200 OK\r\n{copied}\r\nContent-Length: 0\r\n\r\n".encode())
