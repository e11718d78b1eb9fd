"""The certificates that a phone is made to trust.

A phone has two places for certificates of the administrator's own: one of 1,536 bytes and one of 4,096
(Poly's support, article 32687, "Using 802.1x network authentication protocol with Poly Phones").  They count for
the server that is asked for files, for SIP and for 802.1X alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provd.sdk import RawConfigError

SIP, NETWORK = "sip_servers_root_and_intermediate_certificates", "X_8021x_ca_certificate"
_SMALL, _LARGE = 1536, 4096


def trusted(raw_config: Mapping[str, Any]) -> list[dict[str, object]]:
    """Certificates with the number of their place, the larger one in the larger place.

    @raise RawConfigError: one that is no PEM; more of them than there are places; one that is too large.
    """
    found = [*(raw_config.get(SIP) or []), raw_config.get(NETWORK)]
    texts = sorted({_pem(text) for text in found if text}, key=len, reverse=True)
    if len(texts) > 2:
        raise RawConfigError(f"{SIP}, {NETWORK}: the phone takes two, and not {len(texts)}")
    for text, room in zip(texts, (_LARGE, _SMALL), strict=False):
        if len(text) > room:
            raise RawConfigError(f"a certificate of {len(text)} bytes, where {room} are the most")
    return [{"place": 2 - at, "pem": text} for at, text in enumerate(texts)]


def _pem(text: object) -> str:
    if not isinstance(text, str) or "-----BEGIN CERTIFICATE-----" not in text:
        raise RawConfigError(f"{SIP}, {NETWORK}: there is one that is no certificate in PEM")
    return text.strip()
