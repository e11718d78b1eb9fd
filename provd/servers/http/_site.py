"""What all connections share: the limits, the second hand, and who is here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any
from typing import Protocol as TypingProtocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress, IProtocol, IProtocolNegotiationFactory
from twisted.internet.protocol import ServerFactory
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from provd.contracts import IInquiries, IJudgeCertificates
from provd.servers.http._channel import DeviceChannel
from provd.servers.http._connection import IDLE, SHAKING, canonical
from provd.servers.http._head import HeadReader
from provd.servers.http._introduction import Introduction, Make
from provd.servers.http._proxies import TrustedProxies
from provd.servers.http._replies import Replies
from provd.servers.http._settings import HTTPCounters, HTTPSettings
from provd.servers.http._shown import CertificateHeaders
from provd.wire.proxy import ProxyHeader

log = Logger("provd.servers.http")

_COUNTED = (
    "accepted",
    "refused_overall",
    "refused_per_source",
    "malformed",
    "silenced",
    "abandoned",
    "idle",
    "slow_requests",
    "slow_answers",
    "stalled",
    "handshakes",
    "failed_handshakes",
    "delayed_handshakes",
    "bad_introductions",
)


_OWE_NOTHING = frozenset({IDLE, SHAKING})


class Joined(TypingProtocol):
    """A connection, as the site keeps it."""

    peer: str
    phase: int

    def sweep(self, tick: int) -> None:
        """Enforce what time allows."""

    def loseConnection(self) -> None:
        """End it once everything is written."""

    def abort(self) -> None:
        """End it now."""


class Shaking(TypingProtocol):
    """A connection whose TLS handshake waits for its turn."""

    def begin(self) -> None:
        """It is its turn."""


@implementer(IProtocolNegotiationFactory)
class DeviceSite(ServerFactory):
    """Admits connections, and has the clock swept over them once a second.

    A timer per request would cost more than the strict reader saves: connections note in which
    second they changed, and `tick` looks at all of them (0.3 µs each).
    """

    noisy = False

    def __init__(
        self,
        reactor: Any,
        inquiries: IInquiries,
        settings: HTTPSettings,
        now: Callable[[], float],
        interface_of: Callable[[str], str],
        judge: IJudgeCertificates | None = None,
    ) -> None:
        """@raise provd.values.Invalid: the settings name a network that is none."""
        self.judge = judge
        self.reactor = reactor
        self.inquiries = inquiries
        self.now = now
        self.interface_of = interface_of
        self.ticks = 0
        self.draining = False
        self.inquired = 0
        self.counts = dict.fromkeys(_COUNTED, 0)
        self.statuses: defaultdict[int, int] = defaultdict(int)
        self.adopt(settings)
        self._channels: set[Joined] = set()
        self._shaken = 0
        self._to_shake: dict[Shaking, None] = {}
        self._per_source: dict[str, int] = {}
        self._awaiting_end: list[Deferred[None]] = []

    def adopt(self, settings: HTTPSettings) -> None:
        """Hold to these limits from now on. @raise provd.values.Invalid: a network is none."""
        self.proxies = TrustedProxies(settings.trusted_proxies, settings.trusted_proxy_count)
        self.settings = settings
        header = settings.certificate_header
        self.shown = CertificateHeaders(header) if header else None
        self.lists = ("x-forwarded-for", *(self.shown.names if self.shown is not None else ()))
        """Headers of which each proxy may have written a line of its own."""
        self.heads = HeadReader(
            min(settings.max_line_bytes, settings.max_head_bytes), settings.max_headers
        )
        self.replies = Replies(self.now(), settings.retry_after_seconds)

    def buildProtocol(self, addr: IAddress | None) -> IProtocol | None:  # type: ignore[override]  # Twisted's is a class
        """What reads a new connection; None, which closes it, where there are too many."""
        return self.admit(addr, self._plain)

    def acceptableProtocols(self) -> list[bytes]:
        """What is spoken over TLS, told to clients that ask (ALPN)."""
        return [b"http/1.1"]

    def _plain(self, peer: str, introduced: ProxyHeader | None) -> DeviceChannel:
        channel = DeviceChannel(self, peer, introduced)
        channel.factory = self
        return channel

    def admit(self, addr: IAddress | None, make: Make) -> IProtocol | None:
        """What `make` makes for a new connection, once it is known of whom it is; None where there are too many."""
        source = canonical(getattr(addr, "host", ""))
        self.counts["accepted"] += 1
        if len(self._channels) >= self.settings.max_connections:
            self.counts["refused_overall"] += 1
            return None
        if self.is_full_of(source):
            self.counts["refused_per_source"] += 1
            return None
        if self.settings.proxy_protocol and self.proxies.trusts(source):
            return Introduction(self, source, make)
        return make(source, None)

    def is_full_of(self, source: str) -> bool:
        """Whether one address has as many connections as it may have."""
        most = self.settings.max_connections_per_source
        return self._per_source.get(source, 0) >= most and not self.proxies.trusts(source)

    def may_shake(self) -> bool:
        """Whether one more TLS handshake may begin in this second; it is counted then."""
        if self._shaken >= self.settings.handshakes_per_second:
            return False
        self._shaken += 1
        return True

    def shake_later(self, connection: Shaking) -> None:
        """Have a handshake begin in a second in which there is room."""
        self.counts["delayed_handshakes"] += 1
        self._to_shake[connection] = None

    def shake_never(self, connection: Shaking) -> None:
        """It is gone, whether it waited or not."""
        self._to_shake.pop(connection, None)

    def _shake(self) -> None:
        self._shaken = 0
        while self._to_shake and self.may_shake():
            first = next(iter(self._to_shake))
            del self._to_shake[first]
            first.begin()

    def joined(self, channel: Joined) -> None:
        """A connection is made."""
        self._channels.add(channel)
        self._per_source[channel.peer] = self._per_source.get(channel.peer, 0) + 1

    def left(self, channel: Joined) -> None:
        """A connection is lost."""
        self._channels.discard(channel)
        remaining = self._per_source.pop(channel.peer, 1) - 1
        if remaining:
            self._per_source[channel.peer] = remaining
        self._ended()

    def tick(self) -> None:
        """One more second has passed."""
        self.ticks += 1
        self.replies.tick(self.now())
        for channel in tuple(self._channels):
            channel.sweep(self.ticks)
        self._shake()

    def drain(self) -> Deferred[None]:
        """End every connection as soon as it owes nothing; fires when none is left."""
        self.draining = True
        done: Deferred[None] = Deferred()
        self._awaiting_end.append(done)
        for channel in tuple(self._channels):
            if channel.phase in _OWE_NOTHING:
                channel.loseConnection()
        self._ended()
        return done

    def _ended(self) -> None:
        if not self._channels:
            waiting, self._awaiting_end = self._awaiting_end, []
            for done in waiting:
                done.callback(None)

    def abort(self) -> None:
        """End every connection now."""
        for channel in tuple(self._channels):
            channel.abort()

    def in_thread(self, task: Callable[[], bytes]) -> Deferred[bytes]:
        """Run what may block outside the reactor thread."""
        return deferToThreadPool(self.reactor, self.reactor.getThreadPool(), task)

    def later(self, task: Callable[[], None]) -> None:
        """Run something in the reactor's next turn."""
        self.reactor.callLater(0, task)

    def defect(self, failure: Failure) -> None:
        """Something failed that cannot: it goes to the log with its traceback."""
        log.failure("answering a device over HTTP ended in a defect", failure)

    def counters(self) -> HTTPCounters:
        """What happened so far."""
        return HTTPCounters(
            connections=len(self._channels),
            inquiries=self.inquired,
            statuses=dict(self.statuses),
            **self.counts,
        )
