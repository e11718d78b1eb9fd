"""The TFTP server as the rest of provd sees it: start, stop, count."""

from __future__ import annotations

import resource
import socket
import time
from collections.abc import Callable, Sequence
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import (
    IDelayedCall,
    IReactorFDSet,
    IReactorThreads,
    IReactorTime,
)
from twisted.internet.threads import deferToThreadPool

from provd.contracts import IInquiries
from provd.servers.tftp.content import SharedFiles
from provd.servers.tftp.counters import Counters
from provd.servers.tftp.limits import Quotas
from provd.servers.tftp.lines import Lines
from provd.servers.tftp.listener import Listener, bind_sockets
from provd.servers.tftp.reception import Reception
from provd.servers.tftp.settings import TFTPSettings
from provd.servers.tftp.watch import IWatch, Watch
from provd.servers.tftp.wheel import Wheel
from provd.wire.tftp import ErrorCode, error_datagram

__all__ = ["ITFTPReactor", "Network", "TFTPServer"]

_STOPPING = error_datagram(ErrorCode.UNDEFINED, "The server is stopping")


class ITFTPReactor(IReactorFDSet, IReactorTime, IReactorThreads):
    """What the server needs of a reactor."""


class Network:
    """Where the sockets of transfers come from, and who watches them; a test has its own."""

    def make_socket(self, family: int) -> socket.socket:
        """An unbound datagram socket. @raise OSError: where there is none to be had."""
        return socket.socket(family, socket.SOCK_DGRAM)

    def watch(self, reactor: IReactorFDSet, monotonic: Callable[[], float]) -> IWatch:
        """Something that calls back when a socket is readable."""
        return Watch(reactor, monotonic)


class TFTPServer:
    """Answers read requests with what `inquiries` says.

    `clock` tells when an inquiry arrived (seconds since the epoch); `monotonic` measures round
    trips and deadlines, which a correction of the clock must not disturb.
    """

    def __init__(
        self,
        reactor: ITFTPReactor,
        inquiries: IInquiries,
        settings: TFTPSettings | None = None,
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        network: Network | None = None,
    ) -> None:
        self._reactor = reactor
        self._settings = settings = settings or TFTPSettings()
        network = network or Network()
        self._watch = network.watch(reactor, monotonic)
        self._quotas = Quotas(settings)
        self._lines = Lines(
            self._watch,
            Wheel(reactor, monotonic),
            self._quotas,
            monotonic,
            network.make_socket,
            gso=settings.gso,
        )
        self._files = SharedFiles(self._in_thread, settings.cache_bytes, settings.max_open_files)
        self._reception = Reception(
            inquiries, self._lines, self._files, settings, clock, _most_sessions(settings)
        )
        self._listeners: list[Listener] = []
        self._stopping: Deferred[None] | None = None
        self._patience: IDelayedCall | None = None

    def start(self, sockets: Sequence[socket.socket] | None = None) -> None:
        """Listen, on `sockets` if they were bound before (see `bind_sockets`).

        @raise PortUnavailable: if the port cannot be bound.
        """
        for sock in bind_sockets(self._settings) if sockets is None else sockets:
            listener = Listener(
                sock,
                self._reception.arrived,
                self._lines.tally,
                self._settings,
                self._lines.monotonic,
            )
            self._listeners.append(listener)
            self._watch.add(sock.fileno(), listener.readable, last=True)

    @property
    def port(self) -> int:
        """The port that is listened on; 0 while none is."""
        return int(self._listeners[0].sock.getsockname()[1]) if self._listeners else 0

    def adopt(self, settings: TFTPSettings) -> None:
        """Hold to other limits from now on; what touches sockets stays, and so do running transfers."""
        self._settings = settings
        self._quotas.adopt(settings)
        self._files.hold(settings.cache_bytes, settings.max_open_files)
        self._reception.adopt(settings, _most_sessions(settings))

    def counters(self) -> Counters:
        """What has happened so far."""
        return self._lines.tally.snapshot(self._reception.running)

    def stop(self) -> Deferred[None]:
        """Take no more requests, let running transfers finish within `drain` seconds, and close."""
        if self._stopping is not None:
            return self._stopping
        stopped = self._stopping = Deferred()
        self._reception.close()
        if not self._settings.single_port:
            self._close_listeners()
        if not self._lines.running or not self._settings.drain:
            self._finish()
        else:
            self._lines.on_empty = self._finish
            self._patience = self._reactor.callLater(self._settings.drain, self._finish)
        return stopped

    def _finish(self) -> None:
        """Nothing is running any more, or patience has come to its end."""
        self._lines.on_empty = None
        if self._patience is not None and self._patience.active():
            self._patience.cancel()
        for line in tuple(self._lines.running.values()):
            line.stop("server stopped", _STOPPING)
        self._close_listeners()
        self._lines.close()
        self._lines.wheel.stop()
        self._files.clear()
        self._watch.close()
        if self._stopping is not None:
            self._stopping.callback(None)

    def _close_listeners(self) -> None:
        for listener in self._listeners:
            self._watch.remove(listener.sock.fileno())
            listener.sock.close()
        self._listeners.clear()

    def _in_thread(self, work: Callable[[], Any]) -> Deferred[Any]:
        return deferToThreadPool(self._reactor, self._reactor.getThreadPool(), work)


def _most_sessions(settings: TFTPSettings) -> int:
    """With a port each, transfers take at most half of the descriptors that the process may have."""
    if settings.single_port:
        return settings.max_sessions
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return settings.max_sessions if soft < 0 else min(settings.max_sessions, max(soft // 2, 1))
