"""The shapes of decisions: how one inquiry was answered, and why."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType


class DecisionAnswer(Struct, kw_only=True):
    """What a device was answered."""

    kind: str
    """`content`, `file`, `redirect`, `silence`, what kind of refusal, or `none`."""
    size: int
    """Bytes; -1 where that says nothing."""
    sha256: str | None
    """Of content."""
    reason: str | None
    """Why it was refused."""
    media_type: str | UnsetType | None = UNSET
    """Of content and files."""
    exact: bool | UnsetType = UNSET
    """Whether a what-if would be answered these very bytes."""
    file: str | UnsetType = UNSET
    """Its path below what the plugin serves."""
    location: str | UnsetType = UNSET
    """Where a redirect leads."""


class DecisionStep(Struct, kw_only=True):
    """A sentence of the story."""

    step: str
    """`gather`, `extract`, `look up`, `update`, `prove`, `route`, `commit` or `answer`."""
    text: str
    """What happened."""


class DecisionProof(Struct, kw_only=True):
    """What one witness found of the device's identity."""

    by: str
    """Who found it: `neighbour`, `lease`, `credential`, `certificate`, …"""
    level: str
    """What it proves: `claimed` (nothing), `network`, `credential` or `certificate`."""
    refutes: bool
    """It proves that another device asks."""
    text: str
    """What was found."""


class DecisionVerdict(Struct, kw_only=True):
    """What policy said of secrets."""

    policy: str
    """The id of the policy."""
    outcome: str
    """`given`, `redacted` or `refused`."""
    text: str
    """Why, as a sentence."""


class ShownCertificate(Struct, kw_only=True):
    """What the certificate of a device says, once it is judged."""

    subject: str
    """Its subject, as RFC 4514 spells it."""
    authority: str
    """By which mapping it was read."""
    mac: str
    """The MAC address of the box that it names."""
    sn: str
    """Its serial number."""
    vendor: str
    """Who made it."""
    model: str
    """What it is."""
    refused: str
    """Why it is worth nothing; empty for a good one."""


class Decision(Struct, kw_only=True):
    """How one inquiry was decided."""

    id: str
    """The inquiry's."""
    at: float
    """When it arrived, in seconds since the epoch."""
    took: float | None
    """Seconds until it was answered."""
    protocol: str
    """`http`, `tftp` or `dhcp`."""
    method: str
    """Of HTTP."""
    path: str
    """What was asked for."""
    peer: str
    """Who asked, by address."""
    local: str
    """The address of ours that was asked."""
    interface: str
    """The network interface of that address."""
    evidence: list[dict[str, Any]]
    """What each `witness` said of the device."""
    info: dict[str, Any]
    """What was made of that."""
    matched_by: str
    """How the device was found; `added` where it was created."""
    device: dict[str, Any] | None
    """Its id and facts."""
    plugin: str | None
    """Whose devices it belongs to."""
    certificate: ShownCertificate | None
    """What the certificate that it showed is worth."""
    level: str
    """How sure it is that the device is the one it says it is; empty in an outline."""
    proofs: list[DecisionProof]
    """What was proved of that."""
    verdict: DecisionVerdict | None
    """What policy said of the secrets that the answer tells; null where it tells none."""
    answer: DecisionAnswer
    """What was answered."""
    tries: int
    """How often it was decided; more than once after a conflict."""
    steps: list[DecisionStep]
    """The story in words."""
    notes: list[DecisionStep]
    """What was out of the ordinary."""
    outline: bool | UnsetType = UNSET
    """True where only the device's status remembers it: most is left empty."""
