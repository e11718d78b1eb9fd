"""The service: what twistd and `provd run` start and stop.

Privileged: the ports are bound.  Unprivileged: the store is opened, plugins are loaded, everything is
wired, the ports begin to answer, systemd is told.  Stopping walks back: no new requests, running
transfers end, observations are written, the store is closed.
"""

from __future__ import annotations

import os
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from provd.daemon.notify import Notify
from provd.daemon.settings import Settings
from provd.daemon.sockets import Sockets, bind
from provd.daemon.wiring import Server, wire

log = Logger("provd.service")


class ProvdService(Service):
    """One server. `bound` are sockets that somebody else has bound already."""

    name = "provd"

    def __init__(self, settings: Settings, reactor: Any, bound: Sockets | None = None) -> None:
        """Nothing happens before it is started."""
        self.settings = settings
        self.server: Server | None = None
        self._reactor = reactor
        self._sockets = bound
        self._notify = Notify(os.environ)

    def privilegedStartService(self) -> None:
        """Bind the ports.

        @raise PortNotBound: one cannot be had.
        """
        if self._sockets is None:
            self._sockets = bind(self.settings)

    def startService(self) -> None:
        """Begin to answer.

        @raise ProvdError: it cannot; the sentence says what to do.
        """
        Service.startService(self)
        if self._sockets is None:
            self._sockets = bind(self.settings)
        self.server = wire(self.settings, self._reactor)
        self.server.start(self._sockets)
        ports = ", ".join(
            f"{name} {sockets[0].getsockname()[1]}"
            for name, sockets in (
                ("HTTP", self._sockets.http),
                ("TFTP", self._sockets.tftp),
                ("API", self._sockets.api),
            )
        )
        log.info("ready: {ports}", ports=ports)
        self._notify.ready(f"answering on {ports}")

    def stopService(self) -> Deferred[None]:
        """Stop answering; fires when everything accepted is kept."""
        Service.stopService(self)
        self._notify.stopping()
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        server, self.server = self.server, None
        if server is not None:
            await server.stop()
        if self._sockets is not None:
            self._sockets.close()
            self._sockets = None
        log.info("stopped")
