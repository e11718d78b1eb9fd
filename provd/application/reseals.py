"""Sealing everything with another key while the server serves, as an operation."""

from __future__ import annotations

from typing import Any, Protocol

from attrs import define
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from provd.application.acts import Acts
from provd.application.operations import Operations, Work
from provd.store import Resealing
from provd.values import ProvdError

log = Logger("provd.store")

KIND = "reseal"


class Keys(Protocol):
    """Where the keys are."""

    def read(self) -> Deferred[Resealing]:
        """Read them again. Fails with `UnusableSealKeys`."""


@define
class NothingIsSealed(ProvdError):
    """There are no keys."""

    def __str__(self) -> str:
        return (
            "nothing is sealed here: name a file with keys in seal_keys of [store], and start the"
            " server again"
        )


@define
class SealsBroken(ProvdError):
    """Some documents could not be opened."""

    number: int

    def __str__(self) -> str:
        return (
            f"the seals of {self.number} documents are broken; keep the former keys, and start the"
            " server again: it sets these aside, and tells which they are"
        )


class Reseals:
    """Seals everything anew, once at a time."""

    def __init__(self, operations: Operations, acts: Acts) -> None:
        self._operations = operations
        self._acts = acts
        self._keys: Keys | None = None
        self._running: Work | None = None

    def keys_from(self, keys: Keys) -> None:
        """Where they are is the business of whoever put the server together."""
        self._keys = keys

    @property
    def possible(self) -> bool:
        """Whether there are keys."""
        return self._keys is not None

    async def start(self, cause: str) -> dict[str, Any]:
        """Read the keys again and begin to seal with the first; the operation under way, where there is one.

        What was sealed when it was cancelled, or cut short, stays so; the next one does the rest.

        @raise StoreUnavailable: an operation cannot be kept.
        """
        if self._running is None:
            self._running = work = await self._operations.start(KIND, cause=cause)
            await self._acts.write_down(KIND, cause, {"operation": work.id})
            Deferred.fromCoroutine(self._reseal(work)).addErrback(
                lambda failure: log.failure("sealing ended in a defect", failure)
            )
            return await self._operations.get(work.id)
        return await self._operations.get(self._running.id)

    async def _reseal(self, work: Work) -> None:
        try:
            sealed = await self._go_through(work)
            if not work.cancelled:
                await work.succeed({"sealed": sealed})
        except Exception as error:  # noqa: BLE001 - a full disk, whatever it is called; told, not raised
            log.error("documents were not sealed anew: {error}", error=error)
            await work.fail(str(error) or type(error).__name__)
        finally:
            self._operations.over(work)
            self._running = None

    async def _go_through(self, work: Work) -> int:
        """Slice by slice; commits come in between. @raise SealsBroken: not everything could be opened."""
        if self._keys is None:
            raise NothingIsSealed
        resealing = await self._keys.read()
        left = await resealing.begin()
        await work.progress(0, left)
        sealed = 0
        while not work.cancelled and (some := await resealing.step()):
            sealed += some
            await work.progress(sealed)
        if resealing.broken:
            raise SealsBroken(resealing.broken)
        if not work.cancelled:
            await resealing.end()
        return sealed
