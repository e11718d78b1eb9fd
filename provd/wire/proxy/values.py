"""What version 2 of the PROXY protocol says beside addresses: values of a type and a length (section 2.2)."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from provd.values import MalformedPacket
from provd.wire.proxy.crc32c import crc32c

ALPN, AUTHORITY, CRC32C, NOOP, UNIQUE_ID, SSL, NETNS = 0x01, 0x02, 0x03, 0x04, 0x05, 0x20, 0x30
SSL_VERSION, SSL_CN, SSL_CIPHER, SSL_SIG_ALG, SSL_KEY_ALG = 0x21, 0x22, 0x23, 0x24, 0x25
SSL_CLIENT_CERT = 0x28

MOST_VALUES = 64
"""In one header; proxies send a dozen."""

_LONGEST_UNIQUE_ID = 128


class Secured(Struct, frozen=True, kw_only=True, gc=False):
    """What the proxy says of TLS between its client and itself (section 2.2.6)."""

    tls: bool = False
    """The client speaks TLS to the proxy."""
    shown: bool = False
    """It showed a certificate on this connection, or in the session that this one resumes."""
    verified: bool = False
    """It showed one, and the proxy found it good."""
    version: str = ""
    common_name: str = ""
    """As the proxy read it: who signed it only the proxy knows, so nobody is identified by it."""
    cipher: str = ""
    certificate: bytes = b""
    """The certificate itself, DER, where the proxy sends it."""


class Values(Struct, frozen=True, kw_only=True, gc=False):
    """What is said beside addresses; types that are not known are stepped over."""

    alpn: bytes = b""
    authority: str = ""
    unique_id: bytes = b""
    secured: Secured = Secured()


def read_values(whole: bytes, at: int) -> Values:
    """The values of a whole header that begin at a position.

    @raise MalformedPacket: one is cut short, there are too many, or the checksum is not that of the header.
    """
    found: dict[int, bytes] = {}
    for kind, start, value in _each(whole, at):
        if kind == CRC32C:
            _check(whole, start, value)
        found.setdefault(kind, value)
    if len(found.get(UNIQUE_ID, b"")) > _LONGEST_UNIQUE_ID:
        raise _malformed("the unique id is too long")
    return Values(
        alpn=found.get(ALPN, b""),
        authority=_text(found.get(AUTHORITY, b"")),
        unique_id=found.get(UNIQUE_ID, b""),
        secured=_secured(found[SSL]) if SSL in found else Secured(),
    )


def _secured(value: bytes) -> Secured:
    if len(value) < 5:
        raise _malformed("what is said of TLS is cut short")
    client, verify = value[0], int.from_bytes(value[1:5])
    found: dict[int, bytes] = {}
    for kind, _start, inner in _each(value, 5):
        found.setdefault(kind, inner)
    shown = bool(client & 0x06)
    return Secured(
        tls=bool(client & 0x01),
        shown=shown,
        verified=shown and verify == 0,
        version=_text(found.get(SSL_VERSION, b"")),
        common_name=_text(found.get(SSL_CN, b"")),
        cipher=_text(found.get(SSL_CIPHER, b"")),
        certificate=found.get(SSL_CLIENT_CERT, b"") if shown else b"",
    )


def _each(data: bytes, at: int) -> Iterator[tuple[int, int, bytes]]:
    """Type, where its content begins, and its content."""
    for _number in range(MOST_VALUES):
        if at == len(data):
            return
        start = at + 3
        end = start + int.from_bytes(data[at + 1 : start])
        if len(data) < start or len(data) < end:
            raise _malformed("a value is cut short")
        yield data[at], start, data[start:end]
        at = end
    if at != len(data):
        raise _malformed(f"there are more than {MOST_VALUES} values")


def _check(whole: bytes, start: int, value: bytes) -> None:
    """Section 2.2.3: the checksum of the header with zeros in the place of the checksum."""
    if len(value) != 4:
        raise _malformed("the checksum has not four bytes")
    blank = whole[:start] + bytes(4) + whole[start + 4 :]
    if crc32c(blank) != int.from_bytes(value):
        raise _malformed("the checksum is not that of the header")


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _malformed(detail: str) -> MalformedPacket:
    return MalformedPacket("PROXY", detail)
