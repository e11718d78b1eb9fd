"""Certificates, which the phone fetches as files of its own.

A phone is told no certificate but where it is.  What a raw config holds is served under names that begin with
the address of the phone, to that phone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from provd.sdk import RawConfigError

MOST_TRUSTED = 10
"""Certificates of its own that a phone can be made to trust ("You can upload 10 custom certificates at most")."""

_TRUSTED = "sip_servers_root_and_intermediate_certificates"
_CHAIN = "sip_local_root_and_intermediate_certificates"


def certificates(raw_config: Mapping[str, Any]) -> dict[str, str]:
    """What there is, by the end of the file's name: `trusted-1`, …, `device`, `8021x-ca`, `8021x-client`.

    @raise RawConfigError: one that is no PEM; a certificate without its key; too many of them.
    """
    trusted = raw_config.get(_TRUSTED) or []
    if len(trusted) > MOST_TRUSTED:
        raise RawConfigError(f"{_TRUSTED}: the phone takes {MOST_TRUSTED}, and not {len(trusted)}")
    found = {f"trusted-{number}": text for number, text in enumerate(trusted, start=1)}
    chain = raw_config.get(_CHAIN) or []
    found["device"] = _with_key(raw_config, "sip_local_certificate", "sip_local_key", chain)
    found["8021x-ca"] = raw_config.get("X_8021x_ca_certificate") or ""
    found["8021x-client"] = _with_key(raw_config, "X_8021x_certificate", "X_8021x_private_key")
    for name, text in found.items():
        if not isinstance(text, str) or (text and "-----BEGIN " not in text):
            raise RawConfigError(f"the certificate {name} is no PEM")
    return {name: text for name, text in found.items() if text}


def _with_key(
    raw_config: Mapping[str, Any], certificate: str, key: str, chain: Iterable[str] = ()
) -> str:
    """A certificate, what certifies it, and its key, in one file."""
    both = [raw_config.get(certificate) or "", raw_config.get(key) or ""]
    if not any(both):
        return ""
    if not all(isinstance(each, str) and each for each in both):
        raise RawConfigError(f"{certificate} and {key} go together")
    return "".join(f"{text.strip()}\n" for text in (both[0], *chain, both[1]))
