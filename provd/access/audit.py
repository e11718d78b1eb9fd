"""The audit trail: what somebody changes is written down in the same commit, or not changed at all."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import count, islice, takewhile
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace
from twisted.internet.defer import Deferred
from zope.interface import implementer

from provd.contracts import ICollection, IDocumentStore, IDraft, IFeed
from provd.documents import (
    EMPTY_OBJECT,
    AuditLine,
    Document,
    Kind,
    preferences_in,
    redacted,
    to_dict,
)
from provd.values import Caused, Change, Committed, DraftRefused, read_cause

COLLECTION = "audit"

AUDITED = frozenset(
    {
        "devices",
        "configs",
        "users",
        "roles",
        "tokens",
        "rights",
        "operations",
        "preferences",
        "subnets",
        "reservations",
        "leases",
        "boot-rules",
        "serving-policies",
        "enrolments",
        "keys",
        "credentials",
        "url-tokens",
    }
)
"""Collections whose changes are somebody's doing; a status is what the server saw."""

UNWRITTEN = frozenset({"revision", "holding", "digest"})
"""Keys that tell nobody anything: the store's own, and what is made of others."""

SYSTEM, SERVER_ID = "system", "provd"
"""What is done to the server as a whole is done to this."""

LOG_IN_FAILED = "log-in-failed"

NO_USER = "?"
"""Stands for one that there is not; no id is spelled so."""

FAILURES_SHARE = 10
"""One line of so many may be about a log-in that failed: a guesser pushes out no others."""

LARGEST = 64 << 10
"""Bytes of a document that are written down; of a larger one, only how large it is."""


class Failures(Struct, frozen=True):
    """Log-ins from one place that failed."""

    way: str
    """`basic`, `bearer` or `certificate`."""
    user: str
    """Whose name was given; empty where there is no such user."""
    source: str
    """The address that they came from; empty for many."""
    number: int


class AuditTrail:
    """Adds a line to a draft for each document that somebody changes, and lets the oldest lines go."""

    def __init__(self, store: IDocumentStore, now: Callable[[], float], kept: int) -> None:
        self._store = store
        self._now = now
        self._kept = kept
        self._numbers = count()
        """Those of one millisecond sort by these."""
        lines = sorted(store.collection(COLLECTION), key=attrgetter("id"))
        self._ids = deque(line.id for line in lines)
        self._failed = deque(
            line.id for line in lines if getattr(line, "action", "") == LOG_IN_FAILED
        )
        """The ids of lines that a stranger may have caused."""
        store.feed.subscribe("audit trail", [COLLECTION], self._told)

    def keep(self, kept: int) -> None:
        """Keep so many lines from now on."""
        self._kept = kept

    def outdated(self, most: int) -> list[str]:
        """The ids of the oldest lines, `most` at most, that are to be kept no longer."""
        seconds = preferences_in(self._store).audit_seconds
        if seconds is None:
            return []
        # Ids sort in order of time.
        newest = _instant(self._now() - seconds)
        return [*takewhile(lambda line_id: line_id < newest, islice(self._ids, most))]

    def _told(self, changes: Sequence[Change]) -> None:
        for change in changes:
            line_id = change.document_id
            if change.after is not None:
                self._ids.append(line_id)
                if change.after.action == LOG_IN_FAILED:
                    self._failed.append(line_id)
                continue
            # The oldest of all, or the oldest of a stranger's: somewhere in ten thousand ids.
            for ids in (self._ids, self._failed):
                with suppress(ValueError):
                    ids.remove(line_id)

    def record(self, draft: IDraft) -> None:
        """Write down what a draft proposes, where somebody is behind it."""
        caused = read_cause(draft.cause)
        if caused is None:
            return
        proposals = [each for each in draft.proposals() if each[0] in AUDITED]
        for collection, before, after in proposals:
            document = before or after
            assert document is not None  # noqa: S101 - a proposal has one of the two
            line = self._line(
                caused, collection, document.id, _action(before, after), document.tenant
            )
            was, is_ = _difference(before, after)
            draft.put(COLLECTION, replace(line, before=was, after=is_))
        self._let_go(draft, len(proposals))

    def record_act(self, draft: IDraft, action: str, told: Mapping[str, Any]) -> None:
        """Write down what somebody had the server do, and what came of it."""
        caused = read_cause(draft.cause) or Caused(draft.cause, "")
        line = self._line(caused, SYSTEM, SERVER_ID, action)
        draft.put(COLLECTION, replace(line, after=_kept(told, set(told))))
        self._let_go(draft, 1)

    def record_failures(self, draft: IDraft, failures: Sequence[Failures]) -> None:
        """Write down who could not prove who they are; these lines take a tenth of the trail at most."""
        for each in failures:
            told: dict[str, Any] = {"way": each.way, "failures": each.number}
            user = each.user or NO_USER
            line = self._line(Caused("", "", each.source), "users", user, LOG_IN_FAILED)
            draft.put(COLLECTION, replace(line, after=_kept(told, set(told))))
        share = max(self._kept // FAILURES_SHARE, 1)
        surplus = len(self._failed) + len(failures) - share
        gone = list(islice(self._failed, max(0, surplus)))
        for line_id in gone:
            draft.delete(COLLECTION, line_id)
        self._let_go(draft, len(failures) - len(gone))

    def record_reading(self, draft: IDraft, document: Document, collection: str) -> None:
        """Write down that a document is read in clear, also where nobody had to say who they are."""
        caused = read_cause(draft.cause) or Caused(draft.cause, "")
        line = self._line(caused, collection, document.id, "reveal", document.tenant)
        draft.put(COLLECTION, line)
        self._let_go(draft, 1)

    def _line(
        self, caused: Caused, collection: str, document_id: str, action: str, tenant: str = ""
    ) -> AuditLine:
        now = self._now()
        return AuditLine(
            id=f"{_instant(now)}-{next(self._numbers) % 10**6:06d}-{secrets.token_hex(2)}",
            at=now,
            action=action,
            collection=collection,
            document_id=document_id,
            who=caused.who,
            where=caused.where,
            cause=caused.id,
            tenant=tenant,
        )

    def _let_go(self, draft: IDraft, added: int) -> None:
        """The oldest lines make room; after the bound was lowered, ten for each new one."""
        surplus = len(self._ids) + added - self._kept
        for line_id in islice(self._ids, max(0, min(surplus, 10 * added))):
            draft.delete(COLLECTION, line_id)


def _instant(seconds: float) -> str:
    """With what the ids of lines of that time begin."""
    return f"{max(int(seconds * 1000), 0):014d}"


def _action(before: Document | None, after: Document | None) -> str:
    if before is None:
        return "create"
    return "delete" if after is None else "update"


def _difference(before: Document | None, after: Document | None) -> tuple[Raw, Raw]:
    """Both documents, secrets hidden; where there are two, only the keys that differ."""
    was = to_dict(before) if before is not None else {}
    is_ = to_dict(after) if after is not None else {}
    differing = {key for key in {*was, *is_} if was.get(key) != is_.get(key)} - UNWRITTEN
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

    def commit_as(self, draft: IDraft, action: str, told: Mapping[str, Any]) -> Deferred[Committed]:
        """Commit a draft that is one act, with one line for all of it."""
        self.trail.record_act(draft, action, told)
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
