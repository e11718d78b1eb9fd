"""Secrets in DHCP options: those that operators mark, and those that show what they are.

Whoever is on the wire reads them; that is no reason to tell everybody who may look at a subnet.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from provd.documents.dhcp.option_text import option_bytes
from provd.wire.dhcp import MalformedOption, Packet, suboptions

IPXE = 175
_IPXE_SECRETS = frozenset({92, 191, 193})
"""Sub-options of 175: a private key, and the passwords of both directions."""
_AUTHENTICATION = 90
"""RFC 3118."""

_IN_URL = re.compile(rb"[a-z][a-z0-9+.-]{0,15}://[^/@]{0,512}:[^/@]{1,512}@", re.IGNORECASE)
"""`scheme://user:password@`, either of which may be a template's."""


def shows_secret(code: int, content: bytes) -> bool:
    """Whether what an option holds is a credential for whoever looks at it."""
    if code == _AUTHENTICATION:
        return True
    if code == IPXE:
        try:
            return not _IPXE_SECRETS.isdisjoint(suboptions(IPXE, content))
        except MalformedOption:
            return True
    return b"@" in content and _IN_URL.search(content) is not None


def is_secret_text(code: int, text: str) -> bool:
    """The same of an option as documents write it; a template is judged by its words."""
    if code in {IPXE, _AUTHENTICATION}:
        try:
            return shows_secret(code, option_bytes(code, text))
        except ValueError:
            return True
    return names_password(text)


def names_password(text: str) -> bool:
    """Whether a URL in it has a password."""
    return "@" in text and _IN_URL.search(text.encode("utf-8", "replace")) is not None


def secrets_in(packet: Packet, marked: Collection[int] = ()) -> frozenset[int | str]:
    """The options and fields of a packet that are not shown; `marked` are options that hold secrets."""
    hidden: set[int | str] = {
        code
        for code, content in packet.options.items()
        if code in marked or shows_secret(code, content)
    }
    hidden.update(name for name in ("file", "sname") if shows_secret(0, getattr(packet, name)))
    return frozenset(hidden)
