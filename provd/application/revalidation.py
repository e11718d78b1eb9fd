"""After a config changed: which of the devices that depend on it are configured, and why not.

A subscriber of the feed.  It never works within a commit: it notes what changed, and looks at
dependents in turns of a few milliseconds, so that editing what ten thousand devices inherit
delays no phone.  An edit with many dependents is an operation that can be watched and cancelled;
edits of one config that come while it waits are one.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any

from msgspec import Struct
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater
from twisted.logger import Logger
from twisted.python.failure import Failure

from provd.application.operations import Operations, Work
from provd.application.readiness import Readiness
from provd.application.slices import Slices
from provd.contracts import IDocumentStore, IDraft, ISubscription
from provd.documents import Device, Status
from provd.documents.reconfigure import RECONFIGURING
from provd.values import Change, DraftRefused, StoreUnavailable

log = Logger("provd.revalidation")

OF_CONFIG = "revalidate config"
OF_PLUGIN = "revalidate plugin"
"""The kinds of operation; the label is the id of the config or plugin."""

FEW = 20
"""Up to so many dependents are looked at without an operation of their own."""

TELL_EVERY = 500
"""Devices between two notes of progress."""

PACE = 0.05
"""Seconds between two turns over devices that changed themselves: it may lag, it must not push."""

UNKEPT = 10.0
"""Seconds between two attempts while the store keeps nothing."""


class _Found(Struct):
    """What one pass has found so far."""

    devices: int = 0
    unconfigured: int = 0
    told: int = 0


Subject = tuple[str, str]
"""Kind of operation, and the id of what changed."""


class Revalidation:
    """Follows configs (with everything that inherits from them), devices, and reloaded plugins."""

    def __init__(
        self,
        store: IDocumentStore,
        readiness: Readiness,
        operations: Operations,
        slices: Slices,
        clock: IReactorTime,
    ) -> None:
        self._store = store
        self._readiness = readiness
        self._operations = operations
        self._slices = slices
        self._clock = clock
        self._subjects: dict[Subject, str] = {}
        self._devices: dict[str, None] = {}
        self._subscriptions: list[ISubscription] = []
        self._workers: dict[str, Deferred[None]] = {}

    def start(self) -> None:
        """Follow the feed from here on, and take up again what a restart cut short."""
        follow = self._store.feed.subscribe
        inherited = ("parent_ids", "raw_config")
        self._subscriptions = [
            follow("revalidation", ["configs"], self._configs_changed, fields=inherited),
            follow("readiness", ["devices"], self._devices_changed, fields=RECONFIGURING),
        ]
        self._work("recovery", self._recover)

    async def _recover(self) -> None:
        for operation in await self._operations.recover():
            if operation.kind in {OF_CONFIG, OF_PLUGIN}:
                self._queue((operation.kind, operation.label), operation.cause)

    def stop(self) -> None:
        """Follow no more and drop what waits. Idempotent."""
        for subscription in self._subscriptions:
            subscription.cancel()
        self._subscriptions = []
        self._subjects.clear()
        self._devices.clear()
        for worker in list(self._workers.values()):
            worker.cancel()

    # What changed is noted, within the commit, and nothing more.

    def _configs_changed(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if self._has_dependents(change):
                self._queue((OF_CONFIG, change.document_id), change.cause)

    def _has_dependents(self, change: Change) -> bool:
        """A config that was made together with its one device is that device's own change."""
        config_id = change.document_id
        if self._store.by("configs", "parent_ids", config_id):
            return True
        enough = 1 if change.before is None else 0
        return len(self._store.by("devices", "config", config_id)) > enough

    def _devices_changed(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.after is not None:
                self.look_again(change.document_id)

    def config_changed(self, config_id: str, cause: str) -> None:
        """Judge every device that inherits from a config again, where there are any."""
        if self._store.by("configs", "parent_ids", config_id) or self._store.by(
            "devices", "config", config_id
        ):
            self._queue((OF_CONFIG, config_id), cause)

    def plugin_changed(self, plugin_id: str, cause: str) -> None:
        """A plugin was loaded, reloaded or unloaded: judge its devices again."""
        if self._store.by("devices", "plugin", plugin_id):
            self._queue((OF_PLUGIN, plugin_id), cause)

    def look_again(self, device_id: str) -> None:
        """Judge one device when there is time for it."""
        self._devices[device_id] = None
        self._work("devices", self._work_off_devices)

    def _queue(self, subject: Subject, cause: str) -> None:
        self._subjects.setdefault(subject, cause)
        self._work("subjects", self._work_off_subjects)

    def _work(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        if name in self._workers:
            return
        # The first turn comes later: nothing is done within the commit that told us.
        worker: Deferred[None] = deferLater(self._clock, 0)
        self._workers[name] = worker
        worker.addCallback(lambda _none: Deferred.fromCoroutine(work()))
        worker.addErrback(_log_defect)
        worker.addBoth(self._worked, name)

    def _worked(self, _none: None, name: str) -> None:
        del self._workers[name]

    # Devices that changed themselves: behind, and gently.

    async def _work_off_devices(self) -> None:
        while self._devices:
            kept = await self._judge_turn(_drain(self._devices), _Found(), "revalidation")
            await deferLater(self._clock, PACE if kept else UNKEPT)

    # Everything that depends on one config or plugin.

    async def _work_off_subjects(self) -> None:
        while self._subjects:
            subject = next(iter(self._subjects))
            cause = self._subjects.pop(subject)
            try:
                await self._revalidate(subject, cause)
            except StoreUnavailable as error:
                self._subjects.setdefault(subject, cause)
                log.warn(
                    "dependents of {label} are not looked at for now: {error}",
                    label=subject[1],
                    error=error,
                )
                await deferLater(self._clock, UNKEPT)

    async def _revalidate(self, subject: Subject, cause: str) -> None:
        kind, label = subject
        device_ids = [each async for each in self._slices.over(self._dependents(subject))]
        if len(device_ids) <= FEW:
            for device_id in device_ids:
                self.look_again(device_id)
            return
        work = await self._operations.start(kind, label=label, cause=cause)
        try:
            await self._judge_all(device_ids, work)
        finally:
            self._operations.over(work)

    def _dependents(self, subject: Subject) -> Iterator[str]:
        """The ids of the devices to judge, found step by step."""
        kind, changed_id = subject
        if kind == OF_PLUGIN:
            yield from (device.id for device in self._store.by("devices", "plugin", changed_id))
            return
        seen = {changed_id}
        waiting = [changed_id]
        while waiting:
            config_id = waiting.pop()
            yield from (device.id for device in self._store.by("devices", "config", config_id))
            for child in self._store.by("configs", "parent_ids", config_id):
                if child.id not in seen:
                    seen.add(child.id)
                    waiting.append(child.id)

    async def _judge_all(self, device_ids: Sequence[str], work: Work) -> None:
        found = _Found()
        left = iter(device_ids)
        await work.progress(0, len(device_ids))
        while not work.cancelled and found.devices < len(device_ids):
            if not await self._judge_turn(left, found, work.id):
                await deferLater(self._clock, UNKEPT)
            if found.devices - found.told >= TELL_EVERY:
                found.told = found.devices
                await work.progress(found.devices)
            await self._slices.pause()
        await work.succeed({"devices": found.devices, "unconfigured": found.unconfigured})

    async def _judge_turn(self, device_ids: Iterator[str], found: _Found, cause: str) -> bool:
        """Judge as many as fit into one turn, and propose what is new about them.

        False when the store keeps nothing now; whatever is not kept is looked at again.
        """
        draft = self._store.draft(cause)
        over = self._slices.turn()
        judged: list[str] = []
        for device_id in device_ids:
            judged.append(device_id)
            found.unconfigured += self._judge(device_id, draft)
            if over():
                break
        found.devices += len(judged)
        try:
            await self._store.commit(draft)
        except (DraftRefused, StoreUnavailable) as error:
            # Refused: somebody wrote a status meanwhile.
            for device_id in judged:
                self.look_again(device_id)
            if isinstance(error, StoreUnavailable):
                log.warn("devices are not looked at for now: {error}", error=error)
                return False
        return True

    def _judge(self, device_id: str, draft: IDraft) -> bool:
        """Whether the device is there and not configured."""
        device: Device | None = draft.get("devices", device_id)
        if device is None:
            return False
        before: Status | None = draft.get("statuses", device_id)
        status = self._readiness.judge(device, draft)
        if before is None or (before.configured, before.problems) != (
            status.configured,
            status.problems,
        ):
            draft.put("statuses", status, urgent=False)
        return not status.configured


def _drain(waiting: dict[str, None]) -> Iterator[str]:
    """Each key, gone from the dict once it is taken; what comes meanwhile is taken too."""
    while waiting:
        key = next(iter(waiting))
        del waiting[key]
        yield key


def _log_defect(failure: Failure) -> None:
    if failure.check(StoreUnavailable):
        log.warn("devices are not looked at again: {error}", error=failure.value)
    elif not failure.check(CancelledError):
        log.failure("devices are not looked at again because of a defect", failure)
