"""Signatures in the format of minisign: Ed25519 (RFC 8032), of a file or of its BLAKE2b-512.

A key is 2 bytes of algorithm, 8 of its id, and the key; a signature file is a comment that proves nothing, the
signature, a comment that is signed as well, and the signature of both:

    untrusted comment: …
    base64(algorithm || key id || signature of the file)
    trusted comment: …
    base64(signature of (signature of the file || trusted comment))

https://jedisct1.github.io/minisign/ tells the formats, "Signature format" and "Public key format".
"""

from __future__ import annotations

import binascii
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import blake2b

from attrs import frozen
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from provd.files.releases._errors import NotSigned, UnusableKey

LONGEST = 8 << 10
"""Bytes of a signature file."""

PLAIN, HASHED = b"Ed", b"ED"
UNTRUSTED, TRUSTED = "untrusted comment: ", "trusted comment: "
_TIMESTAMP = re.compile(r"timestamp:([0-9]{1,15})(?:\s|$)")
_OPEN = b"Ed\0\0B2" + bytes(48)
"""How a secret key begins that no password guards: algorithm, no derivation, BLAKE2b, and nothing to derive with."""


@frozen
class PublicKey:
    """A key that signatures are checked with."""

    id: bytes
    raw: bytes

    @property
    def name(self) -> str:
        """Its id, as minisign prints it."""
        return f"{int.from_bytes(self.id, 'little'):016X}"

    @property
    def text(self) -> str:
        """As settings and minisign spell it."""
        return b64encode(PLAIN + self.id + self.raw).decode("ascii")


@frozen
class Signed:
    """Who signed a text, and what they said of it."""

    key: str
    """The id of the key."""
    comment: str
    """The trusted comment."""

    @property
    def at(self) -> int:
        """When, in seconds since the epoch, as minisign says it in the comment; 0 where it does not."""
        found = _TIMESTAMP.match(self.comment)
        return int(found[1]) if found is not None else 0


@frozen
class SecretKey:
    """A key that signs."""

    id: bytes
    seed: bytes

    @classmethod
    def new(cls) -> SecretKey:
        """One that nobody has."""
        return cls(os.urandom(8), os.urandom(32))

    @classmethod
    def read(cls, text: str) -> SecretKey:
        """A key file of minisign's that no password guards (`minisign -G -W`). @raise UnusableKey: it is none."""
        raw = _decoded(_last_line(text))
        if len(raw) != 158 or raw[:2] != PLAIN:
            raise UnusableKey("it is no secret key of minisign's")
        if raw[2:4] != b"\0\0":
            raise UnusableKey("a password guards it, and nobody is asked for one: use one without")
        made = cls(raw[54:62], raw[62:94])
        if _decoded(_last_line(made.text)) != raw:
            raise UnusableKey("its checksum is wrong")
        return made

    @property
    def text(self) -> str:
        """As `read` takes it, and minisign does."""
        pair = self.id + self.seed + self.public.raw
        checksum = blake2b(PLAIN + pair, digest_size=32).digest()
        coded = b64encode(_OPEN + pair + checksum).decode("ascii")
        return f"{UNTRUSTED}minisign secret key\n{coded}\n"

    @property
    def public(self) -> PublicKey:
        """What its signatures are checked with."""
        key = self._key().public_key()
        return PublicKey(self.id, key.public_bytes(Encoding.Raw, PublicFormat.Raw))

    def sign(self, message: bytes, comment: str) -> bytes:
        """A signature file, of the hashed kind."""
        key = self._key()
        signature = key.sign(blake2b(message).digest())
        both = key.sign(signature + comment.encode("utf-8"))
        lines = [
            f"{UNTRUSTED}signature from provd",
            b64encode(HASHED + self.id + signature).decode("ascii"),
            TRUSTED + comment,
            b64encode(both).decode("ascii"),
        ]
        return ("\n".join(lines) + "\n").encode("utf-8")

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def read_public_key(text: str) -> PublicKey:
    """A public key, bare or as the file that minisign keeps it in. @raise UnusableKey: it is none."""
    raw = _decoded(_last_line(text))
    if len(raw) != 42 or raw[:2] != PLAIN:
        raise UnusableKey(
            "it is no public key of minisign's, which has 56 characters and begins with RW"
        )
    return PublicKey(raw[2:10], raw[10:])


def verify(subject: str, message: bytes, signature: bytes, keys: Sequence[PublicKey]) -> Signed:
    """Who of `keys` signed a message. @raise NotSigned: nobody did; `subject` names the message."""
    algorithm, key_id, first, comment, both = _parts(subject, signature)
    key = next((key for key in keys if key.id == key_id), None)
    if key is None:
        name = PublicKey(key_id, b"").name
        raise NotSigned(subject, f"key {name} signed it, which is not among those that are trusted")
    signed = blake2b(message).digest() if algorithm == HASHED else message
    public = Ed25519PublicKey.from_public_bytes(key.raw)
    try:
        public.verify(first, signed)
        public.verify(both, first + comment.encode("utf-8"))
    except InvalidSignature as error:
        why = f"it is not what key {key.name} signed, or its signature was changed"
        raise NotSigned(subject, why) from error
    return Signed(key.name, comment)


def _parts(subject: str, signature: bytes) -> tuple[bytes, bytes, bytes, str, bytes]:
    try:
        lines = signature[:LONGEST].decode("utf-8").splitlines()
        raw, both = _decoded(lines[1]), _decoded(lines[3])
        comment = lines[2]
    except (ValueError, IndexError, UnusableKey) as error:
        raise NotSigned(subject, "its signature is none of minisign's") from error
    lengths = len(raw), len(both)
    if lengths != (74, 64) or raw[:2] not in {PLAIN, HASHED} or not comment.startswith(TRUSTED):
        raise NotSigned(subject, "its signature has not the form of minisign's")
    return raw[:2], raw[2:10], raw[10:], comment.removeprefix(TRUSTED), both


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else ""


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnusableKey("it is not Base64") from error
