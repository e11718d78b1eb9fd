"""Basic and digest authentication, the server's side: RFC 7617 and RFC 7616. Pure.

What arrives in `Authorization` is read strictly; what is asked for in `WWW-Authenticate` is spelled.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from base64 import b64decode
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from msgspec import Struct

from provd.values import MalformedPacket

HASHES: Mapping[str, str] = {"MD5": "md5", "SHA-256": "sha256"}
"""Algorithms of RFC 7616, as challenges spell them → their names in hashlib."""

SESSION = "-sess"

LONGEST = 4096
"""Characters of a header that are looked at."""

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAMETER = re.compile(
    rf'[ \t]*({_WORD}\*?)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|({_WORD}))[ \t]*(?:,[ \t]*|$)'
)
_ESCAPED = re.compile(r"\\(.)")
_COUNT = re.compile(r"[0-9a-fA-F]{8}")
_NEEDED = ("realm", "nonce", "uri", "response")
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{32,64}")


class BasicShown(Struct, frozen=True, gc=False):
    """A name and a password."""

    username: str
    password: str


class DigestShown(Struct, frozen=True, kw_only=True, gc=False):
    """What answers a digest challenge, as it was sent."""

    username: str
    realm: str
    nonce: str
    uri: str
    response: str
    """Lower case."""
    algorithm: str
    """As challenges spell it, without `-sess`."""
    session: bool
    """Whether it is the `-sess` form of the algorithm."""
    cnonce: str
    count: int
    """nc: how often the client has used the nonce."""

    def expects(self, password: str, method: str) -> str:
        """The response that whoever has this password sends (RFC 7616 section 3.4.1, qop `auth`)."""
        secret = self._hash(f"{self.username}:{self.realm}:{password}")
        if self.session:
            secret = self._hash(f"{secret}:{self.nonce}:{self.cnonce}")
        asked = self._hash(f"{method}:{self.uri}")
        return self._hash(f"{secret}:{self.nonce}:{self.count:08x}:{self.cnonce}:auth:{asked}")

    def _hash(self, text: str) -> str:
        data = text.encode("utf-8", "replace")
        return hashlib.new(HASHES[self.algorithm], data, usedforsecurity=False).hexdigest()


Shown = BasicShown | DigestShown


def parse_authorization(value: str) -> Shown:
    """What a header shows. @raise MalformedPacket: nothing that can be read, or not in these two ways."""
    if len(value) > LONGEST:
        raise _malformed("the header is too long")
    scheme, _space, rest = value.strip().partition(" ")
    match scheme.lower():
        case "basic":
            return _basic(rest.strip())
        case "digest":
            return _digest(_parameters(rest))
    raise _malformed("the scheme is neither Basic nor Digest")


def _basic(given: str) -> BasicShown:
    try:
        text = b64decode(given.encode("ascii"), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeError):
        raise _malformed("the Basic credentials are not base64 of UTF-8") from None
    username, colon, password = text.partition(":")
    if not colon or not username:
        raise _malformed("the Basic credentials have no name")
    return BasicShown(username, password)


def _parameters(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        parameter = _PARAMETER.match(text, at)
        if parameter is None:
            raise _malformed("its parameters cannot be read")
        name, quoted, plain = parameter.groups()
        name = name.lower()
        if name in found:  # RFC 9110 section 11.2
            raise _malformed("a parameter is there twice")
        found[name] = _ESCAPED.sub(r"\1", quoted) if quoted is not None else plain
        at = parameter.end()
    return found


def _digest(said: Mapping[str, str]) -> DigestShown:
    missing = [name for name in _NEEDED if name not in said]
    if missing:
        raise _malformed(f"{missing[0]} is missing")
    if said.get("qop") != "auth":
        # Without it (RFC 2069) nothing counts how often an answer is sent, and it could be sent again.
        raise _malformed("its qop is not auth")
    if not _COUNT.fullmatch(said.get("nc", "")) or not said.get("cnonce"):
        raise _malformed("nc or cnonce is missing")
    if said.get("userhash", "false").lower() != "false":
        raise _malformed("the name is hashed, which nobody asked for")
    if not _HEXADECIMAL.fullmatch(said["response"]):
        raise _malformed("the response is no digest")
    algorithm, session = _algorithm(said.get("algorithm", "MD5"))
    return DigestShown(
        username=_username(said),
        realm=said["realm"],
        nonce=said["nonce"],
        uri=said["uri"],
        response=said["response"].lower(),
        algorithm=algorithm,
        session=session,
        cnonce=said["cnonce"],
        count=int(said["nc"], 16),
    )


def _algorithm(spelled: str) -> tuple[str, bool]:
    session = spelled.lower().endswith(SESSION)
    algorithm = spelled[: -len(SESSION)].upper() if session else spelled.upper()
    if algorithm not in HASHES:
        raise _malformed("its algorithm is not known")
    return algorithm, session


def _username(said: Mapping[str, str]) -> str:
    """The name, perhaps in the extended notation of RFC 5987."""
    plain, extended = said.get("username"), said.get("username*")
    if (plain is None) == (extended is None):
        raise _malformed("it has not one name")
    if extended is None:
        return plain or ""
    charset, _language, text = [*extended.split("'", 2), "", ""][:3]
    if charset.upper() != "UTF-8":
        raise _malformed("its name is not in UTF-8")
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeError:
        raise _malformed("its name is not in UTF-8") from None


def basic_challenge(realm: str) -> str:
    """The value that asks for a name and a password."""
    return f'Basic realm="{realm}", charset="UTF-8"'


def digest_challenge(realm: str, nonce: str, algorithm: str, *, stale: bool) -> str:
    """The value that asks for a digest; `stale`: what was shown was right, but for its nonce."""
    again = ", stale=true" if stale else ""
    return f'Digest realm="{realm}", qop="auth", algorithm={algorithm}, nonce="{nonce}"{again}'


def _malformed(why: str) -> MalformedPacket:
    return MalformedPacket("http", f"in Authorization, {why}")
