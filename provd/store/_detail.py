"""What the store does on behalf of a call, for somebody who wants to read all of it: ids and numbers, no values."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.logger import Logger

from provd.values import Change, DraftRefused, Position

log = Logger("provd.store")

MOST = 20
"""Changes of one commit that are named."""


def tell_applied(position: Position, changes: Sequence[Change]) -> None:
    """Write down a commit."""
    named = [f"{_done(each)} {each.collection}/{each.document_id}" for each in changes[:MOST]]
    if len(changes) > MOST:
        named.append(f"{len(changes) - MOST} more")
    log.debug(
        "committed up to position {position}: {changes}",
        position=position.n,
        changes=", ".join(named) or "nothing",
    )


def tell_refused(refusal: DraftRefused) -> None:
    """Write down a commit that was not made."""
    log.debug("refused to commit: {refusal}", refusal=refusal)


def _done(change: Change) -> str:
    if change.before is None:
        return "created"
    return "deleted" if change.after is None else "updated"
