"""What every backend shares: documents in memory, one write door's checks, and the feed.

Whoever owns the documents (a file of our own, a shared server), every node reads them from
memory and refuses the same drafts for the same reasons.  A backend adds the keeping.

A document's revision is the feed position of the change that wrote it: it grows with every
change of any document, and never comes back, not even when a document is deleted and made anew.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec

from provd.contracts import IDraft
from provd.documents.base import Document, Kind
from provd.store._collection import Collection
from provd.store._detail import tell_applied, tell_refused
from provd.store._draft import Claim, Draft, Key, Proposal, own
from provd.store._feed import Feed
from provd.store._find import Searches
from provd.store._indexes import Index
from provd.store._reactor import Time
from provd.values import (
    Change,
    Committed,
    DraftRefused,
    KeyClaimed,
    Position,
    RevisionConflict,
    in_detail,
)

_replace = msgspec.structs.replace

ANY = "*"
"""In the place of an id: the conflict is about a whole collection."""


class Replica:
    """All collections of a store in memory."""

    def __init__(
        self, kinds: Iterable[Kind], clock: Time, owner: str, epoch: int, n: int = 0
    ) -> None:
        self.kinds: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in kinds})
        searches = Searches(clock)
        self._collections = {name: Collection(kind, searches) for name, kind in self.kinds.items()}
        self._documents = {name: each.documents for name, each in self._collections.items()}
        self._owner = owner
        self._epoch = epoch
        self._n = n
        self.feed = Feed(owner, epoch, n)

    def get(self, collection: str, document_id: str) -> Any:
        return self._documents[collection].get(document_id)

    def by(self, collection: str, field: str, value: str) -> tuple[Any, ...]:
        return self._collections[collection].by(field, value)

    def position(self, collection: str) -> int:
        return self._collections[collection].position

    def collection(self, name: str) -> Collection:
        return self._collections[name]

    def index(self, collection: str, field: str) -> Index:
        """One index. @raise KeyError: the field has none."""
        return self._collections[collection].indexes[field]

    def draft(self, cause: str) -> Draft:
        return Draft(self, cause)

    def load(self, collection: str, documents: Iterable[Document]) -> None:
        """Take in what was kept, at start; nobody is told."""
        self._collections[collection].load(documents)

    def refusal(self, draft: IDraft) -> DraftRefused | None:
        refusal = next(self._refusals(own(draft)), None)
        if refusal is not None and in_detail():
            tell_refused(refusal)
        return refusal

    def apply(self, draft: Draft) -> Committed:
        """Apply a draft that is not refused, have it kept, and tell the feed.

        In this order: a subscriber who commits in turn must come after what it heard.
        """
        changes = tuple(self._changes(draft))
        position = Position(self._owner, self._epoch, self._n)
        if in_detail():
            tell_applied(position, changes)
        if changes:
            self._accept(changes, draft.urgent_keys)
            self.feed.apply(position, changes)
        return Committed(position, changes)

    def _accept(self, changes: Sequence[Change], urgent: Container[Key]) -> None:
        """Have changes kept, which memory has now, those in `urgent` soon: the backend's part."""
        raise NotImplementedError

    def _changes(self, draft: Draft) -> Iterator[Change]:
        for (collection, document_id), proposal in (draft._proposed or {}).items():
            before, after = proposal.before, proposal.after
            if before is None and after is None:
                continue
            self._n = n = self._n + 1
            if after is not None:
                after = _replace(after, revision=n)
            self._collections[collection].apply(n, before, after)
            yield Change(n, collection, document_id, before, after, draft.cause)

    def _refusals(self, draft: Draft) -> Iterator[DraftRefused]:
        proposed = draft._proposed or {}
        given: dict[Claim, str] = {}
        for (collection, document_id), proposal in proposed.items():
            yield from self._moved_on(collection, document_id, proposal.base)
            if proposal.after is not None:
                yield from self._taken(proposed, collection, proposal, given)
        for (collection, document_id), read in (draft._reads or {}).items():
            yield from self._moved_on(collection, document_id, read)
        yield from self._went_on(draft._relied or {})
        for claim, holder in draft._claims or ():
            for found in draft.by(claim.collection, claim.field, claim.value):
                if found.id != holder:
                    yield KeyClaimed(claim.collection, claim.field, claim.value, found.id)

    def _went_on(self, relied: Mapping[str, int]) -> Iterator[DraftRefused]:
        for collection, position in relied.items():
            current = self._collections[collection].position
            if current != position:
                yield RevisionConflict(collection, ANY, position, current)

    def _moved_on(self, collection: str, document_id: str, read: int) -> Iterator[DraftRefused]:
        kept = self._documents[collection].get(document_id)
        current = kept.revision if kept is not None else 0
        if current != read:
            yield RevisionConflict(collection, document_id, read, current)

    def _taken(
        self,
        proposed: Mapping[Key, Proposal],
        collection: str,
        proposal: Proposal,
        given: dict[Claim, str],
    ) -> Iterator[DraftRefused]:
        """A unique value belongs to another document, here or in the same draft (`given`).

        Who is in the draft has the values that the draft gives him.
        """
        before, after = proposal.before, proposal.after
        alone = len(proposed) == 1
        for field in self.kinds[collection].unique:
            index = self._collections[collection].indexes[field]
            if alone and before is not None and index.of(before) == index.of(after):
                continue
            for value in index.values(after):
                for holder in index.ids(value):
                    if holder != after.id and (collection, holder) not in proposed:
                        yield KeyClaimed(collection, field, value, holder)
                claim = Claim(collection, field, value)
                holder = given.setdefault(claim, after.id)
                if holder != after.id:
                    yield KeyClaimed(collection, field, value, holder)
