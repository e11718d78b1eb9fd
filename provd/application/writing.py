"""The way every change of an operator takes: propose, commit, wait until it is kept, tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from twisted.logger import Logger

from provd.contracts import IDocumentStore, IDraft
from provd.documents import secrets_restored
from provd.values import Committed, Invalid, RevisionConflict, in_detail

log = Logger("provd.application")

T = TypeVar("T")

TRIES = 3
"""How often a change nobody insists on a revision for is proposed again."""


async def write(
    store: IDocumentStore, cause: str, propose: Callable[[IDraft], T], *, retry: bool = True
) -> T:
    """Commit what `propose` proposes on a draft, and answer what it returned once it is durable.

    Raises as `commit` does.
    """
    result, committed = await commit(store, cause, propose, retry=retry)
    await store.durable(committed)
    if in_detail():
        log.debug("kept up to position {position}", position=committed.position.n)
    return result


async def commit(
    store: IDocumentStore, cause: str, propose: Callable[[IDraft], T], *, retry: bool = True
) -> tuple[T, Committed]:
    """Commit what `propose` proposes on a draft; answers what it returned, and what is to be durable.

    `propose` is called again on a fresh draft when somebody else was faster, unless the caller
    insisted on a revision (`retry` False).

    @raise RevisionConflict: it kept changing.
    @raise KeyClaimed, StoreUnavailable: as the store says.
    """
    tries = TRIES if retry else 1
    while True:
        tries -= 1
        draft = store.draft(cause)
        result = propose(draft)
        try:
            return result, await store.commit(draft)
        except RevisionConflict as conflict:
            if not tries:
                raise
            if in_detail():
                log.debug("proposing it again: {conflict}", conflict=conflict)


async def settled(store: IDocumentStore, collection: str, document_id: str) -> Any:
    """The document as it may be told: what is read now, once that survives a crash."""
    document = store.get(collection, document_id)
    waiting = store.awaited(collection, document_id)
    if waiting is not None:
        await waiting
    return document


def with_secrets(
    given: Mapping[str, Any], present: Mapping[str, Any], subject: str
) -> Mapping[str, Any]:
    """What a client sent, with the secrets it was not shown put back where it left their placeholders.

    @raise Invalid: a placeholder stands where there is no secret.
    """
    restored, problems = secrets_restored(given, present)
    if problems:
        raise Invalid(subject, problems)
    return restored  # type: ignore[no-any-return]  # a mapping, as what was given
