"""How an inquiry was decided. Holds references only; words are made when somebody asks."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import Struct

from provd.values.evidence import Info, Testimony
from provd.values.inquiry import Inquiry
from provd.values.proof import Level, Proof


class Step(StrEnum):
    """The stages a decision walks through."""

    GATHER = "gather"
    EXTRACT = "extract"
    LOOK_UP = "look up"
    UPDATE = "update"
    PROVE = "prove"
    ROUTE = "route"
    COMMIT = "commit"
    ANSWER = "answer"


class Note(Struct, frozen=True):
    """Something worth telling about one step: a constant sentence with named fields.

    Made only when something out of the ordinary happened; the ordinary is told from the
    Decision's own references.
    """

    step: Step
    text: str
    fields: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return self.text.format(**dict(self.fields))


class Decision(Struct, gc=True):
    """One inquiry, from its evidence to its answer.

    `device` and `before` are the device documents after and before (immutable, shared with the
    store); `before` is None for a device this inquiry created.
    """

    inquiry: Inquiry
    testimonies: tuple[Testimony, ...] = ()
    info: Info = {}
    matched_by: str = ""
    """The key that found the device (`mac`, `sn`, `uuid`, `neighbour`, `ip`), `added`, or empty."""
    device: Any = None
    before: Any = None
    plugin_id: str = ""
    level: Level = Level.CLAIMED
    """How sure it is that the device is the one it says it is."""
    proofs: tuple[Proof, ...] = ()
    """What was proved of that, and by whom."""
    judgement: Any = None
    """Over DHCP, what policy said of its packet (a `Judgement`)."""
    boot: str = ""
    """Over DHCP, the boot rule that named the file to load, or `reservation`."""
    verdict: Any = None
    """What policy said of the secrets that the answer tells (a `Verdict`); None where it tells none."""
    secret_options: frozenset[int] = frozenset()
    """Over DHCP, options whose values may be sent, and are not to be shown."""
    answer: Any = None
    answer_etag: str = ""
    size: int = -1
    notes: tuple[Note, ...] = ()
    tries: int = 1
    answered: float = 0.0
    """Seconds since the epoch; 0 while it is not answered."""
