"""The process of one plugin: loads it, and does one job after the other until nobody has any."""

from __future__ import annotations

import contextlib
import os
import resource
import traceback
from collections.abc import Iterator
from pathlib import Path
from socket import socket
from typing import Any

import msgspec

from provd.compat.execution import plugin_class
from provd.compat.surface.devices.config import RawConfigError
from provd.compat.surface.plugins import Plugin, dumped
from provd.compat.worker.confinement import confine
from provd.compat.worker.frames import Done, Frames, Job, frame

LONGEST_REPORT = 8_192
LARGEST_FILE = 64 << 20
MOST_MEMORY = 2 << 30

_READ = 1 << 16


class _App:
    """What a plugin knows of the application while it configures: nothing that it could change."""

    def dev_update(self, *_arguments: Any, **_more: Any) -> None:
        """A device is changed by requests alone."""


def run(directory: Path, connection: socket) -> None:
    """Do what arrives on `connection` until it ends."""
    confine(directory)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    os.chdir(directory)
    plugin: Plugin | None = None
    frames = Frames()
    while data := connection.recv(_READ):
        for body in frames.feed(data):
            job = msgspec.json.decode(body, type=Job)
            done = Done(id=job.id, plugin=job.plugin)
            with _told(done):
                plugin = plugin or plugin_class(directory)(_App(), str(directory), {}, {})
                _do(plugin, job, done, directory)
            connection.sendall(frame(done))


def _do(plugin: Plugin, job: Job, done: Done, directory: Path) -> None:
    with dumped(None if job.keep else done.files, directory):
        match job.what:
            case "configure":
                plugin.configure(job.device, job.raw_config)
            case "configure_common":
                plugin.configure_common(job.raw_config)
            case "deconfigure":
                plugin.deconfigure(job.device)


@contextlib.contextmanager
def _told(done: Done) -> Iterator[None]:
    """Whatever is raised is told, not raised."""
    try:
        yield
    except RawConfigError as error:
        done.refused = str(error) or "its plugin refuses its raw config"
    except (Exception, SystemExit) as error:  # noqa: BLE001 - vendor code
        done.failed = _in_a_line(error)
        done.report = traceback.format_exc()[-LONGEST_REPORT:]


def _in_a_line(error: BaseException) -> str:
    here, frames = str(Path.cwd()), traceback.extract_tb(error.__traceback__)
    theirs = [each for each in frames if each.filename.startswith(here)]
    where = f" ({theirs[-1].filename}, line {theirs[-1].lineno})" if theirs else ""
    return f"{type(error).__name__}: {str(error)[:500]}{where}"
