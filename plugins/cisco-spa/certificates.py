"""Whom a device believes beside those that its firmware knows: one file, fetched by `Custom_CA_URL`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provd.sdk import RawConfigError

_TRUSTED = "sip_servers_root_and_intermediate_certificates"


def certificates(raw_config: Mapping[str, Any]) -> dict[str, str]:
    """All of them one after another, by the end of the file's name; empty where there is none.

    @raise RawConfigError: one that is no PEM.
    """
    found = raw_config.get(_TRUSTED) or []
    for text in found:
        if not isinstance(text, str) or "-----BEGIN CERTIFICATE-----" not in text:
            raise RawConfigError(f"{_TRUSTED}: there is one that is no certificate in PEM")
    return {"ca": "".join(f"{text.strip()}\n" for text in found)} if found else {}
