"""Copies of the store while it serves, as operations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from provd.application.acts import Acts
from provd.application.operations import Operations, Work

log = Logger("provd.backup")

KIND = "backup"

BackUp = Callable[[str], Deferred[int]]
"""Makes a copy of that name, where copies are, without blocking; fires with its bytes."""


class Backups:
    """Makes one copy at a time."""

    def __init__(
        self,
        operations: Operations,
        acts: Acts,
        now: Callable[[], float],
        back_up: BackUp | None = None,
    ) -> None:
        self._operations = operations
        self._acts = acts
        self._now = now
        self._back_up = back_up
        self._running: Work | None = None

    def made_by(self, back_up: BackUp) -> None:
        """How it is done is the business of whoever put the server together."""
        self._back_up = back_up

    async def start(self, cause: str) -> dict[str, Any]:
        """Begin a copy, and answer its operation; the one under way, where there is one.

        @raise StoreUnavailable: an operation cannot be kept.
        """
        if self._running is None:
            self._running = work = await self._operations.start(KIND, cause=cause)
            await self._acts.write_down(KIND, cause, {"operation": work.id})
            Deferred.fromCoroutine(self._make(work)).addErrback(
                lambda failure: log.failure("a backup ended in a defect", failure)
            )
            return await self._operations.get(work.id)
        return await self._operations.get(self._running.id)

    async def _make(self, work: Work) -> None:
        when = datetime.fromtimestamp(self._now(), UTC).strftime("%Y%m%dT%H%M%SZ")
        name = f"provd-{when}-{work.id[:8].lower()}.db"
        try:
            if self._back_up is None:
                await work.fail("this server has no place for backups")
            else:
                size = await self._back_up(name)
                await work.succeed({"file": f"backups/{name}", "bytes": size})
        except Exception as error:  # noqa: BLE001 - a full disk, whatever it is called; told, not raised
            log.error("the backup {name} failed: {error}", name=name, error=error)
            await work.fail(str(error) or type(error).__name__)
        finally:
            self._operations.over(work)
            self._running = None
