"""Status book: what the server observes of its devices, written behind.

A device's Status holds when it was last seen, the versions it reported and its last answers.  It is
kept apart from the Device: changing it touches no cache and makes nobody wait.  The same answer to the
same question is written at most once in `REPEAT` seconds; anything new is proposed within `EVERY`
seconds and written behind, within 2 s in all.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from provd.application.explain import kind_of, size_of
from provd.contracts import IDocumentStore
from provd.documents import Answered, Status, answered, seen_over_dhcp, seen_with_version
from provd.documents.status import KEPT_ANSWERS, LONGEST_TEXT
from provd.pipeline import Memo
from provd.values import (
    Answer,
    Content,
    Decision,
    DraftRefused,
    FileContent,
    Protocol,
    Reply,
    StoreUnavailable,
)

EVERY = 0.5
REPEAT = 60.0
_SLICE = 100
_PENDING = 50_000
_VENDOR_CLASS = 60

log = Logger("provd.statuses")


class StatusBook:
    """Notes decisions and writes them into statuses, in slices."""

    def __init__(
        self, store: IDocumentStore, clock: IReactorTime, remembered: int = 131_072
    ) -> None:
        """Write to `store`; remember what was written last of `remembered` (device, path) pairs."""
        self._store = store
        self._clock = clock
        self._last = Memo(remembered)
        self._pending: dict[str, list[Decision]] = {}
        self._loop = LoopingCall(self._flush)
        self._loop.clock = clock

    def start(self) -> None:
        """Write every `EVERY` seconds from now on."""
        self._loop.start(EVERY, now=False).addErrback(
            lambda failure: log.failure("statuses are not written any more", failure)
        )

    def stop(self) -> Deferred[None]:
        """Write what is left and stop; fires when it is committed."""
        if self._loop.running:
            self._loop.stop()
        return Deferred.fromCoroutine(self._write(everything=True))

    def note(self, decision: Decision) -> None:
        """Remember to write this decision, unless it repeats one just written."""
        device_id = decision.device.id
        path = decision.inquiry.path
        # A path may be 8 KiB long, and whoever knows one MAC address may send as many as they like.
        key = (device_id, path if len(path) <= LONGEST_TEXT else hash(path))
        last = self._last.get(key)
        mark = _mark(decision.answer)
        # abs: after the clock was set back, what was written "in the future" must not silence an hour.
        if last is not None and last[0] == mark and abs(decision.answered - last[1]) < REPEAT:
            return
        self._last.put(key, (mark, decision.answered))
        waiting = self._pending.get(device_id)
        if waiting is not None:
            waiting.append(decision)
            del waiting[:-KEPT_ANSWERS]
        elif len(self._pending) < _PENDING:
            self._pending[device_id] = [decision]

    def _flush(self) -> Deferred[None]:
        # A defect must not end the loop: what is noted next is written again.
        return Deferred.fromCoroutine(self._write(everything=False)).addErrback(
            lambda failure: log.failure("some statuses are not written", failure)
        )

    async def _write(self, *, everything: bool) -> None:
        while self._pending:
            ids = list(self._pending)[:_SLICE]
            batch = [self._pending.pop(device_id) for device_id in ids]
            try:
                await self._store.commit(self._draft(batch))
            except StoreUnavailable:
                # Not worth keeping while nothing can be kept: what happens next is newer.
                return
            except DraftRefused:
                # Somebody wrote one of them meanwhile (the store is another process): what comes is newer.
                continue
            if not everything:
                await _turn(self._clock)

    def _draft(self, batch: Iterable[list[Decision]]) -> Any:
        draft = self._store.draft("statuses")
        for decisions in batch:
            device = self._store.get("devices", decisions[-1].device.id)
            if device is not None:
                known = self._store.get("statuses", device.id) or Status(
                    id=device.id, tenant=device.tenant
                )
                draft.put("statuses", brought_up_to_date(known, decisions), urgent=False)
        return draft


def brought_up_to_date(status: Status, decisions: list[Decision]) -> Status:
    """The status after `decisions`, oldest first."""
    for decision in decisions:
        status = answered(status, _answered(decision))
        version = decision.info.get("version")
        if version:
            status = seen_with_version(status, version)
        inquiry = decision.inquiry
        if inquiry.protocol is Protocol.DHCP:
            said = inquiry.dhcp.get(_VENDOR_CLASS, b"")
            status = seen_over_dhcp(status, decision.answered, _readable(said))
    return status


def _mark(answer: Answer) -> Any:
    if type(answer) is Content or type(answer) is FileContent:
        return answer.etag
    if type(answer) is Reply:
        # Each packet has a number of its own; what it grants is what counts.
        return answer.packet.message_type, answer.packet.yiaddr
    return answer


def _readable(said: bytes) -> str:
    """A vendor class as one line of text, whatever the client put into it."""
    text = said.rstrip(b"\0").decode("latin-1")
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


def _answered(decision: Decision) -> Answered:
    answer = decision.answer
    return Answered(
        time=decision.answered,
        inquiry=decision.inquiry.id,
        protocol=str(decision.inquiry.protocol),
        path=decision.inquiry.path,
        kind=kind_of(answer),
        size=size_of(answer),
        reason=getattr(answer, "reason", ""),
        plugin=decision.plugin_id,
        peer=decision.inquiry.peer,
    )


async def _turn(clock: IReactorTime) -> None:
    """Let the reactor serve others before going on."""
    turn: Deferred[None] = Deferred()
    clock.callLater(0, turn.callback, None)
    await turn
