"""Certificates in a header of HTTP, as proxies that end TLS write them.

Two spellings are read, told apart by their first character: that of RFC 9440 (`:MIIB…:`, base64 between
colons, a list of them for a chain), and PEM with URL escapes (nginx's `$ssl_client_escaped_cert`,
HAProxy's `url_enc`).  Neither is taken for more than bytes: what they are worth is judged elsewhere.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from urllib.parse import unquote_to_bytes

from provd.values import MalformedPacket

LONGEST_CHAIN = 65536
"""Characters of all certificates of one request, as they are spelled."""

MOST_CERTIFICATES = 8
"""The device's own, and what comes between it and its root."""

_BYTES = re.compile(r":([A-Za-z0-9+/]*={0,2}):")
_BEGIN, _END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
_BLANK = b" \t\r\n"


def read_certificates(own: str, between: str = "") -> tuple[bytes, ...]:
    """The certificates, DER, the device's own first; none where both are empty.

    `own` and `between` are the values of two headers: `Client-Cert` and `Client-Cert-Chain` of RFC 9440,
    or PEM in the first alone.

    @raise MalformedPacket: they are spelled in neither way, or too many.
    """
    if len(own) + len(between) > LONGEST_CHAIN:
        raise _malformed("the certificates are too long")
    if not own:
        if between:
            raise _malformed("there is a chain, and no certificate")
        return ()
    if not own.startswith(":"):
        if between:
            raise _malformed("there is a chain of RFC 9440 beside a certificate in PEM")
        return certificates_in(unquote_to_bytes(own))
    first = _items(own)
    if len(first) != 1:
        raise _malformed("the certificate is given more than once")
    return _bounded((*first, *(_items(between) if between else ())))


def certificates_in(pem: bytes) -> tuple[bytes, ...]:
    """The certificates of a PEM text, DER; nothing else may stand in it.

    @raise MalformedPacket: something else does, there is none, or there are too many.
    """
    found: list[bytes] = []
    rest = pem.strip(_BLANK)
    while rest:
        if not rest.startswith(_BEGIN):
            raise _malformed("the certificate is not PEM")
        text, ended, rest = rest[len(_BEGIN) :].partition(_END)
        if not ended:
            raise _malformed("the certificate is cut short")
        found.append(_base64(text.translate(None, _BLANK)))
        rest = rest.lstrip(_BLANK)
        _bounded(found)
    if not found:
        raise _malformed("the certificate is empty")
    return tuple(found)


def _items(text: str) -> list[bytes]:
    """Byte sequences of a structured field (RFC 8941 section 3.3.5), a list of them without parameters."""
    items = []
    for each in text.split(","):
        item = _BYTES.fullmatch(each.strip(" \t"))
        if item is None:
            raise _malformed("the certificate is not a byte sequence")
        items.append(_base64(item[1].encode("ascii")))
    return items


def _base64(text: bytes) -> bytes:
    try:
        content = b64decode(text, validate=True)
    except (Error, ValueError):
        raise _malformed("the certificate is not base64") from None
    if not content:
        raise _malformed("the certificate is empty")
    return content


def _bounded(found: tuple[bytes, ...] | list[bytes]) -> tuple[bytes, ...]:
    if len(found) > MOST_CERTIFICATES:
        raise _malformed(f"there are more than {MOST_CERTIFICATES} certificates")
    return tuple(found)


def _malformed(detail: str) -> MalformedPacket:
    return MalformedPacket("http", detail)
