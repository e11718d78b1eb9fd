"""Copies of the store while it serves, as operations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from attrs import define
from msgspec import to_builtins
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from provd.application.acts import Acts
from provd.application.operations import Operations, Work
from provd.store import Contents, Copy
from provd.values import NoSuchDocument, ProvdError

log = Logger("provd.backup")

KIND = "backup"


class Copies(Protocol):
    """Where copies are. Nothing here blocks."""

    def make(self, name: str) -> Deferred[Copy]:
        """Make one; only a complete copy ever has that name."""

    def all(self) -> Deferred[Sequence[Copy]]:
        """Every one, the newest first."""

    def read(self, name: str) -> Deferred[Contents]:
        """What one holds, checked whole. Fails with `CopyUnusable` or `NoSuchDocument`."""

    def receive(self, name: str, offset: int, piece: bytes) -> Deferred[int]:
        """One piece more of a copy from elsewhere; how much of it there is then."""

    def accept(self, name: str, sha256: str) -> Deferred[Copy]:
        """All pieces are there: check it as a whole, and make it one of the copies."""


@define
class NoPlaceForCopies(ProvdError):
    """The server keeps its documents in no file."""

    def __str__(self) -> str:
        return "this server has no place for backups: it keeps its documents in memory only"


class Backups:
    """Makes one copy at a time, and knows those that there are."""

    def __init__(self, operations: Operations, acts: Acts, now: Callable[[], float]) -> None:
        self._operations = operations
        self._acts = acts
        self._now = now
        self._copies: Copies | None = None
        self._running: Work | None = None

    def kept_in(self, copies: Copies) -> None:
        """Where they are kept is the business of whoever put the server together."""
        self._copies = copies

    @property
    def possible(self) -> bool:
        """Whether there is a place for copies."""
        return self._copies is not None

    def copies(self) -> Copies:
        """Where they are kept. @raise NoPlaceForCopies: nowhere."""
        if self._copies is None:
            raise NoPlaceForCopies
        return self._copies

    async def list(self) -> list[dict[str, Any]]:
        """Every copy there is, the newest first."""
        found = await self._copies.all() if self._copies is not None else ()
        return [to_builtins(each) for each in found]

    async def get(self, name: str) -> dict[str, Any]:
        """One copy. @raise NoSuchDocument: there is none."""
        for each in await self.list():
            if each["name"] == name:
                return each
        raise NoSuchDocument("backups", name)

    async def receive(self, name: str, offset: int, piece: bytes) -> dict[str, Any]:
        """One piece more of a copy from elsewhere.

        @raise Invalid, PieceOutOfPlace: it cannot be one, or does not follow on those that are there.
        """
        return {"name": name, "received": await self.copies().receive(name, offset, piece)}

    async def accept(self, name: str, sha256: str, cause: str) -> dict[str, Any]:
        """All pieces are there: have it checked, and be one of the copies; nothing is restored yet.

        @raise Invalid: it is another than was sent.
        @raise CopyUnusable: it could not be restored.
        """
        copy = await self.copies().accept(name, sha256)
        await self._acts.write_down("receive", cause, {"name": name, "sha256": copy.sha256})
        return dict(to_builtins(copy))

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
            copy = await self.copies().make(name)
            result = {"name": name, "file": f"backups/{name}", "bytes": copy.bytes}
            await work.succeed({**result, "sha256": copy.sha256})
        except Exception as error:  # noqa: BLE001 - a full disk, whatever it is called; told, not raised
            log.error("the backup {name} failed: {error}", name=name, error=error)
            await work.fail(str(error) or type(error).__name__)
        finally:
            self._operations.over(work)
            self._running = None
