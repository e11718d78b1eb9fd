"""The service: what twistd and `provd run` start and stop.

Privileged: the ports are bound.  Unprivileged: the store is opened, plugins are loaded, everything is
wired, the ports begin to answer, systemd is told.  Stopping walks back: no new requests, running
transfers end, observations are written, the store is closed.
"""

from __future__ import annotations

import codecs
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from attrs import define
from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from provd.daemon.log import Lines, follow_levels
from provd.daemon.notify import Notify
from provd.daemon.privileges import User, prepare_directory
from provd.daemon.reload import Reloading
from provd.daemon.settings import Settings
from provd.daemon.sockets import Sockets, bind
from provd.daemon.wiring import Server, wire
from provd.values import ProvdError, StoreUnavailable

log = Logger("provd.service")


@define
class DirectoryUnusable(ProvdError):
    """The data directory cannot be made or given to the user of the service."""

    directory: str
    reason: str

    def __str__(self) -> str:
        return (
            f"the data directory {self.directory} cannot be used: {self.reason}; make it, give it to the"
            " user that provd runs as, or set `directory` of [data]"
        )


class ProvdService(Service):
    """One server, which is `user` once it is started as root and has bound its ports."""

    name = "provd"

    lines: Lines | None = None
    """The log, where it is ours: it follows the settings then."""

    def __init__(
        self,
        settings: Settings,
        reactor: Any,
        user: User | None = None,
        read: Callable[[], Settings] | None = None,
    ) -> None:
        """Nothing happens before it is started; `read` reads the settings again when that is asked for."""
        self.settings = settings
        self._read = read or (lambda: settings)
        self._status = ""
        self.server: Server | None = None
        self.kept_everything = True
        self._reactor = reactor
        self._user = user
        self._sockets: Sockets | None = None
        self._notify = Notify(os.environ)

    def privilegedStartService(self) -> None:
        """Bind the ports, and see to the data directory.

        @raise PortNotBound: a port cannot be had.
        @raise DirectoryUnusable: the data directory cannot be made.
        """
        if self._sockets is None:
            self._sockets = bind(self.settings)
        # What Python finds on its disk when it is first used must be found while we may still read it.
        codecs.lookup("unicode_escape")
        directory = Path(self.settings.data.directory)
        try:
            prepare_directory(directory, self._user)
        except OSError as error:
            self.give_up()
            raise DirectoryUnusable(str(directory), error.strerror or str(error)) from error

    def startService(self) -> None:
        """Begin to answer.

        @raise ProvdError: it cannot; the sentence says what to do.
        """
        Service.startService(self)
        if self._sockets is None:
            self._sockets = bind(self.settings)
        journal = self.lines.journal if self.lines is not None else None
        self.server = wire(self.settings, self._reactor, journal)
        if self.lines is not None:
            follow_levels(self.lines, self.server.store)
        self.server.start(self._sockets)
        self.server.operators.system.reloads_by(self._reload)
        # Not before signals are caught: whoever reads READY=1 may send SIGTERM at once.
        self._reactor.callWhenRunning(self._tell_ready)

    def _tell_ready(self) -> None:
        if self._sockets is None:
            return
        ports = ", ".join(
            f"{name} {sockets[0].getsockname()[1]}"
            for name, sockets in (
                ("HTTP", self._sockets.http),
                ("TFTP", self._sockets.tftp),
                ("API", self._sockets.api),
            )
        )
        if self._sockets.dhcp is not None:
            ports += (
                f", DHCP {self.settings.dhcp.port} on {', '.join(self.settings.dhcp.interfaces)}"
            )
        log.info("ready: {ports}", ports=ports)
        if not sys.stdin.isatty():
            # To a terminal's own programs it says that the terminal has gone: they shall end.
            signal.signal(signal.SIGHUP, self._hung_up)
        self._status = f"answering on {ports}"
        self._notify.ready(self._status)

    def _hung_up(self, _signal: int, _frame: object) -> None:
        self._reactor.callFromThread(self._reload_for_signal)

    def _reload_for_signal(self) -> None:
        if self.server is not None:
            reloading = Deferred.fromCoroutine(self.server.operators.system.reload("SIGHUP"))
            # Why not has been told, and is kept for whoever asks.
            reloading.addErrback(lambda failure: failure.trap(ProvdError))
            reloading.addErrback(lambda failure: log.failure("a reload ended in a defect", failure))

    def _reload(self) -> Sequence[str]:
        """Take up the settings as they are written now. @raise Invalid, RestartNeeded: not one of them."""
        self._notify.reloading()
        try:
            changed = Reloading(self.server, self._read, self.lines)()
            self.settings = self.server.standing.settings if self.server else self.settings
        finally:
            self._notify.ready(self._status)
        return changed

    def stopService(self) -> Deferred[None]:
        """Stop answering; fires when everything accepted is kept."""
        Service.stopService(self)
        self._notify.stopping()
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        server, self.server = self.server, None
        try:
            if server is not None:
                await server.stop()
        except StoreUnavailable as error:
            self.kept_everything = False
            log.critical("stopped, and what came last could not be kept: {error}", error=error)
        else:
            log.info("stopped")
        self.give_up()

    def give_up(self) -> None:
        """Give the ports back. Idempotent."""
        sockets, self._sockets = self._sockets, None
        if sockets is not None:
            sockets.close()
