"""`twistd provd`: options, and the service made from them.

twistd tells an exception by its traceback; here a start that cannot be becomes one sentence and exit
code 1, as with `provd run`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from pwd import getpwuid
from typing import Any

from twisted.application.service import IService
from twisted.logger import ILogObserver, Logger
from twisted.python.components import Componentized
from twisted.python.logfile import LogFile
from twisted.python.usage import Options as TwistdOptions

from provd.daemon.log import Stream, log_to
from provd.daemon.main import refuse
from provd.daemon.privileges import User
from provd.daemon.service import ProvdService
from provd.daemon.settings import Settings, read_settings
from provd.values import ProvdError

log = Logger("provd.service")


class Options(TwistdOptions):
    """What `twistd provd` takes; everything else is in the settings."""

    synopsis = "[--config FILE]"
    optParameters = (("config", "c", None, "The settings (TOML); conf.d beside it is read too."),)

    settings: Settings
    read: Callable[[], Settings]

    def postOptions(self) -> None:
        """Read the settings while nothing has been started yet.

        @raise SystemExit: they cannot be used; every mistake has been told.
        """
        config = self["config"]
        # twistd may change to another directory before they are read again.
        path = Path(config).absolute() if config else None
        self.read = lambda: read_settings(path, os.environ)
        try:
            self.settings = self.read()
        except ProvdError as error:
            raise SystemExit(refuse(error)) from None


class TwistdService(ProvdService):
    """The service below twistd's application."""

    def __init__(
        self, options: Options, reactor: Any, user: User | None, twistd: Mapping[str, Any]
    ) -> None:
        """`twistd` are twistd's own options."""
        super().__init__(options.settings, reactor, user, options.read)
        pidfile = twistd.get("pidfile")
        self._pidfile = Path(pidfile) if pidfile else None
        self._daemon = not twistd.get("nodaemon")
        self._logs_elsewhere = self._daemon or bool(twistd.get("logfile"))
        if not twistd.get("syslog") and not twistd.get("logger"):
            # Taken before twistd makes standard error a part of its log.
            stream = _log_file(twistd) if self._logs_elsewhere else sys.stderr
            self.lines = log_to(stream, reactor, self.settings.log)

    def setServiceParent(self, parent: Any) -> None:
        """Have the application log as `provd run` does."""
        if self.lines is not None and isinstance(parent, Componentized):
            parent.setComponent(ILogObserver, self.lines)
            self._reactor.addSystemEventTrigger("after", "shutdown", self.lines.flush)
        super().setServiceParent(parent)

    def privilegedStartService(self) -> None:
        self._or_refuse(super().privilegedStartService)

    def startService(self) -> None:
        self._or_refuse(super().startService)

    def _or_refuse(self, start: Callable[[], None]) -> None:
        try:
            start()
        except ProvdError as error:
            self.give_up()
            if self._logs_elsewhere:
                log.critical("cannot start: {error}", error=error)
            if self._daemon:
                # The process in the terminal waits to be told by twistd, which hears of exceptions only.
                raise
            if self._pidfile is not None:
                # twistd forgets it when it is left by SystemExit.
                self._pidfile.unlink(missing_ok=True)
            raise SystemExit(refuse(error)) from None


def makeService(options: Options) -> IService:
    """The service over the global reactor."""
    from twisted.internet import reactor  # noqa: PLC0415 - installing one is twistd's business, before this

    twistd: Mapping[str, Any] = options.parent or {}
    return TwistdService(options, reactor, _user_of(twistd), twistd)


def _log_file(twistd: Mapping[str, Any]) -> Stream:
    """Where twistd itself would log to: a file that it rotates."""
    name = twistd.get("logfile")
    if name == "-":
        return sys.stdout
    log_file: Stream = LogFile.fromFullPath(name or "twistd.log")
    return log_file


def _user_of(twistd: Mapping[str, Any]) -> User | None:
    """Whom `twistd --uid --gid` will make of us."""
    uid, gid = twistd.get("uid"), twistd.get("gid")
    if uid is None or os.geteuid() != 0:
        return None
    return User(uid, getpwuid(uid).pw_gid if gid is None else gid)
