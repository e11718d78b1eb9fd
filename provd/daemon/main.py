"""`provd run`: the service in the foreground, without twistd."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from twisted.logger import Logger, globalLogBeginner
from twisted.python.util import switchUID

from provd.daemon import demo
from provd.daemon.log import Lines, as_json, as_text
from provd.daemon.service import ProvdService
from provd.daemon.settings import Settings, read_settings
from provd.values import Invalid, Problem, ProvdError

log = Logger("provd.service")


def run(
    config: Path | None = None, *, demonstrate: Path | None = None, families: Path | None = None
) -> int:
    """Run until told to end; the exit code.

    `demonstrate` is the directory of a demonstration (then there is no `config`); `families` is where
    the plugins' sources are.
    """
    from twisted.internet import reactor  # noqa: PLC0415 - only here is a reactor wanted

    try:
        if demonstrate is not None:
            settings = demo.demo_settings(demonstrate)
            demo.prepare(demonstrate, families or source_of_plugins())
        else:
            settings = read_settings(config, os.environ)
    except ProvdError as error:
        return _refuse(error)
    lines = begin_log(settings, reactor)
    service = ProvdService(settings, reactor)
    try:
        service.privilegedStartService()
        drop_privileges(settings)
        service.startService()
    except (ProvdError, OSError) as error:
        lines.flush()
        return _refuse(error)
    if demonstrate is not None:
        _demonstrate(service, demonstrate)
    reactor.addSystemEventTrigger("before", "shutdown", service.stopService)
    reactor.addSystemEventTrigger("after", "shutdown", lines.flush)
    reactor.run()
    lines.flush()
    return 0


def begin_log(settings: Settings, reactor: Any) -> Lines:
    """One line per event on standard error."""
    line = as_json if settings.log.format == "json" else as_text
    lines = Lines(sys.stderr, reactor, line, settings.log.level)
    globalLogBeginner.beginLoggingTo([lines], redirectStandardIO=False)
    return lines


def drop_privileges(settings: Settings) -> None:
    """Become the user that the settings name, for good.

    @raise Invalid: there is no such user or group.
    """
    import grp  # noqa: PLC0415 - where there are users and groups
    import pwd  # noqa: PLC0415 - where there are users and groups

    service = settings.service
    if not service.user or os.geteuid() != 0:
        return
    try:
        user = pwd.getpwnam(service.user)
        group = grp.getgrnam(service.group).gr_gid if service.group else user.pw_gid
    except KeyError as error:
        raise Invalid(
            "settings", [Problem("service.user", f"there is no {error.args[0]}")]
        ) from error
    directory = Path(settings.data.directory)
    directory.mkdir(mode=0o750, parents=True, exist_ok=True)
    os.chown(directory, user.pw_uid, group)
    os.initgroups(service.user, group)
    os.setgid(group)
    switchUID(user.pw_uid, group)


def source_of_plugins() -> Path:
    """Where this checkout keeps the sources of its plugins."""
    return Path(__file__).resolve().parents[2] / "plugins"


def _demonstrate(service: ProvdService, directory: Path) -> None:
    assert service.server is not None  # noqa: S101 - it has just been started
    filled = demo.fill(service.server.store)
    provd = Path(sys.argv[0])
    shown = provd.relative_to(Path.cwd()) if provd.is_relative_to(Path.cwd()) else provd
    filled.addCallbacks(
        lambda _none: (
            sys.stdout.write(demo.TRY.format(directory=directory, provd=shown))
            and sys.stdout.flush()
        ),
        lambda failure: log.failure("the demonstration could not be filled", failure),
    )


def _refuse(error: Exception) -> int:
    if isinstance(error, Invalid):
        sys.stderr.write(
            f"provd cannot start; {len(error.problems)} mistakes in its {error.subject}:\n"
        )
        sys.stderr.writelines(f"  {problem}\n" for problem in error.problems)
    else:
        sys.stderr.write(f"provd cannot start: {error}\n")
    return 1
