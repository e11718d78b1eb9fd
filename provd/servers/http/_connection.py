"""One connection of a device: what arrives on it, and how long everything may take.

A connection is in one of six phases.  IDLE: everything asked is answered, nothing of the next
request is here.  READING: a request has begun and is not complete.  ANSWERING: a request is
complete and its answer is not, because it must be waited for or because a file is on its way.
LEAVING: nothing more is read; what is written leaves, then the connection ends.  Before all of them a connection
may be SHAKING (hands: TLS is being agreed on) and JUDGING (what its certificate is worth).

In IDLE, data that is one whole plain request is read by the strict reader and usually answered
before `dataReceived` returns: no phase changes, and nothing of twisted.web's machinery moves.
Everything else goes through `HTTPChannel`, which holds back pipelined requests while one waits.
"""

# HTTPChannel is not typed yet, and mypy does not see through super() whose room it calls into.
# mypy: disallow-untyped-calls=False

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel, Request

from provd.servers.http._request import DeviceRequest, joined, wants_close
from provd.values import parse_ip

if TYPE_CHECKING:
    from provd.servers.http._site import DeviceSite

IDLE, READING, ANSWERING, LEAVING, SHAKING, JUDGING = range(6)

_MOST_EARLY = 65536
"""Bytes that may come before a certificate is judged; reading has stopped by then, these were under way."""


class Connection(HTTPChannel):
    """HTTP/1.1 from one device, read within limits. What is asked is a subclass's business."""

    requestFactory: Callable[..., Request] = DeviceRequest  # type: ignore[assignment]  # a factory is enough
    timeOut = None  # the site's sweep keeps time for all connections
    transport: Any
    """A TCP transport; ours can also say what is unsent, see `EagerServer`."""

    def __init__(self, site: DeviceSite, peer: str) -> None:
        super().__init__()
        settings = site.settings
        self.MAX_LENGTH = settings.max_line_bytes
        self.totalHeadersSize = settings.max_head_bytes
        self.maxHeaders = settings.max_headers
        self.phase = IDLE
        self.since = site.ticks
        self.peer = peer
        self._site = site
        self._left = settings.max_requests_per_connection
        self._held: DeviceRequest | None = None
        self._progress = (0, site.ticks)
        self._early = b""

    # For subclasses.

    def asked(
        self,
        method: str,
        target: tuple[str, str] | bytes,
        headers: dict[str, str],
        request: DeviceRequest | None,
    ) -> None:
        """A request is complete: whoever answers it calls `finish`.

        `target` is a path and a query, or bytes that nobody has looked at.  `request` is None while
        twisted.web's queue knows nothing of it; see `queue`.
        """
        raise NotImplementedError

    def overdue(self) -> None:
        """An answer has been awaited for too long."""
        raise NotImplementedError

    def queue(self) -> DeviceRequest:
        """Enter what the strict reader read into twisted.web's queue: what follows must wait for it."""
        request = DeviceRequest(self)
        self.requests.append(request)
        self._handlingRequest = True
        self.setRawMode()
        self.phase = ANSWERING
        return request

    def finish(self, request: DeviceRequest | None) -> None:
        """A response is written: go on with what follows, unless the device has much to take first."""
        if request is None:
            if not self.persistent:
                self.loseConnection()
            return
        request.given = True
        if self._waitingForTransport and self.persistent:
            self._held = request
        else:
            self.requestDone(request)

    def refuse(self, status: int) -> None:
        """Answer what breaks the protocol or a limit, and end the connection: what follows is noise."""
        self._site.counts["malformed"] += 1
        self._site.statuses[status] += 1
        self.transport.write(self._site.replies.refusal(status, "GET", close=True))
        self.loseConnection()

    # What arrives.

    def dataReceived(self, data: bytes) -> None:
        if self.phase == IDLE:
            head = self._site.heads.read(data)
            if head is not None:
                method, path, query, headers = head
                closing = "connection" in headers and wants_close(headers["connection"])
                self.persistent = not closing
                self._spend()
                self.asked(method, (path, query), headers, None)
                return
            self._enter(READING)
        elif self.phase == LEAVING:
            return
        elif self.phase == JUDGING:
            self._early += data
            if len(self._early) > _MOST_EARLY:
                self.abort()
            return
        super().dataReceived(data)

    def lineReceived(self, line: bytes) -> None:
        # RFC 9112 section 5.2: a folded header may be refused, and two servers may read it in two ways.
        if line[:1] in {b" ", b"\t"}:
            self.refuse(400)
        else:
            super().lineReceived(line)

    def lineLengthExceeded(self, _line: bytes) -> None:
        self.refuse(431)

    def allHeadersReceived(self) -> None:
        if self.length and self.length > self._site.settings.max_body_bytes:
            self.refuse(413)
        else:
            super().allHeadersReceived()

    def bodyArrived(self, size: int) -> None:
        """`size` bytes of a request body have been thrown away so far."""
        if size > self._site.settings.max_body_bytes and self.phase != LEAVING:
            self.refuse(413)

    def checkPersistence(self, request: DeviceRequest, version: bytes) -> bool:
        options = joined(request.requestHeaders, b"connection")
        return version == b"HTTP/1.1" and not wants_close(options)

    def requestReceived(
        self, request: DeviceRequest, method: bytes, target: bytes, version: bytes
    ) -> None:
        """A request is complete: one that the strict reader left to twisted.web."""
        if self.phase == LEAVING:
            return
        self._enter(ANSWERING)
        self._spend()
        hosts = len(request.requestHeaders.getRawHeaders(b"host", []))
        if hosts > 1 or (not hosts and version == b"HTTP/1.1"):  # RFC 9112 section 3.2
            self.refuse(400)
        else:
            self.asked(method.decode("ascii"), target, request.headers(self._site.lists), request)

    def _spend(self) -> None:
        """One request fewer on this connection; after the last one it ends politely."""
        self._left -= 1
        if self._left <= 0:
            self.persistent = 0
        self.leave_if_draining()

    def leave_if_draining(self) -> None:
        """Make this answer the last one if the server is about to end."""
        if self._site.draining:
            self.persistent = 0

    def requestDone(self, request: DeviceRequest) -> None:
        self.leave_if_draining()  # a file may have been on its way when that began
        self._enter(READING)
        super().requestDone(request)  # answers what was pipelined meanwhile
        if self.phase == READING and not self.requests and not self._buffer:
            self.phase = IDLE

    def resumeProducing(self) -> None:
        self._progress = (self._progress[0], self._site.ticks)
        super().resumeProducing()
        held, self._held = self._held, None
        if held is not None and self.phase != LEAVING:
            self.requestDone(held)

    def _respondToBadRequestAndDisconnect(self) -> None:
        self.refuse(400)

    # Beginning, time, and end.

    def connectionMade(self) -> None:
        super().connectionMade()
        self._site.joined(self)

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]  # as HTTPChannel's
        self.phase = LEAVING
        super().connectionLost(reason)
        self._site.left(self)

    def loseConnection(self) -> None:
        self._enter(LEAVING)
        super().loseConnection()

    def abort(self) -> None:
        """End the connection now, whatever is still unsent."""
        self._enter(LEAVING)
        self.transport.abortConnection()

    def _enter(self, phase: int) -> None:
        self.phase = phase
        self.since = self._site.ticks

    def sweep(self, tick: int) -> None:
        """Enforce what time allows. Called once a second; `tick` counts seconds."""
        settings, counts = self._site.settings, self._site.counts
        waited = tick - self.since
        if self._is_sending(tick):
            if tick - self._progress[1] > settings.stall_seconds:
                counts["stalled"] += 1
                self.abort()
        elif self.phase == IDLE and waited > settings.idle_seconds:
            counts["idle"] += 1
            self.loseConnection()
        elif self.phase == READING and waited > settings.request_seconds:
            counts["slow_requests"] += 1
            self.refuse(408)
        elif self.phase == ANSWERING and waited > settings.answer_seconds:
            counts["slow_answers"] += 1
            self.overdue()
        elif self.phase > ANSWERING:
            self._sweep_others(waited)

    def _sweep_others(self, waited: int) -> None:
        """The phases that only TLS stays in for long: a device may never say that it has heard the end."""
        settings = self._site.settings
        if (
            (self.phase == SHAKING and waited > settings.handshake_seconds)
            or (self.phase == JUDGING and waited > settings.answer_seconds)
            or (self.phase == LEAVING and waited > settings.stall_seconds)
        ):
            self.abort()

    def _is_sending(self, tick: int) -> bool:
        """Whether something is unsent; notes when the device last took any of it."""
        unsent = getattr(self.transport, "unsent", None)
        if not (self._waitingForTransport if unsent is None else unsent()):
            self._progress = (self._progress[0], tick)
            return False
        sent = getattr(self.transport, "sent", self._progress[0])
        if sent != self._progress[0]:
            self._progress = (sent, tick)
        return True


def canonical(host: str) -> str:
    """A socket's address as an Inquiry holds it: no zone, IPv4 where it is IPv4."""
    return parse_ip(host.partition("%")[0]) if host else ""
