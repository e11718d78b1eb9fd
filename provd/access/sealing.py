"""Sealing documents at rest: AES-256-GCM, with keys that the operator holds.

The file of keys has one to a line, `name:base64`, and is kept elsewhere than the data it protects.
The first seals; the others only open what they sealed before, until it is sealed anew, at the next
start or when an operator asks for it.  Each text is bound to its document's collection, id and schema
number: it can neither be put in the place of another nor be taken for an older form of itself.

A sealed text is::

    MARK, length of the key's name (1 byte), the name, salt (16 bytes), nonce (12), ciphertext, tag (16)

The highest bit of that length is set.  It is not in texts of before schema numbers were bound, too,
which are opened all the same.

The salt is drawn whenever keys are read.  What encrypts is derived from the operator's key and the
salt (HKDF, RFC 5869), and the nonce is a counter: no pair is used twice, however many years a key
is kept.  Drawn nonces would be good for 2**32 texts of one key (NIST SP 800-38D section 8.3).
"""

from __future__ import annotations

import binascii
import os
import re
from base64 import b64decode
from collections.abc import Mapping
from itertools import count
from pathlib import Path

from attrs import define
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from provd.store import MARK, WITH_SCHEMA, SealBroken, SealUnknown, end_of_name
from provd.values import ProvdError

KEY_BYTES = 32
SALT_BYTES = 16
NONCE_BYTES = 12
MOST_KEYS = 16
MOST_DERIVED = 4096
"""Derived keys that are remembered: one for each start that left texts behind."""

OLD_FORM = bytes([WITH_SCHEMA - 1])

_TEXTS, _NAMES = b"provd sealed texts", b"provd key mark"
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
        self._keys = {name.encode("ascii"): key for name, key in keys.items()}
        self.current = next(iter(keys))
        self.marks: Mapping[str, str] = {
            name: _derived(key, b"", _NAMES)[:16].hex() for name, key in keys.items()
        }
        current = self.current.encode("ascii")
        self.begins = MARK + bytes([WITH_SCHEMA | len(current)]) + current
        self._head = self.begins + os.urandom(SALT_BYTES)
        self._cipher = AESGCM(_derived(self._keys[current], self._head[-SALT_BYTES:], _TEXTS))
        self._ciphers = {self._head: self._cipher}
        self._nonces = count()

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

    def close(self, name: bytes, schema: int, clear: bytes) -> bytes:
        """See `provd.store.Seal`."""
        nonce = next(self._nonces).to_bytes(NONCE_BYTES, "big")
        return self._head + nonce + self._cipher.encrypt(nonce, clear, _bound(name, schema))

    def open(self, name: bytes, schema: int, kept: bytes) -> bytes:
        """See `provd.store.Seal`."""
        if not kept.startswith(MARK):
            return kept
        end = end_of_name(kept) + SALT_BYTES if len(kept) > 1 else len(kept)
        head = kept[:end]
        bound = _bound(name, schema) if kept[1:2] > OLD_FORM else name
        cipher = self._ciphers.get(head) or self._derive(head)
        nonce, sealed = kept[end : end + NONCE_BYTES], kept[end + NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, sealed, bound)
        except (InvalidTag, ValueError):
            raise SealBroken("it is not what was sealed") from None

    def _derive(self, head: bytes) -> AESGCM:
        """What opens the texts with this head; kept, for there are many of each."""
        name, salt = head[2:-SALT_BYTES], head[-SALT_BYTES:]
        if not _NAME.fullmatch(name.decode("latin-1")):
            raise SealBroken("it is no sealed text")
        key = self._keys.get(name)
        if key is None:
            raise SealUnknown(name.decode("ascii"))
        if len(self._ciphers) >= MOST_DERIVED:
            self._ciphers = {self._head: self._cipher}
        cipher = self._ciphers[head] = AESGCM(_derived(key, salt, _TEXTS))
        return cipher


def _bound(name: bytes, schema: int) -> bytes:
    """What a text is bound to; a number has no space, so no two are spelled alike."""
    return b"%d %s" % (schema, name)


def _derived(key: bytes, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt, purpose).derive(key)


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
