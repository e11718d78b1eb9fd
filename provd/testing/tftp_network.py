"""A network in memory for the TFTP server: sockets that are lists, and answers told beforehand."""

from __future__ import annotations

import socket
import struct
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from zope.interface import implementer

from provd.contracts import IInquiries
from provd.contracts.serving import Answered
from provd.servers.tftp import TFTPServer, TFTPSettings
from provd.servers.tftp.server import Network
from provd.testing.tftp import ReferenceClient
from provd.testing.together import ask_each
from provd.values import Answer, Content, Inquiry, Refusal, RefusalKind

__all__ = ["FakeNetwork", "FakeSocket", "FixedAnswers", "TFTPRig", "Told"]

Peer = tuple[Any, ...]
Told = Answer | Deferred[Answer]
SERVER = "192.0.2.1"


@implementer(IInquiries)
class FixedAnswers:
    """Answers each path with what was told beforehand, and remembers the inquiries."""

    def __init__(self, answers: dict[str, Told] | None = None) -> None:
        self.answers: dict[str, Told] = answers or {}
        self.asked: list[Inquiry] = []

    def inquiry_id(self) -> str:
        """Numbered from 1."""
        return f"inquiry-{len(self.asked) + 1}"

    def ask(self, inquiry: Inquiry) -> Told:
        """What was told for the path, else not found."""
        self.asked.append(inquiry)
        nothing = Refusal(RefusalKind.NOT_FOUND, "nothing was told for this path")
        return self.answers.get(inquiry.path, nothing)

    def ask_all(self, inquiries: Sequence[Inquiry], answered: Answered) -> None:
        ask_each(self.ask, inquiries, answered)


class FakeSocket:
    """A datagram socket without a network: `inbox` is what arrived, the network keeps what is sent."""

    def __init__(self, network: FakeNetwork, family: int, descriptor: int) -> None:
        self._network = network
        self._descriptor = descriptor
        self.family = family
        self.name: Peer = ("", 0)
        self.inbox: deque[tuple[bytes, Peer]] = deque()
        self.closed = False

    def fileno(self) -> int:
        """A number nobody else has."""
        return -1 if self.closed else self._descriptor

    def setblocking(self, flag: bool) -> None:  # noqa: FBT001 - as the real one
        """Nothing here blocks."""

    def setsockopt(self, *option: object) -> None:
        """There is nothing to set."""

    def bind(self, name: Peer) -> None:
        """Port 0 is given the next free one."""
        self.name = (name[0], name[1] or 40000 + self._descriptor, *name[2:])

    def getsockname(self) -> Peer:
        """What it was bound to."""
        return self.name

    def recvfrom(self, size: int) -> tuple[bytes, Peer]:
        """The next datagram. @raise BlockingIOError: if there is none."""
        if not self.inbox:
            raise BlockingIOError
        datagram, peer = self.inbox.popleft()
        return datagram[:size], peer

    def recvmsg(self, size: int, _ancillary: int) -> tuple[bytes, list[Any], int, Peer]:
        """The same, with where it came in."""
        datagram, peer = self.recvfrom(1 << 16)
        info = struct.pack("@i4s4s", 1, socket.inet_aton(SERVER), b"\0\0\0\0")
        flags = socket.MSG_TRUNC if len(datagram) > size else 0
        return datagram[:size], [(socket.IPPROTO_IP, 8, info)], flags, peer

    def sendto(self, datagram: bytes, peer: Peer) -> int:
        """Hand a datagram to the network."""
        self._network.take(self, datagram, peer)
        return len(datagram)

    def sendmsg(self, buffers: list[bytes], ancillary: list[Any], _flags: int, peer: Peer) -> int:
        """The same; with UDP_SEGMENT, cut into datagrams as the kernel does."""
        sizes = [struct.unpack("@H", data)[0] for _, kind, data in ancillary if kind == 103]
        whole = b"".join(buffers)
        if sizes and self._network.refuse_segments is not None:
            raise self._network.refuse_segments
        step = sizes[0] if sizes else max(len(whole), 1)
        self._network.system_calls += 1
        for at in range(0, max(len(whole), 1), step):
            self._network.take(self, whole[at : at + step], peer)
        return len(whole)

    def close(self) -> None:
        """Gone."""
        self.closed = True


class FakeNetwork(Network):
    """Makes fake sockets, watches them, and keeps what they send."""

    def __init__(self) -> None:
        self.sockets: list[FakeSocket] = []
        self.sent: list[tuple[int, bytes, Peer]] = []
        """Port, datagram, client: in the order they were sent."""
        self.readers: dict[int, Callable[[float], None]] = {}
        self.refuse: OSError | None = None
        self.refuse_sending: OSError | None = None
        self.refuse_segments: OSError | None = None
        self.system_calls = 0
        self.closed = False

    def make_socket(self, family: int) -> socket.socket:
        """A fake; or the OSError that `refuse` is set to."""
        if self.refuse is not None:
            raise self.refuse
        made = FakeSocket(self, family, len(self.sockets) + 3)
        self.sockets.append(made)
        return cast("socket.socket", made)

    def watch(self, *_arguments: object) -> FakeNetwork:
        """Itself."""
        return self

    def add(self, descriptor: int, reader: Callable[[float], None], *, last: bool = False) -> None:
        """Watch a socket."""
        self.readers[descriptor] = reader

    def remove(self, descriptor: int) -> None:
        """Watch it no more."""
        del self.readers[descriptor]

    def close(self) -> None:
        """Watch nothing."""
        self.closed = True

    def take(self, sock: FakeSocket, datagram: bytes, peer: Peer) -> None:
        """Something was sent; or the OSError that `refuse_sending` is set to."""
        if self.refuse_sending is not None:
            raise self.refuse_sending
        self.sent.append((sock.name[1], datagram, peer))

    def arrive(self, port: int, datagram: bytes, peer: Peer, now: float) -> None:
        """A datagram has come for a port of ours; a closed port drops it."""
        for sock in self.sockets:
            if sock.name[1] == port and not sock.closed:
                sock.inbox.append((datagram, peer))
                self.readers[sock.fileno()](now)


class Reactor(Clock):
    """A virtual clock; what its threads have done is known in the next turn."""

    def getThreadPool(self) -> Reactor:
        """Itself."""
        return self

    def callInThreadWithCallback(
        self, told: Callable[[bool, Any], None], work: Callable[[], Any]
    ) -> None:
        """Work, and tell how it went."""
        try:
            result = work()
        except OSError:
            told(False, Failure())
        else:
            told(True, result)

    def callFromThread(self, call: Callable[..., None], *arguments: Any) -> None:
        """In the next turn, as from a real thread."""
        self.callLater(0, call, *arguments)


class TFTPRig:
    """A server on a fake network and a virtual clock, and one client that talks to it."""

    PORT = 69
    PEER = ("192.0.2.7", 2070)

    def __init__(
        self, answers: dict[str, Told | bytes] | None = None, settings: TFTPSettings | None = None
    ) -> None:
        self.clock = Reactor()
        self.network = FakeNetwork()
        self.inquiries = FixedAnswers(
            {
                path: Content(answer) if isinstance(answer, bytes) else answer
                for path, answer in (answers or {}).items()
            }
        )
        self.server = TFTPServer(
            cast("Any", self.clock),
            self.inquiries,
            settings,
            clock=lambda: 1.7e9 + self.clock.seconds(),
            monotonic=self.clock.seconds,
            network=self.network,
        )
        listening = self.network.make_socket(socket.AF_INET)
        listening.bind(("0.0.0.0", self.PORT))  # noqa: S104 - nothing listens here
        self.server.start([listening])

    def says(self, datagram: bytes, port: int = 0, peer: Peer = PEER) -> list[tuple[int, bytes]]:
        """A client sends; what it is sent for that, as (port, datagram)."""
        before = len(self.network.sent)
        self.network.arrive(port or self.PORT, datagram, peer, self.clock.seconds())
        return [(at, sent) for at, sent, to in self.network.sent[before:] if to == peer]

    def passes(self, seconds: float) -> list[tuple[int, bytes]]:
        """Time passes in small steps; what is sent meanwhile, as (port, datagram)."""
        before = len(self.network.sent)
        self.clock.pump([0.01] * round(seconds * 100))
        return [(port, sent) for port, sent, _ in self.network.sent[before:]]

    def fetch(self, request: bytes, peer: Peer = PEER) -> ReferenceClient:
        """A whole transfer over a network that loses nothing."""
        client = ReferenceClient()
        pending = self.says(request, peer=peer)
        while pending:
            port, datagram = pending.pop(0)
            for answer in client.heard(datagram):
                pending += self.says(answer, port, peer)
        return client
