"""`provd run`: the service in the foreground, without twistd."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.logger import Logger, globalLogBeginner
from twisted.python.failure import Failure

from provd.daemon import demo
from provd.daemon.log import Lines, log_to
from provd.daemon.privileges import User, become, user_called
from provd.daemon.service import ProvdService
from provd.daemon.settings import Settings, read_settings
from provd.values import Invalid, ProvdError

log = Logger("provd.service")

Started = Callable[[ProvdService], None]

Read = Callable[[], Settings]
"""Reads the settings, at the start and whenever they are to be read again."""


def run_service(config: Path | None) -> int:
    """Serve with the settings of a file, `conf.d` beside it and the environment; the exit code."""
    return _read_and_run(lambda: read_settings(config, os.environ), lambda _service: None)


def run_demonstration(directory: Path, families: Path) -> int:
    """Serve a demonstration that keeps its data in `directory`; the exit code.

    `families` is where the sources of its plugins are.
    """
    try:
        demo.prepare(directory, families)
    except (ProvdError, OSError) as error:
        return refuse(error)
    return _read_and_run(
        lambda: demo.demo_settings(directory, os.environ),
        lambda service: _fill(service, service.settings),
    )


def _read_and_run(read: Read, started: Started) -> int:
    try:
        settings = read()
    except ProvdError as error:
        return refuse(error)
    return _run(settings, read, started)


def _run(settings: Settings, read: Read, started: Started) -> int:
    from twisted.internet import reactor  # noqa: PLC0415 - only here is a reactor wanted

    # Twisted's reactor is a module to a type checker; see twisted.internet.reactor.
    loop: Any = reactor
    lines = log_to(sys.stderr, loop, settings.log)
    globalLogBeginner.beginLoggingTo([lines], redirectStandardIO=False)
    try:
        service = _start(settings, loop, read, lines)
    except (ProvdError, OSError) as error:
        lines.flush()
        return refuse(error)
    started(service)
    loop.addSystemEventTrigger("before", "shutdown", service.stopService)
    loop.run()
    lines.flush()
    return 0 if service.kept_everything else 1


def _start(settings: Settings, reactor: Any, read: Read, lines: Lines) -> ProvdService:
    """Bind as root, become the user of the settings, and begin to answer."""
    user: User | None = None
    if settings.service.user and os.geteuid() == 0:
        user = user_called(settings.service.user, settings.service.group)
    service = ProvdService(settings, reactor, user, read)
    service.lines = lines
    service.privilegedStartService()
    if user is not None:
        become(user)
    try:
        service.startService()
    except BaseException:
        service.give_up()
        raise
    return service


def _fill(service: ProvdService, settings: Settings) -> None:
    """Put configs into an empty store, then tell what there is to try."""
    assert service.server is not None  # noqa: S101 - it has just been started

    def told(_none: None) -> None:
        sys.stdout.write(demo.requests_to_try(settings, Path(sys.argv[0]), Path.cwd()))
        sys.stdout.flush()

    def failed(failure: Failure) -> None:
        log.failure("the demonstration could not be filled", failure)

    demo.fill(service.server.store).addCallback(told).addErrback(failed)


def refuse(error: Exception) -> int:
    """Tell on standard error why it does not start; the exit code."""
    # twistd may have made sys.stderr a part of its log already.
    stderr = sys.__stderr__ or sys.stderr
    if isinstance(error, Invalid):
        count = len(error.problems)
        noun = "mistake" if count == 1 else "mistakes"
        stderr.write(f"provd cannot start; {count} {noun} in its {error.subject}:\n")
        stderr.writelines(f"  {problem}\n" for problem in error.problems)
    else:
        stderr.write(f"provd cannot start: {error}\n")
    stderr.flush()
    return 1
