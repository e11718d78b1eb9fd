"""Whom a device believes beside those that its firmware knows: one file, fetched by `Custom_CA_URL`."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from provd.sdk import Answer, Content, IView, RawConfigError, Refusal, RefusalKind

MEDIA_TYPE = "application/x-pem-file"
_TRUSTED = "sip_servers_root_and_intermediate_certificates"
_NO_SUCH_FILE = Refusal(RefusalKind.NOT_FOUND, "the raw config has no certificate to trust")
_NOT_YOURS = Refusal(RefusalKind.NOT_FOUND, "the certificates of another device")


def trusted(raw_config: Mapping[str, Any]) -> str:
    """All certificates one after another; empty where there is none.

    @raise RawConfigError: one that is no PEM.
    """
    found = raw_config.get(_TRUSTED) or []
    for text in found:
        if not isinstance(text, str) or "-----BEGIN CERTIFICATE-----" not in text:
            raise RawConfigError(f"{_TRUSTED}: there is one that is no certificate in PEM")
    return "".join(f"{text.strip()}\n" for text in found)


def is_certificate(path: str) -> bool:
    """Whether a path is one that this module serves."""
    return "/" not in path and path[12:] == "-ca.pem"


def certificate(path: str, view: IView) -> Answer:
    """The file of the device that asks; refused to any other."""
    if not view.device.mac or path[:12].lower() != view.device.mac.replace(":", ""):
        return _NOT_YOURS
    text = view.raw_config["XX_trusted"]
    if not text:
        return _NO_SUCH_FILE
    body = text.encode()
    return Content(body, MEDIA_TYPE, sha256(body).hexdigest()[:32])
