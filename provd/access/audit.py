"""The audit trail: what somebody changes is written down in the same commit, or not changed at all."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from itertools import count, islice
from typing import Any

import msgspec
from msgspec import Raw
from msgspec.structs import replace
from twisted.internet.defer import Deferred
from zope.interface import implementer

from provd.contracts import ICollection, IDocumentStore, IDraft, IFeed
from provd.documents import EMPTY_OBJECT, AuditLine, Document, Kind, redacted, to_dict
from provd.values import Caused, Change, Committed, DraftRefused, read_cause

COLLECTION = "audit"

AUDITED = frozenset({"devices", "configs", "users", "roles", "tokens", "operations"})
"""Collections whose changes are somebody's doing; a status is what the server saw."""

LARGEST = 64 << 10
"""Bytes of a document that are written down; of a larger one, only how large it is."""


class AuditTrail:
    """Adds a line to a draft for each document that somebody changes, and lets the oldest lines go."""

    def __init__(self, store: IDocumentStore, now: Callable[[], float], kept: int) -> None:
        self._store = store
        self._now = now
        self._kept = kept
        self._numbers = count()
        """Those of one millisecond sort by these."""
        self._ids = deque(sorted(line.id for line in store.collection(COLLECTION)))
        store.feed.subscribe("audit trail", [COLLECTION], self._told)

    def keep(self, kept: int) -> None:
        """Keep so many lines from now on."""
        self._kept = kept

    def _told(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.after is not None:
                self._ids.append(change.document_id)
            elif self._ids and self._ids[0] == change.document_id:
                self._ids.popleft()

    def record(self, draft: IDraft) -> None:
        """Write down what a draft proposes, where somebody is behind it."""
        caused = read_cause(draft.cause)
        if caused is None:
            return
        proposals = [each for each in draft.proposals() if each[0] in AUDITED]
        for collection, before, after in proposals:
            line = self._line(caused, collection, before or after, _action(before, after))
            was, is_ = _difference(before, after)
            draft.put(COLLECTION, replace(line, before=was, after=is_))
        self._let_go(draft, len(proposals))

    def record_reading(self, draft: IDraft, document: Document, collection: str) -> None:
        """Write down that a document is read in clear, also where nobody had to say who they are."""
        caused = read_cause(draft.cause) or Caused(draft.cause, "")
        draft.put(COLLECTION, self._line(caused, collection, document, "reveal"))
        self._let_go(draft, 1)

    def _line(
        self, caused: Caused, collection: str, document: Document | None, action: str
    ) -> AuditLine:
        assert document is not None  # noqa: S101 - a proposal has one of the two
        now = self._now()
        return AuditLine(
            id=f"{int(now * 1000):014d}-{next(self._numbers) % 10**6:06d}-{secrets.token_hex(2)}",
            at=now,
            action=action,
            collection=collection,
            document_id=document.id,
            who=caused.who,
            where=caused.where,
            cause=caused.id,
            tenant=document.tenant,
        )

    def _let_go(self, draft: IDraft, added: int) -> None:
        """The oldest lines make room; after the bound was lowered, ten for each new one."""
        surplus = len(self._ids) + added - self._kept
        for line_id in islice(self._ids, max(0, min(surplus, 10 * added))):
            draft.delete(COLLECTION, line_id)


def _action(before: Document | None, after: Document | None) -> str:
    if before is None:
        return "create"
    return "delete" if after is None else "update"


def _difference(before: Document | None, after: Document | None) -> tuple[Raw, Raw]:
    """Both documents, secrets hidden; where there are two, only the keys that differ."""
    was = to_dict(before) if before is not None else {}
    is_ = to_dict(after) if after is not None else {}
    differing = {key for key in {*was, *is_} if was.get(key) != is_.get(key)} - {"revision"}
    return _kept(was, differing), _kept(is_, differing)


def _kept(document: Mapping[str, Any], keys: set[str]) -> Raw:
    chosen = {key: each for key, each in document.items() if key in keys}
    if not chosen:
        return EMPTY_OBJECT
    text = msgspec.json.encode(redacted(chosen))
    if len(text) > LARGEST:
        text = msgspec.json.encode({"bytes": len(text), "keys": sorted(keys)[:100]})
    return Raw(text)


@implementer(IDocumentStore)
class AuditedStore:
    """A store whose commits leave a trail; everything else is the store's own."""

    def __init__(self, store: IDocumentStore, trail: AuditTrail) -> None:
        self._store = store
        self.trail = trail

    @property
    def feed(self) -> IFeed:
        return self._store.feed  # type: ignore[no-any-return]  # an Attribute says no type

    @property
    def kinds(self) -> Mapping[str, Kind]:
        return self._store.kinds  # type: ignore[no-any-return]  # an Attribute says no type

    @property
    def pending(self) -> bool:
        return bool(self._store.pending)

    def get(self, collection: str, document_id: str) -> Any:
        return self._store.get(collection, document_id)

    def by(self, collection: str, field: str, value: str) -> tuple[Any, ...]:
        return self._store.by(collection, field, value)

    def position(self, collection: str) -> int:
        return self._store.position(collection)

    def collection(self, name: str) -> ICollection:
        return self._store.collection(name)

    def draft(self, cause: str) -> IDraft:
        return self._store.draft(cause)

    def commit(self, draft: IDraft) -> Deferred[Committed]:
        """Commit a draft with its lines; a draft that is refused leaves none."""
        self.trail.record(draft)
        return self._store.commit(draft)

    def refusal(self, draft: IDraft) -> DraftRefused | None:
        return self._store.refusal(draft)

    def durable(self, committed: Committed) -> Deferred[None]:
        return self._store.durable(committed)

    def awaited(self, collection: str, document_id: str) -> Deferred[None] | None:
        return self._store.awaited(collection, document_id)

    def unavailable(self) -> str:
        return self._store.unavailable()

    def quarantined(self) -> tuple[str, ...]:
        return self._store.quarantined()

    def close(self) -> Deferred[None]:
        return self._store.close()
