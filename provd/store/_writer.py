"""The one thread that writes: blocking work goes in, its outcome comes back on the reactor."""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Protocol

from provd.store._reactor import Reactor

Work = Callable[[], None]
Done = Callable[[Exception | None], None]
"""Told how the work ended, on the reactor thread: None when it went well."""


class Writer(Protocol):
    """Does blocking work, one piece at a time, in order."""

    def submit(self, work: Work, done: Done) -> None:
        """Do it, then call `done` with what it raised, on the reactor thread."""

    def stop(self) -> None:
        """Take no more work; what was submitted is still done."""


class WriterThread:
    """The writer of a running server.

    It dies with the process rather than hold it up: what it has not finished was promised to nobody.
    """

    def __init__(self, reactor: Reactor, name: str = "store writer") -> None:
        self._reactor = reactor
        self._queue: SimpleQueue[tuple[Work, Done] | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, work: Work, done: Done) -> None:
        self._queue.put((work, done))

    def stop(self) -> None:
        self._queue.put(None)

    def _run(self) -> None:
        while (job := self._queue.get()) is not None:
            work, done = job
            self._reactor.callFromThread(done, _outcome(work))
            del job, work, done  # the last batch must not live until the next


def _outcome(work: Work) -> Exception | None:
    try:
        work()
    except Exception as error:  # noqa: BLE001 - whatever it is, the reactor thread decides about it
        return error
    return None
