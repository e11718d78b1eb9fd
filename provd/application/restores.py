"""A copy put in the place of what there is, while the server serves: all of it at once, or nothing.

A restore is a commit like any other: every follower of the feed hears what changed, and a phone is
answered out of what was before or out of what is after.  What the server promised or witnessed is no
part of it: the trail, operations, tokens (one that was revoked stays so) and leases stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from provd.access import AuditedStore
from provd.application.backups import Backups
from provd.application.errors import RestoreUnderWay
from provd.application.lifecycle import drop_secrets, drop_tokens
from provd.application.operations import Operations, Work
from provd.application.slices import Slices
from provd.contracts import IDraft
from provd.documents import Document
from provd.store import Contents
from provd.values import Change, Invalid, Problem, ProvdError

log = Logger("provd.restore")

KIND = "restore"

LEFT_ALONE = frozenset(
    {
        *("audit", "operations", "receipts", "synchronizations", "tokens"),
        *("leases", "tenures", "shortages"),
        # What was opened then is not open now, and what was seen then is not to be looked at now.
        *("enrolments", "alerts"),
        # A password that was replaced, and a URL that was used up, must not be good again.
        *("credentials", "url-tokens"),
    }
)
"""Collections that a restore does not touch."""

SEEN = "statuses"
"""What the server saw of a device goes with the device, and is not rolled back."""

_GO_ALONG: Mapping[str, Callable[[IDraft, str], None]] = {
    "users": drop_tokens,
    "devices": drop_secrets,
}

Key = tuple[str, str]


def copy_named(given: Mapping[str, Any]) -> str:
    """Which copy is to be restored. @raise Invalid: nothing, or something else, is told."""
    problems = [Problem(key, "is no key of this", "name") for key in given if key != "name"]
    problems += copy_problems(given)
    if problems:
        raise Invalid("restore", tuple(problems))
    return str(given["name"])


def copy_problems(given: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with the name of a copy."""
    if not isinstance(given.get("name"), str) or not given["name"]:
        yield Problem("name", "is missing or no text", "the name of a backup")


class Restores:
    """Restores one copy at a time."""

    def __init__(
        self, store: AuditedStore, backups: Backups, operations: Operations, slices: Slices
    ) -> None:
        self._store = store
        self._backups = backups
        self._operations = operations
        self._slices = slices
        self._running: Work | None = None

    async def start(self, name: str, cause: str, *, rehearse: bool = False) -> dict[str, Any]:
        """Begin to restore a copy, and answer the operation; to `rehearse` is to change nothing.

        @raise NoSuchDocument, NoPlaceForCopies: there is no such copy.
        @raise RestoreUnderWay: one thing at a time.
        @raise StoreUnavailable: an operation cannot be kept.
        """
        await self._backups.get(name)
        if self._running is not None:
            raise RestoreUnderWay(self._running.id)
        self._running = work = await self._operations.start(KIND, label=name, cause=cause)
        Deferred.fromCoroutine(self._restore(work, name, cause, rehearse=rehearse)).addErrback(
            lambda failure: log.failure("a restore ended in a defect", failure)
        )
        return await self._operations.get(work.id)

    async def _restore(self, work: Work, name: str, cause: str, *, rehearse: bool) -> None:
        try:
            found = await self._backups.copies().read(name)
            wanted = {name: each for name, each in found.items() if name not in LEFT_ALONE}
            await self._take(work, name, cause, wanted, rehearse=rehearse)
        except ProvdError as error:
            log.error("{name} was not restored: {error}", name=name, error=error)
            await work.fail(str(error))
        except Exception as error:
            await work.fail(f"a defect: {type(error).__name__}")
            raise
        finally:
            self._operations.over(work)
            self._running = None

    async def _take(
        self, work: Work, name: str, cause: str, wanted: Contents, *, rehearse: bool
    ) -> None:
        """Find out in turns what differs; change it in one.

        @raise KeyClaimed, StoreUnavailable: nothing was changed.
        """
        touched: dict[Key, None] = {}

        def told(changes: Sequence[Change]) -> None:
            touched.update(((each.collection, each.document_id), None) for each in changes)

        following = self._store.feed.subscribe("restore", sorted(wanted), told)
        try:
            differing = await self._differing(work, wanted)
            # From here on nothing is waited for: what came meanwhile is looked at again.
            if work.cancelled:
                return
            draft = self._store.draft(cause)
            for key in {**differing, **touched}:
                _propose(draft, wanted, key)
            told_of_it = {"name": name, **_counted(draft)}
            _let_go_along(draft)
            if rehearse:
                await work.succeed(told_of_it)
                return
            work.succeed_in(draft, told_of_it)
            committed = await self._store.commit_as(
                draft, KIND, {**told_of_it, "operation": work.id}
            )
        finally:
            following.cancel()
        await self._store.durable(committed)
        log.info("{name} was restored by {cause}", name=name, cause=cause)

    async def _differing(self, work: Work, wanted: Contents) -> dict[Key, None]:
        differing: dict[Key, None] = {}
        await work.progress(0, sum(map(len, wanted.values())))
        at = 0
        async for key in self._slices.over(self._keys(wanted)):
            at += 1
            if work.cancelled:
                break
            if at % 10_000 == 0:
                await work.progress(at)
            if _after(self._store, wanted, key) is not self._store.get(*key):
                differing[key] = None
        return differing

    def _keys(self, wanted: Contents) -> Iterator[Key]:
        """Every document that will be there, or is."""
        for collection, documents in wanted.items():
            yield from ((collection, each) for each in documents)
            for present in self._store.collection(collection):
                if present.id not in documents:
                    yield collection, present.id


def _after(there: Any, wanted: Contents, key: Key) -> Document | None:
    """What is to be there: the very document that is, where it stays."""
    collection, document_id = key
    present: Document | None = there.get(collection, document_id)
    found = wanted[collection].get(document_id)
    if collection == SEEN and document_id in wanted["devices"]:
        return present or found
    if present is None or found is None:
        return found
    found = replace(found, revision=present.revision)
    return present if found == present else found


def _propose(draft: IDraft, wanted: Contents, key: Key) -> None:
    collection, document_id = key
    present = draft.get(collection, document_id)
    after = _after(draft, wanted, key)
    if after is present:
        return
    if after is None:
        draft.delete(collection, document_id)
    else:
        revision = present.revision if present is not None else 0
        draft.put(collection, replace(after, revision=revision))


def _let_go_along(draft: IDraft) -> None:
    """Tokens, credentials and one-time URLs are left alone, but for those of users and devices that go."""
    for collection, before, after in draft.proposals():
        if before is not None and after is None and collection in _GO_ALONG:
            _GO_ALONG[collection](draft, before.id)


def _counted(draft: IDraft) -> dict[str, int]:
    """How many documents change, and how."""
    numbers = {"created": 0, "updated": 0, "deleted": 0}
    for _where, before, after in draft.proposals():
        what = "created" if before is None else "deleted" if after is None else "updated"
        numbers[what] += 1
    return numbers
