"""Certificates and keys, which the phone fetches as files of its own.

A phone is told where each is, and asks for it after its configuration ("The phone downloads these certificates in a
file of .PEM format during boot time after configuration downloads": administrator guide 41-001343-01, page 4-45).
What a raw config holds is served under names that begin with the address of the phone, to that phone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provd.sdk import RawConfigError

_PARAMETERS: Mapping[str, tuple[str, str]] = {
    # end of the file's name: the parameter that says where it is, the key that holds it
    "trusted": ("sips trusted certificates", "sip_servers_root_and_intermediate_certificates"),
    "chain": (
        "sips root and intermediate certificates",
        "sip_local_root_and_intermediate_certificates",
    ),
    "device": ("sips local certificate", "sip_local_certificate"),
    "key": ("sips private key", "sip_local_key"),
    "8021x-ca": ("802.1x trusted certificates", "X_8021x_ca_certificate"),
    "8021x": ("802.1x local certificate", "X_8021x_certificate"),
    "8021x-key": ("802.1x private key", "X_8021x_private_key"),
}
_TOGETHER = (
    ("sip_local_certificate", "sip_local_key"),
    ("X_8021x_certificate", "X_8021x_private_key"),
)


def certificates(raw_config: Mapping[str, Any]) -> dict[str, str]:
    """What there is, by the end of the file's name.

    @raise RawConfigError: one that is no PEM; a certificate without its key.
    """
    for certificate, key in _TOGETHER:
        told = raw_config.get(key)
        # An empty key was taken out for one who may have no secrets, who gets the rest all the same.
        if told is None if raw_config.get(certificate) else told:
            raise RawConfigError(f"{certificate} and {key} go together")
    found = {name: _text(key, raw_config) for name, (_said, key) in _PARAMETERS.items()}
    return {name: text for name, text in found.items() if text}


def _text(key: str, raw_config: Mapping[str, Any]) -> str:
    said = raw_config.get(key) or []
    texts = said if isinstance(said, list) else [said]
    for text in texts:
        if not isinstance(text, str) or "-----BEGIN " not in text:
            raise RawConfigError(f"{key}: there is something that is no PEM")
    return "".join(f"{text.strip()}\n" for text in texts)


def pointers(found: Mapping[str, str]) -> list[tuple[str, str]]:
    """The parameters to write, each with the end of a file's name."""
    return [(_PARAMETERS[name][0], name) for name in found]
