"""From a read request to its transfer: admit it, ask what to answer, begin or refuse."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from provd.contracts import IInquiries
from provd.servers.tftp.content import FileUnreadable, Reading, SharedFiles
from provd.servers.tftp.lines import Lines
from provd.servers.tftp.local import canonical
from provd.servers.tftp.manner import Asked, Reader
from provd.servers.tftp.settings import TFTPSettings
from provd.servers.tftp.transfer import Arrival, Order
from provd.values import (
    Answer,
    Content,
    FileContent,
    Inquiry,
    MalformedPacket,
    Protocol,
    Refusal,
    RefusalKind,
    Silence,
)
from provd.wire.tftp import (
    ErrorCode,
    MemoryChunks,
    ReadSession,
    WriteRequest,
    error_datagram,
    netascii,
)

__all__ = ["Reception"]

_STALE = 1.0
"""Seconds without a sign of life after which a repeated request is a client that started over."""
_PROVE_WITHIN = 0.5
"""When the house is full, a transfer whose client has not answered for so long makes room."""
_PATIENCE = 60.0
"""How long an answer may take; whoever answers has a tighter bound of its own."""

_REFUSALS = {
    RefusalKind.NOT_FOUND: error_datagram(ErrorCode.NOT_FOUND, "File not found"),
    RefusalKind.UNAUTHENTICATED: error_datagram(ErrorCode.NOT_FOUND, "File not found"),
    RefusalKind.FORBIDDEN: error_datagram(ErrorCode.ACCESS_VIOLATION, "Access violation"),
    RefusalKind.UNAVAILABLE: error_datagram(ErrorCode.UNDEFINED, "Try again later"),
    RefusalKind.FAILED: error_datagram(ErrorCode.UNDEFINED, "Server error"),
}
_MODES = frozenset({"octet", "netascii"})
_READ_ONLY = error_datagram(ErrorCode.ACCESS_VIOLATION, "This server is read-only")
_UNKNOWN_MODE = error_datagram(ErrorCode.ILLEGAL_OPERATION, "Mode must be octet or netascii")
_MALFORMED = error_datagram(ErrorCode.ILLEGAL_OPERATION, "Malformed request")

_log = Logger("provd.servers.tftp")


class _Waiting:
    """A request whose answer is still being worked out; on the wheel, so that none is forgotten."""

    def __init__(self, order: Order, answer: Deferred[Answer], deadline: float) -> None:
        self.order = order
        self._answer = answer
        self._deadline = deadline
        self.wake = 0.0

    def due(self, now: float) -> float:
        """Give up once the deadline has passed."""
        if now < self._deadline and not self._answer.called:
            return self._deadline
        self._answer.cancel()  # does nothing where it has been called
        return 0.0


class Reception:
    """Answers what arrives at the listening ports."""

    def __init__(
        self,
        inquiries: IInquiries,
        lines: Lines,
        files: SharedFiles,
        settings: TFTPSettings,
        clock: Callable[[], float],
        most_sessions: int,
    ) -> None:
        self._inquiries = inquiries
        self._lines = lines
        self._tally = lines.tally
        self._files = files
        self._clock = clock
        self._single_port = settings.single_port
        self.adopt(settings, most_sessions)
        self._waiting: dict[Hashable, _Waiting] = {}
        self._closed = False

    def adopt(self, settings: TFTPSettings, most_sessions: int) -> None:
        """Begin transfers with these settings from now on; those that run keep their own."""
        self._most = most_sessions
        self._rollover = settings.rollover
        self._reader = Reader(settings.bounds())
        self._patience = settings.patience()

    @property
    def running(self) -> int:
        """Transfers under way or being decided."""
        return len(self._lines.running) + len(self._waiting)

    def arrived(self, arrival: Arrival, now: float) -> None:
        """A datagram has come to a listening port."""
        datagram, peer = arrival.datagram, arrival.peer
        key: Hashable = peer if self._single_port else (peer, datagram)
        if self._single_port and datagram[:2] != b"\0\1":
            line = self._lines.running.get(key)
            if line is not None:
                line.heard(datagram, now)
                return
        if self._closed or self._is_repetition(key, datagram, now):
            return
        try:
            packet = self._reader.read(datagram)
        except MalformedPacket:
            self._tally.ignored["malformed"] += 1
            if datagram[:2] in {b"\0\1", b"\0\2"}:
                arrival.reply.send(_MALFORMED, peer)
            return
        if isinstance(packet, Asked):
            self._requested(packet, arrival, key, now)
        elif isinstance(packet, WriteRequest):
            self._refuse(arrival, "write", _READ_ONLY)
        else:
            self._tally.ignored["not a request"] += 1

    def close(self) -> None:
        """Begin nothing any more, and give up what is still being decided."""
        self._closed = True
        for waiting in tuple(self._waiting.values()):
            waiting.due(math.inf)

    def _is_repetition(self, key: Hashable, datagram: bytes, now: float) -> bool:
        """Whether it belongs to a transfer under way: a client repeats a request it hears nothing of."""
        line = self._lines.running.get(key)
        if line is None:
            return key in self._waiting
        if not self._single_port:
            line.readable(now)  # its last acknowledgement may have come before this request
        same = line.order is not None and line.order.arrival.datagram == datagram
        if same and (line.proving or now - line.heard_at < _STALE):
            self._tally.ignored["repeated request"] += 1
            line.repeated(now)
            return True
        line.stop("superseded")  # nothing, where it has ended by now
        return False

    def _requested(self, asked: Asked, arrival: Arrival, key: Hashable, now: float) -> None:
        self._tally.requests += 1
        if asked.manner.mode not in _MODES:
            self._refuse(arrival, "unknown mode", _UNKNOWN_MODE)
            return
        # Over a limit the answer is silence, not an ERROR: the client asks again in a second, when
        # there may be room, and a forged address is sent nothing.
        if self.running >= self._most and not self._lines.make_room(now - _PROVE_WITHIN):
            self._tally.refused["server full"] += 1
            return
        source = self._lines.quotas.enter(arrival.peer[0], now)
        if source is None:
            self._tally.refused["source full"] += 1
            return
        inquiry = self._inquiry(asked, arrival)
        order = Order(key, arrival, source, asked, inquiry.id)
        answer = self._inquiries.ask(inquiry)
        if isinstance(answer, Deferred):
            self._wait(order, answer, now)
        else:
            self._answered(answer, order)

    def _inquiry(self, asked: Asked, arrival: Arrival) -> Inquiry:
        return Inquiry(
            id=self._inquiries.inquiry_id(),
            protocol=Protocol.TFTP,
            path=asked.filename.decode("utf-8", "replace"),
            peer=canonical(arrival.peer[0]),
            arrived=self._clock(),
            peer_port=arrival.peer[1],
            local=arrival.local.text,
            interface=arrival.local.interface,
            options=asked.manner.options,
        )

    def _wait(self, order: Order, answer: Deferred[Answer], now: float) -> None:
        waiting = self._waiting[order.key] = _Waiting(order, answer, now + _PATIENCE)
        self._lines.wheel.put(waiting, now + _PATIENCE)
        answer.addErrback(_failed).addCallback(self._waited, order).addErrback(_defect)

    def _waited(self, answer: Answer, order: Order) -> None:
        del self._waiting[order.key]
        self._answered(answer, order)
        self._lines.rested()

    def _answered(self, answer: Answer, order: Order) -> None:
        """Begin the transfer, or say why there is none."""
        if isinstance(answer, Content):
            body = (
                answer.body if order.asked.manner.mode == "octet" else netascii.encode(answer.body)
            )
            self._begin(order, MemoryChunks(body, len(body)))
        elif isinstance(answer, FileContent):
            self._open(order, answer)
        elif isinstance(answer, Silence):
            self._leave(order, "silence")
        else:
            kind = answer.kind if isinstance(answer, Refusal) else RefusalKind.NOT_FOUND
            self._leave(order, str(kind), _REFUSALS[kind])

    def _open(self, order: Order, file: FileContent) -> None:
        try:
            if order.asked.manner.mode == "octet":
                self._begin(order, self._files.open(file))
                return
            text = self._files.open_text(file)
        except FileUnreadable as error:
            self._unreadable(Failure(error), order)
            return
        if isinstance(text, Deferred):
            text.addCallbacks(
                lambda content: self._begin(order, content),
                self._unreadable,
                errbackArgs=(order,),
            ).addErrback(_defect)
        else:
            self._begin(order, text)

    def _unreadable(self, failure: Failure, order: Order) -> None:
        error = failure.value
        if not isinstance(error, FileUnreadable):
            failure.raiseException()
        _log.warn("{error}", error=error, inquiry=order.inquiry_id)
        kind = RefusalKind.NOT_FOUND if error.gone else RefusalKind.FAILED
        self._leave(order, "unreadable", _REFUSALS[kind])

    def _begin(self, order: Order, content: MemoryChunks | Reading) -> None:
        held = content if isinstance(content, Reading) else None
        line = self._lines.take(order, shared=self._single_port)
        if line is None:
            if held is not None:
                held.close()
            self._leave(order, "no socket")
            return
        terms = order.asked.manner.offer.for_size(content.size)
        session = ReadSession(content, terms, self._patience, self._rollover)
        line.begin(order, session, held, self._lines.monotonic())

    def _leave(self, order: Order, reason: str, error: bytes = b"") -> None:
        """No transfer comes of it."""
        self._lines.quotas.leave(order.source)
        self._refuse(order.arrival, reason, error)

    def _refuse(self, arrival: Arrival, reason: str, error: bytes) -> None:
        self._tally.refused[reason] += 1
        if error:
            arrival.reply.send(error, arrival.peer)


def _failed(failure: Failure) -> Answer:
    """An answer that never came: IInquiries does not fail, so this is a defect or our own bound."""
    if not failure.check(CancelledError):
        _log.failure("an inquiry over TFTP met a defect", failure)
    return Refusal(RefusalKind.FAILED, "the answer took too long, or a defect was met")


def _defect(failure: Failure) -> None:
    _log.failure("a TFTP request met a defect", failure)
