"""Sealing documents at rest: AES-256-GCM, with keys that the operator holds.

The file of keys has one to a line, `name:base64`, and is kept elsewhere than the data it protects.
The first seals; the others only open what they sealed before, until it is sealed anew at the next
start.  Each text has a nonce of its own and is bound to its document's name: it cannot be put in
the place of another.
"""

from __future__ import annotations

import binascii
import os
import re
from base64 import b64decode
from pathlib import Path

from attrs import define
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from provd.store import MARK, SealBroken, SealUnknown
from provd.values import ProvdError

KEY_BYTES = 32
NONCE_BYTES = 12
MOST_KEYS = 16
_NAME = re.compile(r"[A-Za-z0-9._-]{1,32}")


@define
class UnusableSealKeys(ProvdError):
    """The file of keys cannot be used."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"the keys in {self.path} cannot be used: {self.reason}"


class SealingKeys:
    """Some keys, of which the first seals. A `provd.store.Seal`."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        self._ciphers = {name.encode("ascii"): AESGCM(key) for name, key in keys.items()}
        self._current = next(iter(self._ciphers))
        self._head = MARK + bytes([len(self._current)]) + self._current

    @classmethod
    def read(cls, path: Path) -> SealingKeys:
        """The keys of a file. @raise UnusableSealKeys: others can read it, or a line is no key."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb") as file:
                mode = os.fstat(file.fileno()).st_mode & 0o777
                if mode & 0o077:
                    raise UnusableSealKeys(str(path), f"its mode is {mode:03o}: others can read it")
                return cls(parse_keys(file.read(1 << 16).decode("ascii")))
        except OSError as error:
            raise UnusableSealKeys(str(path), error.strerror or str(error)) from error
        except ValueError as error:
            raise UnusableSealKeys(str(path), str(error)) from error

    def close(self, name: bytes, clear: bytes) -> bytes:
        """See `provd.store.Seal`."""
        nonce = os.urandom(NONCE_BYTES)
        return self._head + nonce + self._ciphers[self._current].encrypt(nonce, clear, name)

    def open(self, name: bytes, kept: bytes) -> bytes:
        """See `provd.store.Seal`."""
        if not kept.startswith(MARK):
            return kept
        end = 2 + kept[1] if len(kept) > 1 else len(kept)
        key, nonce, sealed = kept[2:end], kept[end : end + NONCE_BYTES], kept[end + NONCE_BYTES :]
        cipher = self._ciphers.get(key)
        if cipher is None:
            if not _NAME.fullmatch(key.decode("latin-1")):
                raise SealBroken("it is no sealed text")
            raise SealUnknown(key.decode("ascii"))
        try:
            return cipher.decrypt(nonce, sealed, name)
        except (InvalidTag, ValueError):
            raise SealBroken("it is not what was sealed") from None

    def is_current(self, kept: bytes) -> bool:
        """See `provd.store.Seal`."""
        return kept.startswith(self._head)


def parse_keys(text: str) -> dict[str, bytes]:
    """Keys by name, in order. @raise ValueError: a line is none; the message never repeats it."""
    keys: dict[str, bytes] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _colon, encoded = line.strip().partition(":")
        try:
            key = b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not _NAME.fullmatch(name) or len(key) != KEY_BYTES or name in keys:
            raise ValueError(f"line {number} is not name:key with {KEY_BYTES} bytes in base64")
        keys[name] = key
    if not 0 < len(keys) <= MOST_KEYS:
        raise ValueError(f"it holds {len(keys)} keys, not 1 to {MOST_KEYS}")
    return keys
