"""How well it is proved that the device that asks is the one it says it is."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Any

from msgspec import Struct


class Level(IntEnum):
    """Identity levels: whatever a device may be given depends on how sure we are that it is the one."""

    CLAIMED = 0
    """It says so, as anybody could who knows a MAC address."""
    NETWORK = 1
    """What the network knows agrees: the neighbour table, or the lease of its address."""
    CREDENTIAL = 2
    """It showed a secret that was given to it alone: a credential, a one-time URL."""
    CERTIFICATE = 3
    """It proved that it holds the key of its own certificate."""

    @property
    def word(self) -> str:
        """As settings, documents and explanations spell it."""
        return self.name.lower()


class Proof(Struct, frozen=True, gc=False):
    """What one witness of identity found: a constant sentence with named fields."""

    level: Level
    """What it proves; CLAIMED where it proves nothing, and tells why."""
    by: str
    """Who found it: `neighbour`, `lease`, `credential`, `one-time URL`, `certificate`, …"""
    text: str
    fields: tuple[tuple[str, Any], ...] = ()
    refutes: bool = False
    """It proves that this is *not* the device: whatever else was shown counts for nothing."""

    def __str__(self) -> str:
        return self.text.format(**dict(self.fields))


def level_of(proofs: Iterable[Proof]) -> Level:
    """The best that is proved; nothing at all where one proof refutes."""
    best = Level.CLAIMED
    for proof in proofs:
        if proof.refutes:
            return Level.CLAIMED
        best = max(best, proof.level)
    return best


class Credential(Struct, frozen=True, kw_only=True, gc=False):
    """What came of a name and a password that were shown over HTTP; neither is in here."""

    device: str = ""
    """The id of the device whose they are; empty where they are good for nothing."""
    by: str = ""
    """How they were shown: `basic` or `digest`."""
    previous: bool = False
    """It was the password that the present one has replaced."""
    refused: str = ""
    """Why they are good for nothing, a sentence; empty for good ones."""
    stale: bool = False
    """They are right, but for a nonce that has had its time: the same again with another is good."""


class Certified(Struct, frozen=True, kw_only=True, gc=False):
    """What the certificate of a device says, once it is judged; see `IJudgeCertificates`."""

    subject: str = ""
    """Its subject, RFC 4514, for people."""
    authority: str = ""
    """The name of the vendor's mapping that read it."""
    mac: str = ""
    """Normal spelling; empty where the certificate names no box by it."""
    sn: str = ""
    vendor: str = ""
    model: str = ""
    refused: str = ""
    """Why it is good for nothing, a sentence; empty for a good one."""
