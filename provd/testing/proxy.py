"""Headers of the PROXY protocol, right or wrong, and certificates as proxies write them in headers."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from provd.wire.proxy import crc32c

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"


def v1(source: str = "192.0.2.7", port: int = 40000, to: str = "192.0.2.1", at: int = 80) -> bytes:
    """Version 1: a line."""
    family = "TCP6" if ":" in source else "TCP4"
    return f"PROXY {family} {source} {to} {port} {at}\r\n".encode()


def v2(  # noqa: PLR0913 - each field by its name, so that a test spoils one
    source: str = "192.0.2.7",
    port: int = 40000,
    to: str = "192.0.2.1",
    at: int = 80,
    *,
    values: Sequence[bytes] = (),
    command: int = 0x21,
    family: int | None = None,
    checksum: bool = False,
) -> bytes:
    """Version 2; `values` are those that `value` makes."""
    ours, theirs = ip_address(source), ip_address(to)
    if family is None:
        family = 0x21 if ours.version == 6 else 0x11
    content = ours.packed + theirs.packed + port.to_bytes(2) + at.to_bytes(2) + b"".join(values)
    if not checksum:
        return _framed(command, family, content)
    without = _framed(command, family, content + value(0x03, bytes(4)))
    return without[:-4] + crc32c(without).to_bytes(4)


def _framed(command: int, family: int, content: bytes) -> bytes:
    return SIGNATURE + bytes((command, family)) + len(content).to_bytes(2) + content


def value(kind: int, content: bytes) -> bytes:
    """One value of version 2."""
    return bytes((kind,)) + len(content).to_bytes(2) + content


def secured(*values: bytes, client: int = 0x07, verify: int = 0) -> bytes:
    """What is said of TLS."""
    return value(0x20, bytes((client,)) + verify.to_bytes(4) + b"".join(values))


def rfc9440(*certificates: x509.Certificate) -> str:
    """Certificates as a list of byte sequences."""
    return ", ".join(
        f":{b64encode(each.public_bytes(Encoding.DER)).decode()}:" for each in certificates
    )


def escaped(*certificates: x509.Certificate) -> str:
    """Certificates in PEM, with URL escapes."""
    return quote(b"".join(each.public_bytes(Encoding.PEM) for each in certificates), safe="")
