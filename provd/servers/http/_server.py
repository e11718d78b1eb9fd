"""The HTTP server towards devices: starts, stops, tells what happened."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from socket import socket
from typing import Any

from twisted.internet.defer import Deferred, DeferredList, succeed
from twisted.internet.interfaces import (
    IListeningPort,
    IOpenSSLServerConnectionCreator,
    IProtocolFactory,
)
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure

from provd.contracts import IInquiries, IJudgeCertificates
from provd.servers.http._settings import HTTPCounters, HTTPSettings
from provd.servers.http._site import DeviceSite
from provd.servers.http._tls import SecureDoor
from provd.servers.http._transport import EagerServer

_BACKLOG = 1024


def _unknown(_address: str) -> str:
    return ""


class HTTPServer:
    """Answers devices over HTTP on any number of sockets that somebody else has bound.

    `now` gives seconds since the epoch; `interface_of` the name of the network interface that has
    a local address (asked once per connection, must not block; empty when unknown).
    """

    def __init__(
        self,
        reactor: Any,
        inquiries: IInquiries,
        settings: HTTPSettings,
        *,
        now: Callable[[], float] = time.time,
        interface_of: Callable[[str], str] = _unknown,
        judge: IJudgeCertificates | None = None,
    ) -> None:
        """`judge` says what certificates of devices are worth; without one nobody looks at them.

        @raise provd.values.Invalid: the settings name a network that is none.
        """
        self._reactor = reactor
        self._settings = settings
        self._site = DeviceSite(reactor, inquiries, settings, now, interface_of, judge)
        self._seconds = LoopingCall(self._site.tick)
        self._seconds.clock = reactor
        self._ports: list[IListeningPort] = []

    @property
    def port(self) -> int:
        """The TCP port of the first socket; 0 while not started."""
        return int(getattr(self._ports[0].getHost(), "port", 0)) if self._ports else 0

    def start(self, sockets: Iterable[socket]) -> None:
        """Answer on these bound TCP sockets. Each is duplicated: the caller may close its own."""
        self._adopt_ports(sockets, self._site)
        self._keep_time()

    def start_secure(
        self, sockets: Iterable[socket], handshakes: IOpenSSLServerConnectionCreator
    ) -> None:
        """Answer on these too, over TLS; after `start`."""
        self._adopt_ports(sockets, SecureDoor(self._site, handshakes))

    def _adopt_ports(self, sockets: Iterable[socket], factory: IProtocolFactory) -> None:
        for bound in sockets:
            bound.listen(_BACKLOG)
            bound.setblocking(False)
            port = self._reactor.adoptStreamPort(bound.fileno(), bound.family, factory)
            port.transport = EagerServer
            self._ports.append(port)

    def _keep_time(self) -> None:
        self._seconds.start(1.0, now=False).addErrback(self._time_stood_still)

    def _time_stood_still(self, failure: Failure) -> None:
        """A defect in one second must not be the end of all time limits."""
        self._site.defect(failure)
        self._keep_time()

    def stop(self) -> Deferred[None]:
        """Accept nothing more, let what is being answered end within `drain_seconds`, then close.

        Fires when every connection is gone. Idempotent.
        """
        ports, self._ports = self._ports, []
        closed = [port.stopListening() or succeed(None) for port in ports]
        drained = self._site.drain()
        limit = self._reactor.callLater(self._settings.drain_seconds, self._site.abort)

        def over(_results: object) -> None:
            if limit.active():
                limit.cancel()
            if self._seconds.running:
                self._seconds.stop()

        return DeferredList([*closed, drained]).addCallback(over)

    def adopt(self, settings: HTTPSettings) -> None:
        """Hold to other limits from now on; a connection keeps the bounds of size it began with.

        @raise provd.values.Invalid: the settings name a network that is none.
        """
        self._site.adopt(settings)
        self._settings = settings

    def counters(self) -> HTTPCounters:
        """What happened since the server was made."""
        return self._site.counters()
