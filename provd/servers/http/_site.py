"""What all connections share: the limits, the second hand, and who is here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import ServerFactory
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.failure import Failure

from provd.contracts import IInquiries
from provd.servers.http._channel import DeviceChannel
from provd.servers.http._connection import IDLE, Connection, canonical
from provd.servers.http._head import HeadReader
from provd.servers.http._proxies import TrustedProxies
from provd.servers.http._replies import Replies
from provd.servers.http._settings import HTTPCounters, HTTPSettings

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
)


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
    ) -> None:
        """@raise provd.values.Invalid: the settings name a network that is none."""
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
        self._channels: set[Connection] = set()
        self._per_source: dict[str, int] = {}
        self._awaiting_end: list[Deferred[None]] = []

    def adopt(self, settings: HTTPSettings) -> None:
        """Hold to these limits from now on. @raise provd.values.Invalid: a network is none."""
        self.proxies = TrustedProxies(settings.trusted_proxies, settings.trusted_proxy_count)
        self.settings = settings
        self.heads = HeadReader(
            min(settings.max_line_bytes, settings.max_head_bytes), settings.max_headers
        )
        self.replies = Replies(self.now(), settings.retry_after_seconds)

    def buildProtocol(self, addr: IAddress | None) -> DeviceChannel | None:
        """A channel for a new connection; None, which closes it, where there are too many."""
        source = canonical(getattr(addr, "host", ""))
        self.counts["accepted"] += 1
        if len(self._channels) >= self.settings.max_connections:
            self.counts["refused_overall"] += 1
            return None
        most = self.settings.max_connections_per_source
        if self._per_source.get(source, 0) >= most and not self.proxies.trusts(source):
            self.counts["refused_per_source"] += 1
            return None
        channel = DeviceChannel(self, source)
        channel.factory = self
        return channel

    def joined(self, channel: Connection) -> None:
        """A connection is made."""
        self._channels.add(channel)
        self._per_source[channel.peer] = self._per_source.get(channel.peer, 0) + 1

    def left(self, channel: Connection) -> None:
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

    def drain(self) -> Deferred[None]:
        """End every connection as soon as it owes nothing; fires when none is left."""
        self.draining = True
        done: Deferred[None] = Deferred()
        self._awaiting_end.append(done)
        for channel in tuple(self._channels):
            if channel.phase == IDLE:
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
