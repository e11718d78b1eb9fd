"""Digest authentication, the client's side (RFC 2617, RFC 7616, RFC 8760, RFC 3261 section 22).

SHA-512-256, SHA-256 and MD5, each also as `-sess`; `auth`, `auth-int`, and none for servers of RFC 2069.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from msgspec import Struct

from provd.values import MalformedPacket
from provd.wire.sip.grammar import malformed, parameters, quoted, split
from provd.wire.sip.messages import SipResponse, UnsendableMessage

CHALLENGES: Mapping[int, tuple[str, str]] = {
    401: ("www-authenticate", "authorization"),
    407: ("proxy-authenticate", "proxy-authorization"),
}
"""status → the header that asks, the header that answers (RFC 3261 sections 22.2 and 22.3)."""

HASHES: Mapping[str, str] = {"SHA-512-256": "sha512_256", "SHA-256": "sha256", "MD5": "md5"}
"""Algorithm as it is spelled → its name in hashlib."""

SESSION = "-SESS"


class Challenge(Struct, frozen=True, kw_only=True):
    """What a server wants proved, and how."""

    realm: str
    nonce: str
    algorithm: str = "MD5"
    """In upper case."""
    said_algorithm: str = ""
    """As it was spelled; empty where nothing was said."""
    qop: frozenset[str] = frozenset()
    opaque: str | None = None
    stale: bool = False
    """The credentials were right, the nonce was old."""


class Credentials(Struct, frozen=True):
    """Whom a challenge is answered as."""

    username: str
    password: str


class Asked(Struct, frozen=True, kw_only=True):
    """What a response is computed over."""

    method: str
    uri: str
    body: bytes = b""
    cnonce: str
    """A text that nobody could guess."""
    count: int = 1
    """How often the nonce was used, with this."""


def challenge_of(response: SipResponse) -> Challenge | None:
    """The first challenge of a 401 or 407 that can be answered: the server's order is its preference.

    None where there is none (RFC 8760 section 2.4: what one does not know is passed over).
    """
    for value in response.all(CHALLENGES.get(response.status, ("", ""))[0]):
        try:
            challenge = parse_challenge(value)
        except MalformedPacket:
            continue
        if _hash_of(challenge.algorithm) is not None and challenge.qop <= {"", "auth", "auth-int"}:
            return challenge
    return None


def parse_challenge(value: str) -> Challenge:
    """The challenge that a header's value is. @raise MalformedPacket: it is no digest challenge."""
    scheme, _space, rest = value.strip().partition(" ")
    if scheme.lower() != "digest":
        raise malformed("a challenge is no digest challenge")
    said = parameters(split(rest, ","))
    if "realm" not in said or "nonce" not in said:
        raise malformed("a challenge has no realm or no nonce")
    algorithm = said.get("algorithm", "")
    offered = {each.strip().lower() for each in said.get("qop", "").split(",")} - {""}
    return Challenge(
        realm=said["realm"],
        nonce=said["nonce"],
        algorithm=algorithm.upper() or "MD5",
        said_algorithm=algorithm,
        # What one does not know is passed over, where there is something that one knows.
        qop=frozenset(offered & {"auth", "auth-int"} or offered),
        opaque=said.get("opaque"),
        stale=said.get("stale", "").lower() == "true",
    )


def answer_to(challenge: Challenge, credentials: Credentials, asked: Asked) -> str:
    """The value of the header that answers. @raise UnsendableMessage: its algorithm is not known here."""
    hashed = _hash_of(challenge.algorithm)
    if hashed is None:
        raise UnsendableMessage(f"digest algorithm {challenge.algorithm[:32]!r} is not known")
    qop = "auth" if "auth" in challenge.qop else next(iter(challenge.qop), "")
    count = f"{asked.count:08x}"
    secret = hashed(f"{credentials.username}:{challenge.realm}:{credentials.password}".encode())
    if challenge.algorithm.endswith(SESSION):
        secret = hashed(f"{secret}:{challenge.nonce}:{asked.cnonce}".encode())
    over = f"{asked.method}:{asked.uri}"
    if qop == "auth-int":
        over += f":{hashed(asked.body)}"
    middle = f":{count}:{asked.cnonce}:{qop}" if qop else ""
    response = hashed(f"{secret}:{challenge.nonce}{middle}:{hashed(over.encode())}".encode())
    said = {
        "username": quoted(credentials.username),
        "realm": quoted(challenge.realm),
        "nonce": quoted(challenge.nonce),
        "uri": quoted(asked.uri),
        "response": quoted(response),
    }
    if challenge.said_algorithm:
        said["algorithm"] = challenge.said_algorithm
    if qop or challenge.algorithm.endswith(SESSION):
        said["cnonce"] = quoted(asked.cnonce)
    if qop:
        said |= {"qop": qop, "nc": count}
    if challenge.opaque is not None:
        said["opaque"] = quoted(challenge.opaque)
    return "Digest " + ", ".join(f"{name}={value}" for name, value in said.items())


def _hash_of(algorithm: str) -> Callable[[bytes], str] | None:
    name = HASHES.get(algorithm.removesuffix(SESSION))
    if name is None or name not in hashlib.algorithms_available:
        return None
    return lambda data: hashlib.new(name, data, usedforsecurity=False).hexdigest()
