"""Group commit: everything that was queued while the disk was busy is kept together.

One batch is being written, one is forming.  The first urgent change goes at once; those that
come while it is written form the next batch and share one commit, which begins `gather` seconds
after the last began: where some came in the meantime more are coming, and each commit costs the
reactor's thread half a dozen turns of the interpreter's lock, whatever it holds (a quarter of the
CPU time of 3,000 DHCP leases a second).  Changes that are not urgent wait `behind` seconds, or ride with the next urgent ones.  When writing fails, what was
being written and what was forming become one refused batch, which is tried again until it is
kept; until then nothing new is accepted.  This file knows no backend: it is given `keep`.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from msgspec import Struct
from twisted.internet.defer import Deferred, fail, succeed
from twisted.logger import Logger

from provd.store._reactor import Reactor
from provd.store._writer import Writer
from provd.values import Change, StoreUnavailable

log = Logger("provd.store")

Key = tuple[str, str]
Rows = Mapping[Key, Change]
"""(collection, id) → the newest change of that document."""


class Keeping(Struct, frozen=True, kw_only=True):
    """How changes are kept: seconds, except `bound`."""

    behind: float = 1.0
    """How long a refreshed fact may wait for company."""
    gather: float = 0.003
    """Between the beginnings of two commits, where changes came while the first was written."""
    first_retry: float = 0.5
    last_retry: float = 30.0
    """After a failure, the pause before the next attempt doubles from the first to the last."""
    stalled: float = 10.0
    """A commit that has taken longer counts as a failure of the disk until it ends."""
    bound: int = 100_000
    """The most documents that wait to be kept; with more, drafts are refused."""
    slow_commit: float = 0.0
    """Added to every commit, to see what a slow disk would do."""


class Batch:
    """What is kept together."""

    __slots__ = ("last", "rows", "urgent", "waiters")

    def __init__(self) -> None:
        self.rows: dict[Key, Change] = {}
        self.last = 0
        self.urgent = False
        self.waiters: list[Deferred[None]] = []

    def add(self, changes: Sequence[Change]) -> None:
        """Take in one commit."""
        for change in changes:
            self.rows[change.collection, change.document_id] = change
        self.last = changes[-1].n

    def wait(self) -> Deferred[None]:
        """A Deferred of the caller's own, told how this batch ends."""
        waiter: Deferred[None] = Deferred()
        self.waiters.append(waiter)
        return waiter

    def release(self, error: StoreUnavailable | None = None) -> None:
        """Tell everybody who waits."""
        waiters, self.waiters = self.waiters, []
        for waiter in waiters:
            if waiter.called:  # whoever waited gave up
                continue
            if error is None:
                waiter.callback(None)
            else:
                waiter.errback(error)


class Kept(Protocol):
    """Who is to know what is durable: the feed."""

    def keep(self, n: int) -> None: ...
    def tell_kept(self) -> None: ...


class GroupCommit:
    """Keeps what is accepted, in order, and says how far that is."""

    def __init__(
        self,
        reactor: Reactor,
        writer: Writer,
        keep: Callable[[Rows], None],
        kept: Kept,
        keeping: Keeping,
        n: int,
    ) -> None:
        self._reactor = reactor
        self._writer = writer
        self._keep = keep
        self._kept = kept
        self._keeping = keeping
        self._durable_n = n
        self._forming = Batch()
        self._writing: Batch | None = None
        self._refused: Batch | None = None
        self._since = 0.0
        self._awaiting: dict[Key, Batch] = {}
        self._timer: Any = None
        self._gathering: Any = None
        self._pause = keeping.first_retry
        self._why_not = ""
        self._ended: Deferred[None] | None = None

    @property
    def pending(self) -> bool:
        """Whether any urgent change is not durable yet."""
        return bool(self._awaiting)

    def unavailable(self) -> str:
        """Why nothing more is accepted; empty when all is well."""
        if self._why_not:
            return self._why_not
        if self._writing is not None:
            waited = self._reactor.seconds() - self._since
            if waited > self._keeping.stalled:
                return f"its disk has not finished a commit for {waited:.0f} s"
        if len(self._forming.rows) >= self._keeping.bound:
            return f"{len(self._forming.rows)} documents wait for its slow disk already"
        return ""

    def accept(self, changes: Sequence[Change], urgent: Container[Key]) -> None:
        """Keep one commit, soon; answers wait for the documents in `urgent`, not for those that came along.

        The caller has looked at `unavailable` before.
        """
        forming = self._forming
        forming.add(changes)
        awaited = [key for key in map(_key, changes) if key in urgent]
        if awaited:
            self._awaiting.update(dict.fromkeys(awaited, forming))
            self._hurry()
        elif self._timer is None and not forming.urgent:
            self._timer = self._reactor.callLater(self._keeping.behind, self._hurry)

    def durable(self, n: int) -> Deferred[None]:
        """Fires once everything up to position `n` is kept; somebody waiting makes it urgent."""
        if n <= self._durable_n:
            return succeed(None)
        if self._why_not:
            return fail(StoreUnavailable(self._why_not))
        if self._writing is not None and n <= self._writing.last:
            return self._writing.wait()
        waiter = self._forming.wait()
        self._hurry()
        return waiter

    def awaited(self, key: Key) -> Deferred[None] | None:
        """What an answer that depends on a document waits for; None, mostly."""
        batch = self._awaiting.get(key)
        if batch is None:
            return None
        if self._why_not:
            return fail(StoreUnavailable(self._why_not))
        return batch.wait()

    def end(self) -> Deferred[None]:
        """Keep what was accepted, trying once more what failed; fires, or fails, when that is over.

        Called once, and nothing is accepted after it.
        """
        ended: Deferred[None] = Deferred()
        self._ended = ended
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        self._hurry()
        self._end_if_idle()
        return ended

    def _hurry(self) -> None:
        self._forming.urgent = True
        if self._timer is not None:
            if self._timer.active():
                self._timer.cancel()
            self._timer = None
        self._write()

    def _write(self) -> None:
        """Start on the next batch unless one is being written, or gathered."""
        if self._writing is not None or self._gathering is not None:
            return
        batch, self._refused = self._refused, None
        if batch is None and self._forming.urgent and self._forming.rows:
            batch, self._forming = self._forming, Batch()
        if batch is not None:
            self._writing = batch
            self._since = self._reactor.seconds()
            self._writer.submit(partial(self._keep, batch.rows), self._written)

    def _written(self, error: Exception | None) -> None:
        batch, self._writing = self._writing, None
        if batch is None:
            raise RuntimeError("a batch was written that nobody handed over")
        if error is None:
            self._succeeded(batch)
        else:
            self._failed(batch, error)
        self._end_if_idle()

    def _succeeded(self, batch: Batch) -> None:
        if self._why_not:
            log.info("the store keeps changes again")
        self._why_not = ""
        self._pause = self._keeping.first_retry
        self._durable_n = batch.last
        self._forget(batch)
        self._write_on()  # the disk works on while those who waited are told
        self._kept.keep(batch.last)
        batch.release()
        self._kept.tell_kept()

    def _write_on(self) -> None:
        """Write what came meanwhile: soon, with what comes until then."""
        # A clock that was set back meanwhile makes nobody wait longer than that.
        left = min(self._since - self._reactor.seconds(), 0) + self._keeping.gather
        if left <= 0 or self._ended is not None or not self._forming.urgent:
            self._write()
        elif self._gathering is None:
            self._gathering = self._reactor.callLater(left, self._gathered)

    def _gathered(self) -> None:
        self._gathering = None
        self._write()

    def _forget(self, batch: Batch) -> None:
        awaiting = self._awaiting
        for key in batch.rows:
            if awaiting.get(key) is batch:
                del awaiting[key]

    def _failed(self, batch: Batch, error: Exception) -> None:
        if not self._why_not:
            log.error("the store keeps nothing: {error}", error=error)
        self._why_not = str(error) or type(error).__name__
        forming, self._forming = self._forming, Batch()
        batch.rows.update(forming.rows)
        batch.last = max(batch.last, forming.last)
        for key in forming.rows:
            if self._awaiting.get(key) is forming:
                self._awaiting[key] = batch
        self._refused = batch
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None
        if self._ended is None:
            self._timer = self._reactor.callLater(self._pause, self._hurry)
            self._pause = min(self._pause * 2, self._keeping.last_retry)
        unavailable = StoreUnavailable(self._why_not)
        batch.release(unavailable)
        forming.release(unavailable)

    def _end_if_idle(self) -> None:
        if self._ended is None or self._ended.called or self._writing is not None:
            return
        if self._refused is not None:
            self._ended.errback(StoreUnavailable(self._why_not))
        elif not self._forming.rows:
            self._ended.callback(None)


def _key(change: Change) -> Key:
    return change.collection, change.document_id
