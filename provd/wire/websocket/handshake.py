"""What the opening handshake says beside ordinary HTTP (RFC 6455 section 4)."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode

from wsproto.utilities import generate_accept_token, generate_nonce

VERSION = "13"
"""The only version of the protocol that there is (section 4.1)."""

_BYTES_OF_KEY = 16


def names(header: str, token: str) -> bool:
    """Whether a list of tokens, as `Connection` and `Upgrade` have them, names this one (in lower case)."""
    return token in (each.strip().lower() for each in header.split(","))


def is_key(text: str) -> bool:
    """Whether that can be a `Sec-WebSocket-Key`: base64 of 16 bytes (section 4.2.1)."""
    try:
        return len(b64decode(text.encode("ascii"), validate=True)) == _BYTES_OF_KEY
    except (binascii.Error, UnicodeEncodeError):
        return False


def accept_of(key: str) -> str:
    """The `Sec-WebSocket-Accept` that answers a key (section 4.2.2)."""
    return generate_accept_token(key.encode("ascii")).decode("ascii")


def fresh_key(random: bytes = b"") -> str:
    """A client's `Sec-WebSocket-Key`, of 16 bytes that nobody could guess, or of those that are given."""
    return (b64encode(random) if random else generate_nonce()).decode("ascii")
