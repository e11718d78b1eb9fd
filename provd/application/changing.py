"""Changes before they are made: made together, one by one, once, or only rehearsed.

A use case answers a `Proposal`: what it would propose on any draft.  Making it, making a hundred
in one commit, and telling what it would change are the same proposal on a draft that is committed,
shared or thrown away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from attrs import define
from msgspec import Struct

from provd.application.json_patch import json_patch
from provd.application.merge_patch import merge_patch
from provd.application.receipts import AlreadyMade, Once, Receipts
from provd.application.slices import Slices
from provd.application.writing import TRIES, commit, write
from provd.contracts import IDocumentStore, IDraft
from provd.documents import Document, redacted, to_show
from provd.values import Invalid, Problem, ProvdError, RevisionConflict, StoreUnavailable

Patch = Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""A merge patch (RFC 7396), or the operations of a JSON patch (RFC 6902)."""


Change = tuple[str, Document | None, Document | None]
"""A collection, and a document of it before and after; None: there is none."""

Outcome = Mapping[str, Any]
"""What came of a change: its `op` and `id`, and the `problem` where it was not made."""


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
        try:
            propose = self._with_receipt(proposal, asked)
            await write(self._store, cause, propose, retry=_retries(proposal, asked))
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
        tries = _tries(proposals)
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

    def earlier(self, asked: Once | None) -> Any:
        """The outcome of a call that was made before; None where it was not, or not to its end.

        @raise KeyReused: its key was used for another.
        """
        if asked is not None:
            try:
                self._receipts.find(asked)
            except AlreadyMade as before:
                return before.outcome
        return None

    async def make_each(
        self,
        proposals: Sequence[Proposal | ProvdError],
        cause: str,
        tell: Callable[[ProvdError], Any],
        asked: Once | None = None,
    ) -> Sequence[Outcome]:
        """Make each in a commit of its own; answers the outcome of each, with the `problem` of those that
        cannot be made as `tell` has it.

        A call that is made once leaves a receipt of each change it made until it is over: whoever
        sends it again after a crash has the rest made.

        @raise KeyReused, StoreUnavailable: not all was made, or not that it was can be kept.
        """
        outcomes: list[Outcome] = []
        newest = None
        async for at, proposal in self._slices.over(enumerate(proposals)):
            try:
                if isinstance(proposal, ProvdError):
                    raise proposal
                propose = self._with_receipt(proposal, asked.part(at) if asked else None)
                retry = _retries(proposal, asked)
                _none, newest = await commit(self._store, cause, propose, retry=retry)
                outcomes.append(_outline(proposal))
            except AlreadyMade as before:
                outcomes.append(before.outcome)
            except ProvdError as error:
                outcomes.append({**_outline(proposal), "problem": tell(error)})
        if newest is not None:
            # What is durable up to the newest is durable for all.
            await self._store.durable(newest)
        return outcomes if asked is None else await self._closed(asked, cause, outcomes)

    async def _closed(
        self, asked: Once, cause: str, outcomes: Sequence[Outcome]
    ) -> Sequence[Outcome]:
        """Keep that a call was made to its end; answers what came of it, here or where it was sent as well."""
        try:
            await write(
                self._store, cause, lambda draft: self._receipts.close(draft, asked, outcomes)
            )
        except AlreadyMade as before:
            return before.outcome  # type: ignore[no-any-return]  # it was kept here
        self._receipts.kept(asked)
        return outcomes

    def _with_receipt(self, proposal: Proposal, asked: Once | None) -> Callable[[IDraft], None]:
        def propose(draft: IDraft) -> None:
            if asked is not None:
                self._receipts.keep(draft, asked, _outline(proposal))
            proposal.propose(draft)

        return propose

    async def rehearse(
        self, proposals: Sequence[Proposal], cause: str, *, hides: bool = False
    ) -> list[dict[str, Any]]:
        """What would change, by the very code that changes; the draft is thrown away.

        What was asked for comes first.  To whom secrets are hidden (`hides`), a document that has any
        is told as one that changes also where it would not: else whoever guesses a secret would be told
        when the guess is right.

        @raise ProvdError: as making them would.
        """
        if why_not := self._store.unavailable():
            raise StoreUnavailable(why_not)
        draft = await self._fitting(proposals, cause)
        asked = {each.collection for each in proposals}
        changes = _with_guesses(draft, proposals) if hides else draft.proposals()
        return [_change(each, whole=each[0] in asked) for each in changes]

    async def _fitting(self, proposals: Sequence[Proposal], cause: str) -> IDraft:
        """A draft with all of them that could be committed; it is made in turns, as often as for a commit.

        @raise DraftRefused: it could not.
        """
        tries = _tries(proposals)
        while True:
            tries -= 1
            draft = await self._proposed(proposals, cause)
            refusal = self._store.refusal(draft)
            if refusal is None:
                return draft
            if not (tries and isinstance(refusal, RevisionConflict)):
                raise refusal

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


def _tries(proposals: Sequence[Proposal]) -> int:
    """How often they are proposed together."""
    return 1 if any(each.insists for each in proposals) else TRIES


def _retries(proposal: Proposal, asked: Once | None) -> bool:
    """Whoever was faster with a call that is made once may have made this very one."""
    return asked is not None or not proposal.insists


def _outline(proposal: Proposal | ProvdError) -> dict[str, str]:
    if isinstance(proposal, ProvdError):
        return {}
    return {"op": proposal.op, "id": proposal.document_id}


def _with_guesses(draft: IDraft, proposals: Sequence[Proposal]) -> Iterable[Change]:
    """What a draft changes, with the documents that were asked for, in their order, before all others."""
    changes: dict[tuple[str, str], Change] = {}
    for each in proposals:
        key = each.collection, each.document_id
        present = draft.get(*key)
        if present is not None and _has_secret(present):
            changes[key] = (each.collection, present, present)
    for collection, before, after in draft.proposals():
        document = before or after
        assert document is not None  # noqa: S101 - a proposal has one of the two
        changes[collection, document.id] = (collection, before, after)
    return changes.values()


def _has_secret(document: Document) -> bool:
    shown = to_show(document)
    return bool(redacted(shown) != shown)


def _change(proposed: tuple[str, Any, Any], *, whole: bool) -> dict[str, Any]:
    """One change as it is told; what only follows from what was asked is named, not shown."""
    collection, before, after = proposed
    action = "create" if before is None else "delete" if after is None else "update"
    change = {"collection": collection, "id": (after or before).id, "action": action}
    if whole:
        change["before"] = None if before is None else to_show(before)
        change["after"] = None if after is None else to_show(after)
    return change
