"""Reading preferences, and changing them: all that are named, or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from msgspec.structs import replace

from provd.application.changing import Patch, Proposal, patched
from provd.application.collection import Documents
from provd.application.precondition import UNCONDITIONAL, Precondition
from provd.application.retention import Retention
from provd.application.slices import Slices
from provd.application.writing import settled
from provd.contracts import IDocumentStore, IDraft
from provd.documents import PREFERENCES, Kind, Preferences, parse_preferences
from provd.documents.preferences import DEFAULTS, SERVER


class ServerPreferences(Documents[Preferences]):
    """The one document of preferences; it is always there, at revision 0 while nobody chose anything."""

    kind: ClassVar[Kind] = PREFERENCES

    def __init__(self, store: IDocumentStore, slices: Slices, retention: Retention) -> None:
        super().__init__(store, slices)
        self._retention = retention

    async def find(self, document_id: str = SERVER) -> Preferences:
        """What holds, once that survives a crash."""
        found: Preferences | None = await settled(self._store, self.kind.name, document_id)
        return DEFAULTS if found is None else found

    def replacing(
        self, given: Mapping[str, Any], precondition: Precondition = UNCONDITIONAL
    ) -> Proposal:
        """Others in the place of all; what is not named is as if nobody had chosen it.

        Proposing it raises `Invalid` with every problem there is, `AlreadyThere`, `PreconditionFailed`.
        """
        return self._changing("replace", lambda _present: given, precondition)

    def patching(self, patch: Patch, precondition: Precondition = UNCONDITIONAL) -> Proposal:
        """A patch of what holds. Proposing it raises as replacing does, and `PatchFailed`."""
        return self._changing("patch", lambda present: patched(present, patch), precondition)

    async def take_up(self) -> None:
        """Do now what is not done by looking at preferences when they are needed."""
        await self._retention.sweep()

    def _changing(
        self,
        op: str,
        wanted: Callable[[dict[str, Any]], Mapping[str, Any]],
        precondition: Precondition,
    ) -> Proposal:
        def propose(draft: IDraft) -> None:
            present: Preferences = draft.read(self.kind.name, SERVER) or DEFAULTS
            precondition.check(self.kind.name, SERVER, present)
            chosen = parse_preferences(wanted(self.shown(present)))
            draft.put(self.kind.name, replace(chosen, revision=present.revision))

        return Proposal(
            collection=self.kind.name,
            document_id=SERVER,
            op=op,
            propose=propose,
            insists=precondition.conditional,
        )
