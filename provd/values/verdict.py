"""What policy says of an answer that tells secrets."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import Struct


class Outcome(StrEnum):
    """What becomes of the answer."""

    GIVEN = "given"
    REDACTED = "redacted"
    """Something without the secrets is given in its place."""
    REFUSED = "refused"


class Verdict(Struct, frozen=True, gc=False):
    """One policy's word, and why: a constant sentence with named fields."""

    policy: str
    """The id of the policy."""
    outcome: Outcome
    text: str
    fields: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return self.text.format(**dict(self.fields))
