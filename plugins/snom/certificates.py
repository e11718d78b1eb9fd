"""Certificates that the phone shall trust, as files of their own.

A settings file names them by URL, and the phone fetches each in DER ("The tag contains an attribute with
the URL of the certificate file to fetch": Gigaset's page of `<certificates>`, whose desk phones have this
firmware).
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from provd.sdk import Answer, Content, IView, RawConfigError, Refusal, RefusalKind

_NAME = re.compile(r"certificates/([1-9][0-9]?)\.der")
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----([0-9A-Za-z+/=\s]+)-----END CERTIFICATE-----\s*")
MOST = 10
"""More than a chain has; each is one more request of every phone."""


def authorities(raw_config: Mapping[str, Any]) -> list[bytes]:
    """The certificates in DER, the root first.

    @raise RawConfigError: one of them is no certificate in PEM, or there are too many.
    """
    given = raw_config.get("sip_servers_root_and_intermediate_certificates") or []
    if len(given) > MOST:
        raise RawConfigError(f"the phone is told at most {MOST} certificates")
    return [_der(at, pem) for at, pem in enumerate(given, start=1)]


def _der(at: int, pem: str) -> bytes:
    match = _PEM.fullmatch(pem.strip())
    try:
        der = b64decode("".join(match[1].split()), validate=True) if match else b""
    except Error:
        der = b""
    if not der:
        raise RawConfigError(
            f"certificate {at} in sip_servers_root_and_intermediate_certificates is none in PEM"
        )
    return der


def is_certificate(path: str) -> bool:
    """Whether a path is that of a certificate."""
    return _NAME.fullmatch(path) is not None


def certificate(path: str, view: IView) -> Answer:
    """The certificate at `path`, or the refusal that says there is none."""
    match, known = _NAME.fullmatch(path), authorities(view.raw_config)
    if match is None or int(match[1]) > len(known):
        return Refusal(RefusalKind.NOT_FOUND, "this phone is told no such certificate")
    der = known[int(match[1]) - 1]
    return Content(der, "application/x-x509-ca-cert", sha256(der).hexdigest())
