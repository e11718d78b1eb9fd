"""Having legacy plugins write their files: jobs go to the process that may, one after the other for each plugin."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
from attrs import define, field
from msgspec import Struct
from twisted.internet.defer import Deferred
from twisted.internet.protocol import ProcessProtocol
from twisted.logger import Logger
from twisted.python.failure import Failure

from provd.compat.worker.frames import Done, Frames, Job, TooLong, frame
from provd.values import ProvdError

log = Logger("provd.plugins")

PATIENCE = 10.0
"""Seconds that one job may take."""

MOST_WAITING = 4096
"""Jobs that may wait at once."""


@define
class Refused(ProvdError):
    """A plugin says that a device cannot be configured so."""

    reason: str

    def __str__(self) -> str:
        return self.reason


@define
class Failed(ProvdError):
    """A plugin raised, never ended, or its process died. Its own traceback, where there is one, is a note."""

    reason: str

    def __str__(self) -> str:
        return self.reason


@define
class _Task:
    job: Job
    outcome: Deferred[Mapping[str, bytes]] = field(factory=Deferred)
    deadline: Any = None


class Configuring:
    """The process, made when it is first needed and again when it has died; it ends when ours does."""

    def __init__(self, directory: Path, reactor: Any) -> None:
        """`directory` is the one of all plugins; `reactor` has processes and time."""
        self._directory = directory
        self._reactor = reactor
        self._ids = count(1)
        self._waiting: dict[str, deque[_Task]] = {}
        self._running: dict[str, _Task] = {}
        self._outdated: set[str] = set()
        """Plugins whose code has changed since what runs began."""
        self._pipe: _Pipe | None = None

    def ask(
        self,
        plugin_id: str,
        what: str,
        device: Mapping[str, Any] | None = None,
        raw_config: Mapping[str, Any] | None = None,
        *,
        keep: bool = True,
    ) -> Deferred[Mapping[str, bytes]]:
        """Have a plugin do something; fires with what was not written, for a job that keeps nothing.

        In order, for each plugin.  Fails with `Refused` or `Failed`.
        """
        job = Job(
            id=next(self._ids),
            plugin=plugin_id,
            what=what,
            device=dict(device or {}),
            raw_config=dict(raw_config or {}),
            keep=keep,
        )
        task = _Task(job)
        queue = self._waiting.setdefault(plugin_id, deque())
        if len(queue) >= MOST_WAITING:
            task.outcome.errback(Failure(Failed(f"{MOST_WAITING} devices wait to be configured")))
            return task.outcome
        queue.append(task)
        self._next(plugin_id)
        return task.outcome

    def forget(self, plugin_id: str) -> None:
        """The plugin's code has changed, or it is gone: its process ends after what it does now."""
        if plugin_id in self._running:
            self._outdated.add(plugin_id)
        else:
            self._give_up(plugin_id)

    def _give_up(self, plugin_id: str) -> None:
        if self._pipe is not None:
            self._pipe.send(Job(id=0, plugin=plugin_id, what="give up"))

    def _next(self, plugin_id: str) -> None:
        queue = self._waiting.get(plugin_id)
        if plugin_id in self._running or not queue:
            return
        task = queue.popleft()
        if not queue:
            del self._waiting[plugin_id]
        self._running[plugin_id] = task
        task.deadline = self._reactor.callLater(PATIENCE, self._overdue, task)
        self._worker().send(task.job)

    def _worker(self) -> _Pipe:
        if self._pipe is None:
            pipe = _Pipe(self)
            command = [sys.executable, "-P", "-m", "provd.compat.worker", str(self._directory)]
            self._reactor.spawnProcess(pipe, sys.executable, command, env=_environment())
            self._pipe = pipe
        return self._pipe

    def _overdue(self, task: _Task) -> None:
        """It never ends: its process does."""
        self._give_up(task.job.plugin)
        self._settle(task, Failed(f"it had not ended after {PATIENCE:g} s and was stopped"))

    def heard(self, done: Done) -> None:
        """A job is over."""
        task = self._running.get(done.plugin)
        if task is None or task.job.id != done.id:
            return  # it was given up
        if done.refused:
            self._settle(task, Refused(done.refused))
        elif done.failed:
            failed = Failed(done.failed)
            failed.add_note(done.report)
            self._settle(task, failed)
        else:
            self._settle(task, done.files)

    def died(self, pipe: _Pipe, why: str) -> None:
        """The process is gone; what waits will have another made."""
        if self._pipe is pipe:
            self._pipe = None
            for task in list(self._running.values()):
                self._settle(task, Failed(f"the process that configures ended: {why}"))

    def _settle(self, task: _Task, outcome: Any) -> None:
        del self._running[task.job.plugin]
        if task.job.plugin in self._outdated:
            self._outdated.discard(task.job.plugin)
            self._give_up(task.job.plugin)
        if task.deadline.active():
            task.deadline.cancel()
        if isinstance(outcome, ProvdError):
            task.outcome.errback(Failure(outcome))
        else:
            task.outcome.callback(outcome)
        self._next(task.job.plugin)


class _Pipe(ProcessProtocol):
    """Our end of the process's standard input and output."""

    def __init__(self, owner: Configuring) -> None:
        self._owner = owner
        self._frames = Frames()

    def send(self, job: Struct) -> None:
        """Hand a job over; once `spawnProcess` has returned there is a transport."""
        if self.transport is not None:
            self.transport.write(frame(job))

    def outReceived(self, data: bytes) -> None:
        try:
            for body in self._frames.feed(data):
                self._owner.heard(msgspec.json.decode(body, type=Done))
        except (TooLong, msgspec.DecodeError):
            if self.transport is not None:
                self.transport.signalProcess("KILL")

    def errReceived(self, data: bytes) -> None:
        for line in data.decode("utf-8", "replace").splitlines():
            log.warn("the process that configures: {line}", line=line[:500])

    def processEnded(self, reason: Failure) -> None:
        self._owner.died(self, str(reason.value))


def _environment() -> dict[str, str]:
    """Nothing of ours but where Python is."""
    return {name: os.environ[name] for name in ("PATH", "LANG", "PYTHONPATH") if name in os.environ}
