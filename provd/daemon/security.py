"""The security log: a file of its own for the few lines that filters of fail2ban read.

`[2026-11-20 16:25:54,123] Sensitive file requested from 192.0.2.7: 00005e005301.cfg`, in local time: as
wazo-provd writes it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import define
from twisted.logger import ILogObserver, formatEvent
from zope.interface import implementer

from provd.application.serving import NAMESPACE
from provd.application.spelling import printable
from provd.values import ProvdError

MODE = 0o640


@define
class UnusableSecurityLog(ProvdError):
    """The file of the security log cannot be written."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"the security log {self.path} cannot be written ({self.reason}); see log.security"


@implementer(ILogObserver)
class SecurityLog:
    """Appends to a file, which may be moved away at any time: the next line begins it anew.

    A file that cannot be written loses lines and nothing else.
    """

    def __init__(self, path: Path) -> None:
        """@raise UnusableSecurityLog: it cannot be written at all: better told at the start."""
        self._path = path
        try:
            os.close(self._opened())
        except OSError as error:
            raise UnusableSecurityLog(str(path), error.strerror or str(error)) from error

    def __call__(self, event: Mapping[str, Any]) -> None:
        """Write the event, if it is one of these."""
        if event["log_namespace"] != NAMESPACE:
            return
        at = event["log_time"]
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))
        text = printable(formatEvent(dict(event)))
        line = f"[{when},{int(at % 1 * 1000):03d}] {text}\n"
        try:
            file = self._opened()
        except OSError:
            return
        try:
            # One write for a line: what other processes append stands before or after it.
            os.write(file, line.encode("utf-8", "replace"))
        except OSError:
            return
        finally:
            os.close(file)

    def _opened(self) -> int:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        return os.open(self._path, flags, MODE)


def security_log(path: str) -> SecurityLog | None:
    """The log in a file; None where no file is named. @raise UnusableSecurityLog: it cannot be written."""
    return SecurityLog(Path(path)) if path else None
