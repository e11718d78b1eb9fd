"""Devices over HTTP without a network: scripted answers, a transport that can be slow, a client."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from attrs import define, field, frozen
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ConnectionAborted, ConnectionDone
from twisted.internet.interfaces import IProtocolFactory
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from zope.interface import implementer

from provd.contracts import IInquiries, IJudgeCertificates
from provd.contracts.serving import Answered
from provd.servers.http import HTTPSettings
from provd.servers.http._site import DeviceSite
from provd.testing.together import ask_each
from provd.values import Answer, Certified, Content, Inquiry, ProvdError

HELLO = Content(body=b"hello\n", media_type="text/plain", etag="cafe")
PEER = "192.0.2.7"
LOCAL = "192.0.2.1"

Script = Answer | Deferred[Answer] | Callable[[Inquiry], Any]


@implementer(IInquiries)
class ScriptedInquiries:
    """Answers every inquiry with what it was told to, and remembers what it was asked."""

    def __init__(self, answer: Script = HELLO) -> None:
        self.answer = answer
        self.asked: list[Inquiry] = []
        self._count = 0

    def inquiry_id(self) -> str:
        self._count += 1
        return f"scripted-{self._count}"

    def ask(self, inquiry: Inquiry) -> Any:
        self.asked.append(inquiry)
        return self.answer(inquiry) if callable(self.answer) else self.answer

    def ask_all(self, inquiries: Sequence[Inquiry], answered: Answered) -> None:
        ask_each(self.ask, inquiries, answered)


@implementer(IJudgeCertificates)
class Judge:
    """Says of every certificate what it was told to; without that it waits until `say`."""

    def __init__(self, says: Certified | None = None) -> None:
        self.shown: list[tuple[bytes, ...]] = []
        self._says = says
        self._waiting: list[Deferred[Certified]] = []

    def judge(self, chain: Sequence[bytes]) -> Deferred[Certified]:
        self.shown.append(tuple(chain))
        if self._says is not None:
            return succeed(self._says)
        self._waiting.append(Deferred())
        return self._waiting[-1]

    def say(self, certified: Certified) -> None:
        """Tell all who wait."""
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            each.callback(certified)


class LoopTransport(StringTransport):
    """Takes what it is given as fast as the test's device reads; says when it has too much.

    `room` is how many bytes the device takes before it must `read` again; None: any number.
    """

    capacity = 65536

    def __init__(self, host: Any, peer: Any, room: int | None) -> None:
        super().__init__(host, peer, lenient=True)
        self.protocol: Any = None
        """What reads the connection; whoever reads first may put another in its place."""
        self.sent = 0
        self._room = room
        self._pending = b""
        self._full = False

    def setTcpNoDelay(self, enabled: bool) -> None:  # noqa: FBT001 - as a TCP transport's
        """There is no delay."""

    def unsent(self) -> int:
        """Bytes that the device has not taken."""
        return len(self._pending)

    def write(self, data: bytes) -> None:
        self._pending += data
        self._flow()
        if len(self._pending) > self.capacity and self.producer is not None:
            self._full = True
            self.producer.pauseProducing()

    def writeSequence(self, data: Any) -> None:
        self.write(b"".join(data))

    def read(self, count: int) -> None:
        """The device takes `count` more bytes."""
        self._room = (self._room or 0) + count
        self._flow()
        if self._full and not self._pending and self.producer is not None:
            self._full = False
            self.producer.resumeProducing()

    def _flow(self) -> None:
        count = len(self._pending) if self._room is None else min(self._room, len(self._pending))
        super().write(self._pending[:count])
        self._pending = self._pending[count:]
        self.sent += count
        if self._room is not None:
            self._room -= count


@frozen
class Response:
    """One response as a client reads it."""

    status: int
    headers: dict[str, str]
    body: bytes


@define
class Client:
    """A device's end of one connection."""

    transport: LoopTransport
    methods: list[str] = field(factory=list)

    @property
    def channel(self) -> Any:
        """The server's end."""
        return self.transport.protocol

    def send(self, data: bytes) -> Client:
        """Send bytes in one piece."""
        self.channel.dataReceived(data)
        return self

    def trickle(self, data: bytes) -> Client:
        """Send bytes one at a time."""
        for at in range(len(data)):
            self.channel.dataReceived(data[at : at + 1])
        return self

    def get(self, path: str = "/file", *headers: str, method: str = "GET") -> Response:
        """Ask and return the one response."""
        before = len(self.responses())
        self.methods.append(method)
        self.send(request(path, *headers, method=method))
        after = self.responses()
        assert len(after) == before + 1, f"{len(after) - before} responses to one request"
        return after[-1]

    def responses(self) -> list[Response]:
        """Everything answered so far; `methods` says which are without a body."""
        return parse_responses(self.transport.value(), self.methods)

    @property
    def closed(self) -> bool:
        """Whether the server has ended the connection."""
        return bool(self.transport.disconnecting)

    @property
    def aborted(self) -> bool:
        """Whether it did so without waiting for what is unsent."""
        return bool(self.transport.disconnected)

    def lose(self) -> None:
        """The connection is gone, whoever ended it."""
        reason = ConnectionAborted() if self.aborted else ConnectionDone()
        self.channel.connectionLost(Failure(reason))


def request(
    path: str | bytes = "/file", *headers: str, method: str = "GET", version: str = "1.1"
) -> bytes:
    """The bytes of a request with a Host and these header lines."""
    target = path if isinstance(path, bytes) else path.encode()
    lines = [b"%s %s HTTP/%s" % (method.encode(), target, version.encode()), b"Host: provd"]
    return b"\r\n".join([*lines, *(line.encode("latin-1") for line in headers), b"", b""])


def parse_responses(data: bytes, methods: list[str]) -> list[Response]:
    """Read complete responses one after the other, as strictly as a device might."""
    responses: list[Response] = []
    while data:
        head, ended, rest = data.partition(b"\r\n\r\n")
        if not ended:
            break
        status_line, *lines = head.decode("latin-1").split("\r\n")
        version, code, _reason = status_line.split(" ", 2)
        assert version == "HTTP/1.1", status_line
        headers = dict(line.split(": ", 1) for line in lines)
        method = methods[len(responses)] if len(responses) < len(methods) else "GET"
        bodiless = method == "HEAD" or code == "304"
        length = 0 if bodiless else int(headers["Content-Length"])
        if len(rest) < length:
            break
        responses.append(Response(int(code), headers, rest[:length]))
        data = rest[length:]
    return responses


class SameThread(Clock):
    """A virtual clock whose threads are not threads: what should run elsewhere runs at once."""

    def getThreadPool(self) -> Any:
        """The pool of those threads."""
        return self

    def callFromThread(self, call: Callable[..., Any], *args: Any, **more: Any) -> None:
        call(*args, **more)

    def callInThreadWithCallback(
        self, told: Callable[[bool, Any], None], call: Callable[..., Any], *args: Any, **more: Any
    ) -> None:
        try:
            result = call(*args, **more)
        except (OSError, ProvdError):
            told(False, Failure())
        else:
            told(True, result)


@define
class Edge:
    """The HTTP edge in memory, with what it asks and what time it is."""

    site: DeviceSite
    inquiries: ScriptedInquiries
    clock: SameThread

    def connect(
        self, peer: str = PEER, *, room: int | None = None, door: IProtocolFactory | None = None
    ) -> Client:
        """A device opens a connection, at another door than that of plain HTTP if one is given."""
        client = self.try_connect(peer, room=room, door=door)
        assert client is not None, "the connection was refused"
        return client

    def try_connect(
        self, peer: str = PEER, *, room: int | None = None, door: IProtocolFactory | None = None
    ) -> Client | None:
        """A device tries to open a connection; None when it is refused."""
        family = IPv6Address if ":" in peer else IPv4Address
        theirs = family("TCP", peer, 40000)
        ours = family("TCP", "2001:db8::1" if ":" in peer else LOCAL, 8667)
        channel: Any = (door or self.site).buildProtocol(theirs)
        if channel is None:
            return None
        transport = LoopTransport(ours, theirs, room)
        transport.protocol = channel
        channel.makeConnection(transport)
        return Client(transport)

    def seconds(self, count: int) -> None:
        """So many seconds pass, one by one."""
        for _second in range(count):
            self.clock.advance(1)
            self.site.tick()


def edge(answer: Script = HELLO, judge: IJudgeCertificates | None = None, **settings: Any) -> Edge:
    """An HTTP edge that answers everything alike, with some settings changed."""
    clock = SameThread()
    clock.advance(1_700_000_000)
    inquiries = ScriptedInquiries(answer)
    interfaces = {LOCAL: "eth0", "2001:db8::1": "eth1"}
    site = DeviceSite(
        clock,
        inquiries,
        HTTPSettings(**settings),
        clock.seconds,
        lambda address: interfaces.get(address, ""),
        judge,
    )
    return Edge(site, inquiries, clock)


def later(answer: Answer) -> Deferred[Answer]:
    """An answer that is a Deferred and has fired already."""
    return succeed(answer)
