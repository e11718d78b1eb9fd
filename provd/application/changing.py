"""Changes before they are made: made together, one by one, once, or only rehearsed.

A use case answers a `Proposal`: what it would propose on any draft.  Making it, making a hundred
in one commit, and telling what it would change are the same proposal on a draft that is committed,
shared or thrown away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import define
from msgspec import Struct

from provd.application.json_patch import json_patch
from provd.application.merge_patch import merge_patch
from provd.application.receipts import AlreadyMade, Once, Receipts
from provd.application.slices import Slices
from provd.application.writing import TRIES, write
from provd.contracts import IDocumentStore, IDraft
from provd.documents import redacted, to_show
from provd.values import Invalid, Problem, ProvdError, RevisionConflict, StoreUnavailable

Patch = Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""A merge patch (RFC 7396), or the operations of a JSON patch (RFC 6902)."""


class Proposal(Struct, frozen=True, kw_only=True):
    """One change of one document, ready to be proposed on any draft."""

    collection: str
    document_id: str
    op: str
    """`create`, `replace`, `patch` or `delete`."""
    propose: Callable[[IDraft], None]
    """@raise ProvdError: it does not fit what the draft shows."""
    insists: bool = False
    """On a revision: it is not tried again when somebody else was faster."""


@define
class BulkRefused(ProvdError):
    """Some of the changes that were to be made together cannot be; none was made."""

    refusals: Sequence[tuple[int, ProvdError]]
    """Which (from 0), and why."""

    def __str__(self) -> str:
        return f"nothing was changed: {len(self.refusals)} of the operations cannot be made"


def patched(present: Mapping[str, Any], patch: Patch, *, hides: bool = False) -> Mapping[str, Any]:
    """What a patch makes of a document as it is shown.

    To whom secrets are hidden (`hides`), it is a patch of what they see: neither a `test` nor a
    `copy` tells them more.

    @raise PatchFailed: it cannot be applied.
    @raise Invalid: no object is left.
    """
    if isinstance(patch, Mapping):
        merged: Mapping[str, Any] = merge_patch(present, patch)
        return merged
    result = json_patch(redacted(dict(present)) if hides else dict(present), patch)
    if not isinstance(result, Mapping):
        raise Invalid("patch", (Problem("", "leaves no object", "an object"),))
    return result


class Changes:
    """Makes proposals."""

    def __init__(self, store: IDocumentStore, slices: Slices, receipts: Receipts) -> None:
        self._store = store
        self._slices = slices
        self._receipts = receipts

    async def make(self, proposal: Proposal, cause: str, asked: Once | None = None) -> Any:
        """Make one change, and wait until it survives a crash.

        Answers the outcome of the first time where it was made before, None where it is made now.

        @raise KeyReused: the call's key was used for another.
        """
        outcome = _outline(proposal)

        def propose(draft: IDraft) -> None:
            if asked is not None:
                self._receipts.keep(draft, asked, outcome)
            proposal.propose(draft)

        try:
            await write(self._store, cause, propose, retry=not proposal.insists)
        except AlreadyMade as before:
            return before.outcome
        if asked is not None:
            self._receipts.kept(asked)
        return None

    async def make_all(
        self, proposals: Sequence[Proposal], cause: str, asked: Once | None = None
    ) -> Any:
        """Make all of them in one commit, or none; proposed in turns. Answers as `make` does.

        @raise BulkRefused: with every one that cannot be made.
        @raise RevisionConflict, KeyClaimed, StoreUnavailable: as the store says.
        """
        tries = 1 if any(each.insists for each in proposals) else TRIES
        outcome = [_outline(each) for each in proposals]
        while True:
            tries -= 1
            try:
                draft = await self._proposed(proposals, cause, asked, outcome)
                committed = await self._store.commit(draft)
            except AlreadyMade as before:
                return before.outcome
            except RevisionConflict:
                if tries:
                    continue
                raise
            await self._store.durable(committed)
            if asked is not None:
                self._receipts.kept(asked)
            return None

    async def make_each(self, proposals: Sequence[Proposal], cause: str) -> list[ProvdError | None]:
        """Make each in a commit of its own; answers, for each, why it could not be made."""
        outcomes: list[ProvdError | None] = []
        newest = None
        async for proposal in self._slices.over(proposals):
            try:
                draft = self._store.draft(cause)
                proposal.propose(draft)
                newest = await self._store.commit(draft)
                outcomes.append(None)
            except ProvdError as error:
                outcomes.append(error)
        if newest is not None:
            # What is durable up to the newest is durable for all.
            await self._store.durable(newest)
        return outcomes

    async def rehearse(self, proposals: Sequence[Proposal], cause: str) -> list[dict[str, Any]]:
        """What would change, by the very code that changes; the draft is thrown away.

        @raise ProvdError: as making them would.
        """
        if why_not := self._store.unavailable():
            raise StoreUnavailable(why_not)
        draft = await self._proposed(proposals, cause)
        refusal = self._store.refusal(draft)
        if refusal is not None:
            raise refusal
        asked = {each.collection for each in proposals}
        return [_change(each, whole=each[0] in asked) for each in draft.proposals()]

    async def _proposed(
        self,
        proposals: Sequence[Proposal],
        cause: str,
        asked: Once | None = None,
        outcome: Any = None,
    ) -> IDraft:
        """A draft with all of them. @raise BulkRefused: with every one that does not fit."""
        draft = self._store.draft(cause)
        if asked is not None:
            self._receipts.keep(draft, asked, outcome)
        refusals: list[tuple[int, ProvdError]] = []
        async for at, proposal in self._slices.over(enumerate(proposals)):
            try:
                proposal.propose(draft)
            except ProvdError as error:
                refusals.append((at, error))
        if refusals and len(proposals) == 1:
            raise refusals[0][1]
        if refusals:
            raise BulkRefused(refusals)
        return draft


def _outline(proposal: Proposal) -> dict[str, str]:
    return {"op": proposal.op, "id": proposal.document_id}


def _change(proposed: tuple[str, Any, Any], *, whole: bool) -> dict[str, Any]:
    """One change as it is told; what only follows from what was asked is named, not shown."""
    collection, before, after = proposed
    action = "create" if before is None else "delete" if after is None else "update"
    change = {"collection": collection, "id": (after or before).id, "action": action}
    if whole:
        change["before"] = None if before is None else to_show(before)
        change["after"] = None if after is None else to_show(after)
    return change
