"""Synchronizing: devices are told to fetch their files again, at their pace, and seen to come back.

An operation for one device or for thousands.  Each device goes its own way (`Stage`): it waits for its time,
is told by a driver, is told again where that failed, and is done when it has asked for its files, which the
pipeline sees.  What is planned is a document of its own for each device: a restart, however sudden, goes on
where it stood, and a device that was being told may be told twice, never not at all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from twisted.internet.defer import CancelledError, maybeDeferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from provd.application.explain import kind_of
from provd.application.operations import Operations, Work
from provd.application.slices import Slices
from provd.application.synchronizing.alarms import Alarms
from provd.application.synchronizing.choosing import Choosing
from provd.application.synchronizing.job import KIND, Each, Job, Jobs, in_background
from provd.application.synchronizing.keeping import COLLECTION, Keeping
from provd.application.synchronizing.pace import Pace
from provd.application.synchronizing.remote_state import RemoteState
from provd.application.synchronizing.settings import SynchronizationSettings
from provd.application.synchronizing.wish import plan, problems_of, read_wish
from provd.contracts import IDocumentStore, ILoadedPlugin, ISubscription
from provd.documents import Device, Operation, Stage, Synchronization, parse_window, preferences_in
from provd.documents.synchronization import (
    EXPECTED,
    FetchedFile,
    again,
    ended,
    fetched,
    heard,
    refusal,
    resumed,
    sent,
)
from provd.values import Change, Decision, NotTold, Problem, Protocol, ProvdError

log = Logger("provd.synchronization")

ACT = "act"
"""What of the scope `devices` it takes."""

MOST_UNDER_WAY = 4096
"""Devices that were told, and nobody has answered yet."""

QUIET = 10.0
"""Seconds without a further request after which a device that came back has what it wanted."""
SETTLED = 1.0
"""The same once it has fetched the file with its accounts."""


class Synchronizing:
    """Synchronizes devices."""

    def __init__(
        self,
        store: IDocumentStore,
        operations: Operations,
        choosing: Choosing,
        remote_state: RemoteState,
        slices: Slices,
        clock: IReactorTime,
    ) -> None:
        """`choosing` has the settings."""
        self._store = store
        self._operations = operations
        self._choosing = choosing
        self._remote_state = remote_state
        self._slices = slices
        self._clock = clock
        self._keeping = Keeping(store, slices, clock)
        self._alarms = Alarms(clock, self._due)
        self._pace = Pace(choosing.settings.per_second, clock.seconds())
        self._each: dict[str, Each] = {}
        self._jobs = Jobs(store, operations, self._keeping, clock)
        self._ready: deque[str] = deque()
        self._telling = 0
        self._pump: IDelayedCall | None = None
        self._subscription: ISubscription | None = None

    def adopt(self, settings: SynchronizationSettings) -> None:
        """Hold to other settings from now on."""
        self._pace.per_second = settings.per_second
        self._choosing.adopt(settings)

    def can(self, plugin: ILoadedPlugin) -> bool:
        """Whether a plugin's devices can be synchronized at all."""
        return self._choosing.can(plugin)

    def problems(self, given: Mapping[str, Any]) -> Iterator[Problem]:
        """What is wrong with parameters that somebody gave."""
        return problems_of(given, self._clock.seconds(), self.site_window)

    @property
    def site_window(self) -> str:
        """The maintenance window that operators chose; empty for none."""
        return preferences_in(self._store).maintenance_window

    # Beginning and ending.

    def start(self) -> None:
        """Go on where the last process ended. To be called before `Operations.recover`."""
        self._subscription = self._store.feed.subscribe(
            "synchronization", ["devices"], self._devices_changed, fields=("id",)
        )
        open_ones: dict[str, list[Synchronization]] = {}
        for each in self._store.collection(COLLECTION):
            assert isinstance(each, Synchronization)  # noqa: S101 - what the collection holds
            if not each.over:
                open_ones.setdefault(each.operation, []).append(each)
        for operation_id, documents in open_ones.items():
            operation: Operation | None = self._store.get("operations", operation_id)
            if operation is None or operation.ended:
                self._drop(documents)
                continue
            devices = len(self._store.by(COLLECTION, "operation", operation_id))
            left = [resumed(each, self._clock.seconds()) for each in documents]
            job = self._job(self._operations.resume(operation), devices)
            for document in left:
                self._let_in(document, job)
            self._all_in(job)

    async def stop(self) -> None:
        """Tell nobody any more; what is open goes on after the next start."""
        if self._subscription is not None:
            self._subscription.cancel()
            self._subscription = None
        self._alarms.stop()
        if self._pump is not None and self._pump.active():
            self._pump.cancel()
        open_ones, self._each = self._each, {}
        for each in open_ones.values():
            self._give_up(each)
        self._jobs.stop()
        await self._keeping.flush()

    async def begin(
        self, device_ids: Sequence[str], given: Mapping[str, Any], cause: str, label: str = ""
    ) -> str:
        """Synchronize these devices; the id of the operation. What is planned survives from here on.

        `given` are parameters without `problems`.

        A device that is being synchronized already is from now on by this operation.

        @raise StoreUnavailable, RevisionConflict: it cannot be kept; nobody is told.
        """
        wish = read_wish(given, self.site_window)
        work = await self._operations.start(
            KIND, label=label, cause=cause, devices=tuple(device_ids), action=ACT
        )
        planned = [
            plan(each, work.id, wish, cause, self._clock.seconds())
            async for each in self._slices.over(self._devices(device_ids))
        ]
        try:
            await self._keeping.plan(planned, cause)
        except ProvdError as error:
            await work.fail(str(error))
            self._operations.over(work)
            raise
        job = self._job(work, len(planned))
        async for document in self._slices.over(planned):
            if self._store.get("devices", document.id) is not None:
                self._let_in(document, job)
            else:
                job.devices -= 1
        self._all_in(job)
        return work.id

    def _devices(self, device_ids: Iterable[str]) -> Iterator[Device]:
        """Those that are there."""
        found = (self._store.get("devices", each) for each in device_ids)
        return (device for device in found if device is not None)

    def _job(self, work: Work, devices: int) -> Job:
        work.stopped_by(partial(self._cancel, work.id))
        return self._jobs.add(work, devices)

    def _let_in(self, document: Synchronization, job: Job) -> None:
        before = self._each.get(document.id)
        if before is not None:
            log.info("{device} is synchronized by {by} now", device=document.id, by=job.work.id)
            self._leave(before)
        self._each[document.id] = Each(document, job)
        job.left.add(document.id)
        self._set_alarm(document)

    def _all_in(self, job: Job) -> None:
        job.entering = False
        if job.work.cancelled:
            self._cancel(job.work.id)
        self._jobs.went_on(job)

    def _drop(self, documents: Iterable[Synchronization]) -> None:
        now = self._clock.seconds()
        for each in documents:
            self._keeping.changed(ended(each, Stage.CANCELLED, now, "its operation is over"))

    def _cancel(self, operation_id: str) -> None:
        """Somebody stopped it: those that were not told will not be."""
        job = self._jobs.open.get(operation_id)
        if job is not None:
            in_background(self._cancel_all(job))

    async def _cancel_all(self, job: Job) -> None:
        now = self._clock.seconds()
        async for device_id in self._slices.over([*job.left]):
            each = self._each.get(device_id)
            if each is not None and each.job is job:
                self._keeping.changed(ended(each.document, Stage.CANCELLED, now, job.work.reason))
                self._leave(each)

    def _devices_changed(self, changes: Sequence[Change]) -> None:
        for change in changes:
            each = self._each.get(change.document_id)
            if change.after is None and each is not None:
                self._keeping.gone(change.document_id)
                each.job.devices -= 1
                self._leave(each)

    # Time.

    def _set_alarm(self, document: Synchronization) -> None:
        at = document.not_before
        if document.stage in EXPECTED:
            at = document.sent + self._choosing.settings.patience
        self._alarms.set(document.id, at)

    def _due(self, device_id: str) -> None:
        """The time of a device has come."""
        each = self._each[device_id]
        document = each.document
        if document.stage is Stage.WAITING:
            opens = self._opens(document)
            if opens > self._clock.seconds():
                self._alarms.set(device_id, opens)
            else:
                self._ready.append(device_id)
                self._pump_soon(0)
        elif document.stage is Stage.BACK:
            refused = refusal(document)
            self._end(each, Stage.FAILED if refused else Stage.DONE, refused)
        else:
            self._did_not_come_back(each)

    def _opens(self, document: Synchronization) -> float:
        now = self._clock.seconds()
        return parse_window(document.window).opening(now) if document.window else now

    def _did_not_come_back(self, each: Each) -> None:
        document = each.document
        heard_of = f"answered {document.answer}" if document.answer else "was told"
        if not document.answered:
            heard_of = "did not answer"
        wait = f"{self._choosing.settings.patience:g} s"
        self._give_up(each)
        self._once_more(each, f"it {heard_of}, and asked for no file within {wait}", 0.0)

    def _once_more(self, each: Each, reason: str, wait: float) -> None:
        """Tell it again, unless it was told often enough."""
        if each.document.tries >= self._choosing.settings.tries:
            self._end(each, Stage.FAILED, reason)
            return
        self._note(each, again(each.document, self._clock.seconds() + wait, reason))
        self._set_alarm(each.document)

    # Telling.

    def _pump_soon(self, wait: float) -> None:
        if self._pump is None or not self._pump.active():
            self._pump = self._clock.callLater(wait, self._tell_some)

    def _tell_some(self) -> None:
        """Tell as many as the pace and one turn of the reactor allow."""
        over = self._slices.turn()
        while self._ready and self._telling < MOST_UNDER_WAY:
            if not self._pace.take(self._clock.seconds()):
                self._pump_soon(max(self._pace.wait(), 0.005))
                return
            each = self._each.get(self._ready.popleft())
            if each is not None and each.is_to_be_told:
                self._tell(each)
            if over():
                self._pump_soon(0)
                return

    def _tell(self, each: Each) -> None:
        document = each.document
        device: Device | None = self._store.get("devices", document.id)
        assert device is not None  # noqa: S101 - `_devices_changed` lets those go that are no more
        try:
            chosen = self._choosing.choose(device, document, self._clock.seconds())
        except NotTold as error:
            self._end(each, Stage.FAILED, str(error))
            return
        except Exception:  # noqa: BLE001 - those that are told after this one are not to suffer
            log.failure("{device} is not told because of a defect", device=document.id)
            self._end(each, Stage.FAILED, "a defect of this server; its log tells more")
            return
        self._note(each, sent(document, self._clock.seconds(), chosen.driver))
        self._set_alarm(each.document)
        each.job.begun = True
        self._jobs.went_on(each.job)
        self._telling += 1
        each.telling = telling = maybeDeferred(chosen.tell)
        telling.addBoth(self._told, each)
        telling.addErrback(lambda failure: log.failure("a device is told by a defect", failure))

    def _told(self, outcome: Any, each: Each) -> None:
        """A driver is done with a device, one way or the other."""
        self._telling -= 1
        if self._ready:
            self._pump_soon(0)
        each.telling = None
        if self._each.get(each.document.id) is not each:
            return
        if not isinstance(outcome, Failure):
            self._note(each, heard(each.document, self._clock.seconds(), outcome))
        elif each.document.stage is Stage.SENT:
            self._not_told(each, outcome)

    def _not_told(self, each: Each, failure: Failure) -> None:
        error = failure.value
        if isinstance(error, CancelledError):
            return
        if not isinstance(error, ProvdError):
            log.failure(
                "{device} is not told because of a defect", failure, device=each.document.id
            )
        if isinstance(error, NotTold) and error.again:
            wait = self._choosing.settings.backoff * 2 ** (each.document.tries - 1)
            self._once_more(each, str(error), wait)
        else:
            self._end(each, Stage.FAILED, str(error))

    # Coming back.

    def observe(self, decision: Decision) -> None:
        """The pipeline answered a device: a look-up or two, for whoever is not expected."""
        self._remote_state.observe(decision)
        self._choosing.observe(decision)
        each = self._each.get(decision.device.id)
        if each is None or not each.document.tries or decision.inquiry.protocol is Protocol.DHCP:
            return
        document = each.document
        path = decision.inquiry.path
        file = FetchedFile(
            time=decision.answered,
            path=path,
            kind=kind_of(decision.answer),
            version=getattr(decision.answer, "etag", ""),
            reason=getattr(decision.answer, "reason", ""),
        )
        self._note(each, fetched(document, file, decision.info.get("version", "")))
        has_it = self._remote_state.has_accounts(decision.device, path)
        self._alarms.set(document.id, decision.answered + (SETTLED if has_it else QUIET))

    # Keeping and telling how far it is.

    def _note(self, each: Each, document: Synchronization) -> None:
        each.document = document
        self._keeping.changed(document)

    def _end(self, each: Each, stage: Stage, reason: str = "") -> None:
        self._note(each, ended(each.document, stage, self._clock.seconds(), reason))
        self._leave(each)

    def _give_up(self, each: Each) -> None:
        self._alarms.clear(each.document.id)
        telling, each.telling = each.telling, None
        if telling is not None:
            telling.cancel()

    def _leave(self, each: Each) -> None:
        """The device is over, for its operation."""
        self._give_up(each)
        device_id, job = each.document.id, each.job
        if self._each.get(device_id) is each:
            del self._each[device_id]
        job.left.discard(device_id)
        self._jobs.went_on(job)

    def counters(self) -> Mapping[str, int]:
        """What is open."""
        return {
            "open": len(self._each),
            "waiting_for_answers": self._telling,
            "operations": len(self._jobs.open),
        }
