"""Between a connection and whoever decides: a request becomes an Inquiry, an Answer a response."""

# HTTPChannel is not typed yet, and mypy does not see through super() whose room it calls into.
# mypy: disallow-untyped-calls=False

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from msgspec.structs import replace
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IHandshakeListener
from twisted.python.failure import Failure
from zope.interface import implementer

from provd.servers.http._conditions import choose, format_date
from provd.servers.http._connection import ANSWERING, IDLE, JUDGING, SHAKING, Connection, canonical
from provd.servers.http._replies import REFUSED
from provd.servers.http._request import DeviceRequest
from provd.servers.http._shown import shown_by
from provd.servers.http._stream import FileStream, OpenFile, open_file, read_at_once
from provd.values import (
    Answer,
    Certified,
    Content,
    FileContent,
    Inquiry,
    MalformedPacket,
    Protocol,
    Redirect,
    Refusal,
    RefusalKind,
    Silence,
)
from provd.wire.http import parse_target
from provd.wire.proxy import ProxyHeader

if TYPE_CHECKING:
    from provd.servers.http._site import DeviceSite

_OVERDUE = Refusal(RefusalKind.UNAVAILABLE, "the answer took too long")
_VANISHED = Refusal(RefusalKind.NOT_FOUND, "the file has vanished since it was decided on")
_BROKEN = Refusal(RefusalKind.FAILED, "provd itself failed")
_ANSWERED = frozenset({"GET", "HEAD"})


@implementer(IHandshakeListener)
class DeviceChannel(Connection):
    """Asks for each request of one device, and gives it the answer."""

    def __init__(
        self,
        site: DeviceSite,
        peer: str,
        introduced: ProxyHeader | None = None,
        *,
        secure: bool = False,
    ) -> None:
        """`peer` asks, as `introduced` by a proxy or of its own; `secure`: TLS is to be agreed on first."""
        super().__init__(site, peer)
        self._proxied = site.proxies.trusts(peer)
        self._watched = self._proxied or site.shown is not None
        """Whether somebody may write headers that say whose a request is, or tries to."""
        self._introduced = introduced
        self._secure = secure
        self._certificate: Certified | None = None
        self._origin = ""
        self._stream: FileStream | None = None

    def connectionMade(self) -> None:
        self._peer_port = getattr(self.transport.getPeer(), "port", 0)
        ours = self.transport.getHost()
        self._local = canonical(getattr(ours, "host", ""))
        self._interface = self._site.interface_of(self._local)
        super().connectionMade()
        if self._secure:
            self._enter(SHAKING)
            self._origin = _origin(self._local, getattr(ours, "port", 0), secure=True)
        if self._introduced is not None:
            self._be_introduced(self._introduced)

    def _be_introduced(self, header: ProxyHeader) -> None:
        if not header.source:
            return
        self._peer_port, self._local = header.source_port, header.destination
        # The proxy's own interface, not one of ours.
        self._interface = ""
        secured = header.values.secured
        tls = self._secure or secured.tls
        self._origin = _origin(header.destination, header.destination_port, secure=tls)
        certificate = secured.certificate
        if certificate and not self._secure:
            self._judge((certificate,))

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]  # as HTTPChannel's
        if self.phase == SHAKING:
            self._site.counts["failed_handshakes"] += 1
        if self._stream is not None:
            self._stream.stopProducing()
        super().connectionLost(reason)

    # The certificate of the connection, judged before anything is asked.

    def handshakeCompleted(self) -> None:
        """TLS is agreed on; what the device showed is judged first."""
        self._site.counts["handshakes"] += 1
        self._enter(IDLE)
        chain = shown_by(self.transport)
        if chain:
            self._judge(chain)

    def _judge(self, chain: tuple[bytes, ...]) -> None:
        judge = self._site.judge
        if judge is None:
            return
        self._enter(JUDGING)
        judging = judge.judge(chain).addCallback(self._judged)
        if self.phase == JUDGING:
            self._networkProducer.pauseProducing()
        judging.addErrback(self._site.defect)

    def _judged(self, certificate: Certified) -> None:
        if self.phase != JUDGING:
            return
        self._certificate = certificate
        self._enter(IDLE)
        self._networkProducer.resumeProducing()
        early, self._early = self._early, b""
        if early:
            self.dataReceived(early)

    def asked(
        self,
        method: str,
        target: tuple[str, str] | bytes,
        headers: dict[str, str],
        request: DeviceRequest | None,
    ) -> None:
        if method not in _ANSWERED:
            self._other_method(method, request)
            return
        try:
            if type(target) is bytes:
                target = parse_target(target)
            if self._watched:
                self._ask_watched(method, cast("tuple[str, str]", target), headers, request)
                return
        except MalformedPacket:
            self.refuse(400)
            return
        path_and_query = cast("tuple[str, str]", target)
        self._ask(self._inquiry(method, path_and_query, headers, self.peer), request)

    def _ask_watched(
        self,
        method: str,
        target: tuple[str, str],
        headers: dict[str, str],
        request: DeviceRequest | None,
    ) -> None:
        """Ask where proxies write headers. @raise MalformedPacket: one wrote what makes no sense."""
        site, shown = self._site, self._site.shown
        peer, chain = self.peer, None
        if self._proxied:
            peer = site.proxies.client(peer, headers.get("x-forwarded-for", ""))
            chain = shown.take(headers) if shown is not None else None
        elif shown is not None:
            shown.drop(headers)
        inquiry = self._inquiry(method, target, headers, peer)
        if chain is None:
            self._ask(inquiry, request)
        else:
            self._ask_showing(chain, inquiry, request)

    def _ask_showing(
        self, chain: tuple[bytes, ...], inquiry: Inquiry, request: DeviceRequest | None
    ) -> None:
        """Ask once it is judged what a proxy wrote; what it shows itself is not the device's."""
        judge = self._site.judge
        if not chain or judge is None:
            self._ask(replace(inquiry, certificate=None), request)
            return
        judging = judge.judge(chain)
        if not judging.called:
            request = request or self.queue()
            self._enter(ANSWERING)
        judging.addCallback(self._ask_judged, inquiry, request).addErrback(self._site.defect)

    def _ask_judged(
        self, certificate: Certified, inquiry: Inquiry, request: DeviceRequest | None
    ) -> None:
        if request is not None and request.given:
            self._site.counts["abandoned"] += 1
        else:
            self._ask(replace(inquiry, certificate=certificate), request)

    def _inquiry(
        self, method: str, target: tuple[str, str], headers: dict[str, str], peer: str
    ) -> Inquiry:
        site = self._site
        return Inquiry(
            id=site.inquiries.inquiry_id(),
            protocol=Protocol.HTTP,
            path=target[0],
            certificate=self._certificate,
            origin=self._origin,
            peer=peer,
            arrived=site.now(),
            peer_port=self._peer_port,
            local=self._local,
            interface=self._interface,
            method=method,
            query=target[1],
            headers=headers,
        )

    def _ask(self, inquiry: Inquiry, request: DeviceRequest | None) -> None:
        site = self._site
        site.inquired += 1
        self.since = site.ticks
        answer = site.inquiries.ask(inquiry)
        if not isinstance(answer, Deferred):
            self._give(answer, inquiry, request)
            return
        queued = request or self.queue()
        answer.addCallbacks(
            self._answered,
            self._failed,
            callbackArgs=(inquiry, queued),
            errbackArgs=(inquiry, queued),
        ).addErrback(site.defect)

    def _answered(self, answer: Answer, inquiry: Inquiry, request: DeviceRequest) -> None:
        if request.given:
            self._site.counts["abandoned"] += 1
        else:
            self.leave_if_draining()
            self._give(answer, inquiry, request)

    def _failed(self, failure: Failure, inquiry: Inquiry, request: DeviceRequest) -> None:
        """`IInquiries` never fails, so this is a defect of ours; the device is told 500."""
        self._site.defect(failure)
        self._answered(_BROKEN, inquiry, request)

    def overdue(self) -> None:
        if self._stream is not None:
            self.abort()
            return
        request = cast("DeviceRequest", self.requests[0])
        self.persistent = 0
        self._refuse(_OVERDUE, "GET", request)

    # The answer.

    def _give(self, answer: Answer, inquiry: Inquiry, request: DeviceRequest | None) -> None:
        if type(answer) is Content:
            status, head, body = self._site.replies.content(
                answer, inquiry, close=not self.persistent
            )
            if body:
                self.transport.write(head)
            self._send(status, body or head, request)
        elif type(answer) is FileContent:
            self._give_file(answer, inquiry, request)
        elif type(answer) is Refusal:
            self._refuse(answer, inquiry.method, request)
        elif type(answer) is Redirect:
            redirect = self._site.replies.redirect(answer, close=not self.persistent)
            self._send(302, redirect, request)
        elif type(answer) is Silence:
            self._site.counts["silenced"] += 1
            self.abort()

    def _refuse(self, answer: Refusal, method: str, request: DeviceRequest | None) -> None:
        status = REFUSED[answer.kind]
        refusal = self._site.replies.refusal(
            status, method, close=not self.persistent, challenge=answer.challenge
        )
        self._send(status, refusal, request)

    def _other_method(self, method: str, request: DeviceRequest | None) -> None:
        replies, close = self._site.replies, not self.persistent
        if method == "OPTIONS":
            self._send(200, replies.options(close=close), request)
        else:
            self._send(405, replies.refusal(405, method, close=close), request)

    def _send(self, status: int, data: bytes, request: DeviceRequest | None) -> None:
        """Write all (the rest) of a response."""
        self._site.statuses[status] += 1
        self.transport.write(data)
        self.finish(request)

    def _give_file(
        self, answer: FileContent, inquiry: Inquiry, request: DeviceRequest | None
    ) -> None:
        """Send a file, described by what it is now that it is open."""
        try:
            file = open_file(answer.path)
        except OSError:
            self._refuse(_VANISHED, inquiry.method, request)
            return
        modified = file.modified_ns // 1_000_000_000
        etag = f"{file.modified_ns:x}-{file.size:x}"
        part = choose(inquiry.method, inquiry.headers, file.size, etag, modified)
        head = self._site.replies.head(
            part,
            file.size,
            etag,
            answer.media_type,
            close=not self.persistent,
            modified=b"Last-Modified: %s\r\n" % format_date(modified).encode(),
        )
        if inquiry.method == "HEAD" or part.start == part.stop:
            body: bytes | None = b""
        else:
            body = read_at_once(file, part.start, part.stop)
        if body is not None:
            file.close()
            self._send(part.status, head + body, request)
        else:
            self._site.statuses[part.status] += 1
            self._stream_file(file, head, (part.start, part.stop), request or self.queue())

    def _stream_file(
        self, file: OpenFile, head: bytes, span: tuple[int, int], request: DeviceRequest
    ) -> None:
        self._stream = FileStream(
            file,
            head,
            span,
            write=self._write_piece,
            finished=lambda whole: self._streamed(request, whole=whole),
            elsewhere=self._site,
        )
        self.registerProducer(self._stream, streaming=True)
        self._stream.resumeProducing()

    def _write_piece(self, data: bytes) -> None:
        self.since = self._site.ticks
        self.transport.write(data)

    def _streamed(self, request: DeviceRequest, *, whole: bool) -> None:
        self._stream = None
        self.unregisterProducer()
        if whole:
            self.finish(request)
        else:
            # The length was promised: only the end of the connection tells that it was not kept.
            self.abort()


def _origin(host: str, port: int, *, secure: bool) -> str:
    """Where a device reached us; empty when unknown."""
    if not host:
        return ""
    scheme = "https" if secure else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
