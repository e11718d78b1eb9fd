"""Trust in a server whose certificate nobody signed: its public key is known.

A pin is spelled as curl spells it (`--pinnedpubkey`): `sha256//` and the base64 of the SHA-256 of the
key's SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7).
"""

from __future__ import annotations

import binascii
import http.client
import ssl
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Any

from attrs import define

from provd.values import ProvdError

PREFIX = "sha256//"

_SEQUENCE = 0x30
_VERSION = 0xA0
_BEFORE_KEY = 5
"""Fields of a certificate between its version and its key: serial, algorithm, issuer, validity, subject."""


@define
class NotTrusted(ProvdError):
    """The server's certificate is not one that is to be trusted."""

    url: str
    reason: str
    pin: str = ""
    """What it presented, where that could be read."""

    def __str__(self) -> str:
        known = (
            f"; it shows {self.pin}: if `provd doctor` on that host shows the same, trust it with"
            " --ca or PROVD_CA"
            if self.pin
            else "; name its CA or its pin with --ca or PROVD_CA"
        )
        return f"{self.url} is not trusted ({self.reason}){known}"


def pin_of(der: bytes) -> str:
    """The pin of a certificate. @raise ValueError: it is none."""
    begin, end = _content(der, 0, len(der), _SEQUENCE)
    place, end = _content(der, begin, end, _SEQUENCE)
    if place < end and der[place] == _VERSION:
        place = _after(der, place, end)
    for _field in range(_BEFORE_KEY):
        place = _after(der, place, end)
    _begin, after = _content(der, place, end, _SEQUENCE)
    key = der[place:after]
    return PREFIX + b64encode(sha256(key).digest()).decode("ascii")


def is_pin(text: str) -> bool:
    """Whether it is spelled like a pin."""
    try:
        return text.startswith(PREFIX) and len(b64decode(text[len(PREFIX) :], validate=True)) == 32
    except binascii.Error:
        return False


def _content(der: bytes, at: int, end: int, tag: int | None = None) -> tuple[int, int]:
    """Where the content of the element at `at` begins and ends (X.690 section 8.1)."""
    if at + 2 > end or tag not in {None, der[at]}:
        raise ValueError("no certificate")
    length = der[at + 1]
    begin = at + 2
    if length & 0x80:
        begin += length & 0x7F
        length = int.from_bytes(der[at + 2 : begin], "big")
    if begin + length > end:
        raise ValueError("a certificate that ends too early")
    return begin, begin + length


def _after(der: bytes, at: int, end: int) -> int:
    return _content(der, at, end)[1]


class PinnedConnection(http.client.HTTPSConnection):
    """HTTPS to whoever has the key that is known; no name and no signature counts."""

    def __init__(self, host: str, port: int | None, *, pin: str, **given: Any) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        super().__init__(host, port, context=context, **given)
        self._pin = pin

    def connect(self) -> None:
        """Connect, and send nothing before the key is known to be right. @raise NotTrusted: it is not."""
        super().connect()
        shown = shown_by(self.sock)
        if shown != self._pin:
            self.close()
            raise NotTrusted(f"https://{self.host}:{self.port}", "it has another key", shown)


def shown_by(sock: Any) -> str:
    """The pin of whom a socket is connected to; empty where that cannot be told."""
    try:
        return pin_of(sock.getpeercert(binary_form=True) or b"")
    except ValueError:
        return ""


def shown_at(host: str, port: int, timeout: float) -> str:
    """The pin that a server shows, for a message; empty where it shows none."""
    connection = PinnedConnection(host, port, pin="", timeout=timeout)
    try:
        connection.connect()
    except NotTrusted as error:
        return error.pin
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        connection.close()
    return ""
