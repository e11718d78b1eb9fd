"""The work on packages: one thing at a time to a package and to a plugin's tree, two in all, each an operation."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from attrs import define, field, frozen
from twisted.internet.defer import Deferred, DeferredLock, DeferredSemaphore
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall, deferLater
from twisted.logger import Logger

from provd.application.acts import Acts
from provd.application.errors import PackageBusy
from provd.application.operations import Operations, Work
from provd.files import (
    Cache,
    Definition,
    Downloads,
    Installed,
    Shelf,
    Shelves,
    Source,
    Stop,
    Stopped,
    noted,
)
from provd.files.releases import Indexes, Trees
from provd.values import ProvdError, read_cause

log = Logger("provd.packages")

AT_ONCE = 2
"""Packages that are fetched and unpacked at the same time."""
INDEXES = "every server"
"""What work on no plugin is about."""
TELL_EVERY = 0.5
"""Seconds between two notes of progress."""
LOOKED_AT = 0.02
"""Seconds between two looks whether all has ended."""


@frozen
class Storeroom:
    """Where packages are, and who does what blocks."""

    shelves: Shelves
    cache: Cache
    downloads: Downloads
    trees: Trees
    indexes: Indexes
    in_thread: Callable[..., Deferred[Any]]


@define
class Job:
    """Something that is being done to a package, or to a plugin itself."""

    plugin_id: str
    package: str
    """Empty: to the plugin, with all that it has."""
    label: str
    cause: str
    room: Storeroom
    work: Work
    shelf: Shelf
    stop: Stop = field(factory=Stop)
    done: int = 0
    end: int = 0

    def told(self, count: int) -> None:
        """So many bytes more are dealt with; called in any thread, by one at a time."""
        self.done += count


Do = Callable[[Job], Awaitable[Mapping[str, Any]]]
"""What is to be done; answers what came of it."""


class PackageJobs:
    """What is being done to packages."""

    def __init__(
        self,
        operations: Operations,
        acts: Acts,
        clock: IReactorTime,
        changed: Callable[[str, str], Awaitable[None]],
    ) -> None:
        """`changed` is told of a plugin whose packages may be others, and by what cause."""
        self._operations = operations
        self._acts = acts
        self._clock = clock
        self._changed = changed
        self._jobs: dict[tuple[str, str], Job | None] = {}
        self._trees: dict[str, DeferredLock] = {}
        self._few = DeferredSemaphore(AT_ONCE)

    async def stop(self) -> None:
        """End what is under way; the next start tells that it failed."""
        for job in [*filter(None, self._jobs.values())]:
            job.stop.ask()
        while self._jobs:
            await deferLater(self._clock, LOOKED_AT)

    def under_way(self, plugin_id: str, package: str) -> str | None:
        """The operation that is at work on a package."""
        job = self._jobs.get((plugin_id, package))
        return job.work.id if job is not None else None

    def take(self, plugin_id: str, package: str) -> Callable[[], object]:
        """Do one thing to a package at a time, and nothing to any while it is done to their plugin.

        Answers what is to be called at its end.

        @raise PackageBusy: something is being done.
        """
        key = plugin_id, package
        for other in self._jobs:
            if other[0] == plugin_id and (other[1] == package or "" in {other[1], package}):
                raise PackageBusy(*other, self.under_way(*other) or "")
        self._jobs[key] = None
        return lambda: self._jobs.pop(key, None)

    async def begin(
        self, kind: str, what: tuple[str, str, str], room: Storeroom, cause: str, do: Do
    ) -> dict[str, Any]:
        """Have something done to a version: `what` is plugin, package (empty: of the plugin) and version; the operation.

        @raise PackageBusy: something is being done to the package.
        @raise StoreUnavailable: the operation cannot be kept.
        """
        plugin_id, package, version = what
        let_go = self.take(plugin_id, package)
        try:
            label = (
                f"{plugin_id}/{package} {version}"
                if package
                else f"{plugin_id} {version}".strip() or INDEXES
            )
            work = await self._operations.start(kind, label=label, cause=cause)
        except ProvdError:
            let_go()
            raise
        job = Job(plugin_id, package, label, cause, room, work, room.shelves.shelf(plugin_id))
        self._jobs[plugin_id, package] = job
        work.stopped_by(job.stop.ask)
        named = {"plugin": plugin_id, "package": package, "version": version, "operation": work.id}
        told = {name: text for name, text in named.items() if text}
        await self._acts.write_down(kind.replace(" ", "-"), cause, told)
        Deferred.fromCoroutine(self._go(job, do)).addErrback(
            lambda failure: log.failure("a package ended in a defect", failure)
        )
        return await self._operations.get(work.id)

    async def _go(self, job: Job, do: Do) -> None:
        telling = LoopingCall(self._tell, job)
        telling.clock = self._clock
        try:
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(_held(self._few))
                job.stop.check()
                telling.start(TELL_EVERY)
                stack.callback(telling.stop)
                result = await do(job)
            await self._changed(job.plugin_id, job.cause)
            await self._tell(job)
            await job.work.succeed(result)
        except Exception as error:  # noqa: BLE001 - a full disk, whatever it is called; told, not raised
            await self._changed(job.plugin_id, job.cause)
            await self._failed(job, error)
        finally:
            del self._jobs[job.plugin_id, job.package]
            self._operations.over(job.work)

    async def _failed(self, job: Job, error: Exception) -> None:
        if job.stop.asked or isinstance(error, Stopped):
            return  # whoever cancelled it has told so; a server that stops tells at its next start
        log.error("{label}: {error}", label=job.label, error=error)
        await job.work.fail(_reason(error))

    async def _tell(self, job: Job) -> None:
        await job.work.progress(min(job.done, job.end), job.end or None)

    async def install(self, job: Job, definition: Definition, *, use: bool) -> None:
        """Have a version in its place, and devices pointed to it where it is to be used: both or nothing."""
        fresh = await self._put(job, definition)
        if use:
            try:
                await self.used(job, definition.version)
            except Exception:
                if fresh:
                    await self.removed(job, definition.version)
                raise

    async def _put(self, job: Job, definition: Definition) -> bool:
        """Fetch what is missing, unpack it, and have it in its place; False where it is installed already."""
        if any(
            (each.id, each.version) == (definition.id, definition.version)
            for each in await job.room.in_thread(job.shelf.installed)
        ):
            return False
        job.end = 2 * definition.size
        with ExitStack() as used:
            files = []
            for source in definition.files:
                used.enter_context(job.room.cache.using(source))
                files.append(await self._fetched(job, source))
            async with self.tree(job.plugin_id):
                await self._unpacked(job, definition, files)
        return True

    async def _unpacked(self, job: Job, definition: Definition, files: Sequence[Path]) -> None:
        in_thread, shelf = job.room.in_thread, job.shelf
        apart, contents = await in_thread(shelf.unpacked, definition, files, job.stop, job.told)
        job.done = job.end
        began = read_cause(job.cause)
        who = began.who if began is not None else ""
        note = noted(definition, contents, self._clock.seconds(), who, job.cause)
        await in_thread(shelf.put, note, apart)

    async def _fetched(self, job: Job, source: Source) -> Path:
        cached: Path | None = await job.room.in_thread(job.room.cache.verified, source, job.stop)
        if cached is not None:
            job.told(source.size)
            return cached
        return await job.room.downloads.fetch(source, job.stop, job.told)

    async def used(self, job: Job, version: str) -> None:
        """Point devices to a version, unless a config points them elsewhere."""
        async with self.tree(job.plugin_id):
            await job.room.in_thread(job.shelf.use, job.package, version)

    async def removed(self, job: Job, version: str) -> Installed:
        """Take a version away; what it was."""
        async with self.tree(job.plugin_id):
            note: Installed = await job.room.in_thread(job.shelf.remove, job.package, version)
            return note

    def tree(self, plugin_id: str) -> Any:
        """One thing at a time in a plugin's tree: a context for as long as it takes."""
        return _held(self._trees.setdefault(plugin_id, DeferredLock()))


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        where = f" ({error.filename})" if error.filename else ""
        return f"the disk refuses: {error.strerror}{where}; nothing was changed"
    return str(error) or type(error).__name__


@asynccontextmanager
async def _held(lock: DeferredLock | DeferredSemaphore) -> AsyncIterator[None]:
    await lock.acquire()
    try:
        yield
    finally:
        lock.release()
