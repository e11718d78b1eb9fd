"""A case: one inquiry while it is being decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from msgspec.structs import replace
from twisted.internet.defer import Deferred

from provd.contracts import IDraft
from provd.documents import Device
from provd.values import Info, Inquiry, Note, Step, Testimony

NOTHING_SETTLED: Mapping[object, Any] = {}


class Awaiting(Exception):
    """A stage answered with a Deferred that has not fired: gather waits, then decides again.

    A turn of the conversation rather than an error, hence no error of ours.
    """

    def __init__(self, stage: object, outcome: Deferred[Any]) -> None:
        """Remember which stage waits, and for what."""
        super().__init__(stage)
        self.stage = stage
        self.outcome = outcome


class Dropped:
    """What gather puts in place of an outcome that did not come in time."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        """Keep the reason, for the Decision."""
        self.reason = reason


class Case:
    """What the stages of one decision share. Lives as long as `decide` runs.

    `keep` is False in a what-if: memos and caches are then read and never written.
    """

    __slots__ = (
        "before",
        "changes",
        "device",
        "draft",
        "guess",
        "info",
        "inquiry",
        "keep",
        "matched_by",
        "notes",
        "refused",
        "settled",
        "testimonies",
        "urgent",
    )

    def __init__(
        self, inquiry: Inquiry, draft: IDraft, settled: Mapping[object, Any], *, keep: bool
    ) -> None:
        """Open a case on an empty draft; `settled` holds what gather waited for, by stage."""
        self.inquiry = inquiry
        self.draft = draft
        self.settled = settled
        self.keep = keep
        self.info: Info = {}
        self.guess = ""
        """The vendor that is guessed while nobody testified of one."""
        self.testimonies: tuple[Testimony, ...] = ()
        self.notes: list[Note] = []
        self.matched_by = ""
        self.device: Device | None = None
        self.before: Device | None = None
        self.changes: dict[str, Any] = {}
        self.urgent = False
        self.refused = ""
        """Why a device was not created although it could have been; counted when live."""

    def note(self, step: Step, text: str, **fields: Any) -> None:
        """Tell something out of the ordinary; `text` is a constant with named fields."""
        self.notes.append(Note(step, text, tuple(fields.items())))

    def value(self, field: str) -> Any:
        """A field of the device as the updaters so far leave it."""
        changes = self.changes
        if field in changes:
            return changes[field]
        return getattr(self.device, field)

    def change(self, field: str, value: Any, *, urgent: bool) -> None:
        """Have the device changed; not urgent means it may be written behind."""
        self.changes[field] = value
        if urgent:
            self.urgent = True

    def settle_device(self) -> None:
        """Put what the updaters changed into the draft, once."""
        if self.device is not None and self.changes:
            changed = replace(self.device, **self.changes)
            if changed != self.device:
                self.device = cast("Device", self.draft.put("devices", changed, urgent=self.urgent))
            self.changes = {}
