"""Deferreds that nobody waits for: looked at once, or left to themselves."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure


def outcome(deferred: Deferred[Any]) -> Any:
    """The result of a Deferred that has fired (a Failure included); None if it has not."""
    if not deferred.called:
        return None
    results: list[Any] = []
    deferred.addBoth(results.append)
    return results[0] if results else None


def nobodys_business(_failure: Failure) -> None:
    """How something ends that nobody waits for any more."""
