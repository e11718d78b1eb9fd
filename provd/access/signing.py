"""Signing tokens: keys in one file that only provd can read, each under an id of its own (`kid`).

A new key signs from now on; older ones go on verifying until what they signed has expired.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jwt
from msgspec import Struct

from provd.access.errors import NotAuthenticated, UnsafeKeyFile

ALGORITHM = "HS256"
KEY_BYTES = 32
MODE = 0o600

ROTATION = 30 * 86400
"""Seconds after which a new key takes over at the next start."""

_REQUIRED = ["jti", "sub", "aud", "iat", "nbf", "exp"]
# Whether it is time is asked of the token's document, by the clock that everything else goes by.
_OPTIONS: Any = {
    "require": _REQUIRED,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}


class _Key(Struct, frozen=True):
    made: float
    secret: bytes


class SigningKeys:
    """The keys of one server."""

    def __init__(self, keys: Mapping[str, _Key], current: str) -> None:
        self._keys = dict(keys)
        self._current = current

    @property
    def current(self) -> str:
        """The id of the key that signs."""
        return self._current

    @classmethod
    def open(cls, path: Path, now: float, longest: float) -> SigningKeys:
        """The keys of a file, which is made if it is not there; a key grown old gets a successor.

        `longest` is how long a token may live: for so long an old key goes on verifying.
        Reads and writes the disk.

        @raise UnsafeKeyFile: others may read it, or it holds no keys.
        """
        found = cls(_read(path), "") if path.exists() else cls({}, "")
        fresh = {
            kid: key for kid, key in found._keys.items() if now - key.made < ROTATION + longest
        }
        newest = max(fresh, key=lambda kid: fresh[kid].made, default="")
        if not newest or now - fresh[newest].made >= ROTATION:
            newest = secrets.token_hex(8)
            fresh[newest] = _Key(now, secrets.token_bytes(KEY_BYTES))
            _write(path, fresh)
        return cls(fresh, newest)

    def sign(self, payload: Mapping[str, Any]) -> str:
        """The signed text."""
        key = self._keys[self._current].secret
        return jwt.encode(dict(payload), key, ALGORITHM, headers={"kid": self._current})

    def verify(self, text: str, audience: str) -> Mapping[str, Any]:
        """What was signed, for this audience. @raise NotAuthenticated: it was not by us."""
        try:
            key = self._keys.get(str(jwt.get_unverified_header(text).get("kid", "")))
            if key is None:
                raise NotAuthenticated("the token is not one of this server")
            payload: Mapping[str, Any] = jwt.decode(
                text, key.secret, algorithms=[ALGORITHM], audience=audience, options=_OPTIONS
            )
        except (jwt.PyJWTError, UnicodeError, ValueError, RecursionError):
            # Which check failed would help nobody but a forger.
            raise NotAuthenticated("the token is not one of this server") from None
        return payload


def _read(path: Path) -> dict[str, _Key]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            mode = os.fstat(file.fileno()).st_mode & 0o777
            if mode & 0o077:
                raise UnsafeKeyFile(str(path), f"its mode is {mode:03o}, not {MODE:03o}")
            kept = json.loads(file.read(1 << 20))
        keys = {
            str(kid): _Key(float(each["made"]), bytes.fromhex(each["secret"]))
            for kid, each in kept["keys"].items()
        }
    except OSError as error:
        raise UnsafeKeyFile(str(path), error.strerror or str(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnsafeKeyFile(str(path), "it is not the file that provd wrote") from error
    if any(len(key.secret) < KEY_BYTES for key in keys.values()):
        raise UnsafeKeyFile(str(path), "a key in it is too short")
    return keys


def _write(path: Path, keys: Mapping[str, _Key]) -> None:
    """Whole or not at all, and never readable by others, not even for a moment."""
    kept = {kid: {"made": key.made, "secret": key.secret.hex()} for kid, key in keys.items()}
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(beside, flags, MODE), "w", encoding="utf-8") as file:
        json.dump({"keys": kept}, file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
