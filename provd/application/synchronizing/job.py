"""One operation that synchronizes devices: how many have come how far, and what came of it."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from provd.application.operations import Operations, Work
from provd.application.synchronizing.keeping import COLLECTION, Keeping
from provd.contracts import IDocumentStore
from provd.documents import Stage, Synchronization
from provd.documents.synchronization import shown

log = Logger("provd.synchronization")

KIND = "synchronize"
"""Of the operation."""

MOST_ROWS = 1000
"""Devices that a result tells of one by one; those that did not come back go first."""

TELL_EVERY = 1.0
"""Seconds between two notes of progress."""


class Job:
    """The devices of one operation."""

    def __init__(self, work: Work, devices: int) -> None:
        self.work = work
        self.devices = devices
        self.left: set[str] = set()
        """The ids of those that are not over."""
        self.entering = True
        """Whether more of them come yet."""
        self.begun = False
        """Whether one of them was told."""
        self.told_of = -1
        """How many were over when progress was told last."""

    @property
    def over(self) -> int:
        """How many are over."""
        return self.devices - len(self.left)


class Each:
    """One device that is not over."""

    __slots__ = ("document", "job", "telling")

    def __init__(self, document: Synchronization, job: Job) -> None:
        self.document = document
        self.job = job
        self.telling: Deferred[Any] | None = None
        """While a driver is at it."""

    @property
    def is_to_be_told(self) -> bool:
        """Whether it waits for that, and nobody stopped its operation."""
        return self.document.stage is Stage.WAITING and not self.job.work.cancelled


class Jobs:
    """Those that are not over."""

    def __init__(
        self,
        store: IDocumentStore,
        operations: Operations,
        keeping: Keeping,
        clock: IReactorTime,
    ) -> None:
        self.open: dict[str, Job] = {}
        self._store = store
        self._operations = operations
        self._keeping = keeping
        self._clock = clock
        self._next: IDelayedCall | None = None

    def add(self, work: Work, devices: int) -> Job:
        """One more, of so many devices; which of them are left, the caller says."""
        job = self.open[work.id] = Job(work, devices)
        return job

    def went_on(self, job: Job) -> None:
        """Something became of one of its devices: tell how far it is, or that it is over."""
        if not job.left and not job.entering:
            if self.open.pop(job.work.id, None) is not None:
                in_background(self._finish(job))
        elif self._next is None:
            self._next = self._clock.callLater(TELL_EVERY, self._tell)

    def stop(self) -> None:
        """Leave them as they stand."""
        if self._next is not None:
            self._next.cancel()
            self._next = None
        for job in self.open.values():
            self._operations.over(job.work)
        self.open.clear()

    def _tell(self) -> None:
        self._next = None
        for job in self.open.values():
            if job.begun and job.told_of != job.over:
                job.told_of = job.over
                in_background(job.work.progress(job.over, job.devices))

    async def _finish(self, job: Job) -> None:
        # The documents that the result tells of are those that are kept.
        await self._keeping.flush()
        documents = self._store.by(COLLECTION, "operation", job.work.id)
        reason = why_none(documents)
        if not job.work.cancelled:
            await job.work.progress(job.devices, job.devices)
            result = result_of(documents)
            await (job.work.fail(reason, result) if reason else job.work.succeed(result))
        self._operations.over(job.work)


def in_background(going: Coroutine[Any, Any, None]) -> None:
    """Let it go on by itself."""
    Deferred.fromCoroutine(going).addErrback(
        lambda failure: log.failure("progress is not told because of a defect", failure)
    )


def result_of(documents: Iterable[Synchronization]) -> dict[str, Any]:
    """What came of an operation: how many devices came how far, and each with its stages and times."""
    all_of_them = sorted(documents, key=lambda each: (each.stage is Stage.DONE, each.id))
    return {
        "devices": len(all_of_them),
        "sent": sum(bool(each.sent) for each in all_of_them),
        "answered": sum(bool(each.answered) for each in all_of_them),
        "came_back": sum(bool(each.back) for each in all_of_them),
        **{
            str(stage): sum(each.stage is stage for each in all_of_them)
            for stage in (Stage.DONE, Stage.FAILED, Stage.CANCELLED)
        },
        "each": [{"device": each.id, **shown(each)} for each in all_of_them[:MOST_ROWS]],
    }


def why_none(documents: Iterable[Synchronization]) -> str:
    """Why an operation failed of which no device came back; empty where one did."""
    all_of_them = list(documents)
    if any(each.stage is Stage.DONE for each in all_of_them):
        return ""
    failed = sorted(
        (each for each in all_of_them if each.stage is Stage.FAILED), key=lambda each: each.id
    )
    if not failed:
        return "no device was left to synchronize"
    first = failed[0]
    if len(failed) == 1:
        return f"device {first.id}: {first.reason}"
    return f"none of {len(failed)} devices came back; device {first.id}: {first.reason}"
