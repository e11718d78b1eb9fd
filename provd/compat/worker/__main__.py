"""The parent: forks the children, and carries jobs to them and answers back."""

from __future__ import annotations

import gc
import os
import selectors
import signal
import sys
from contextlib import suppress
from pathlib import Path
from socket import socket, socketpair

import msgspec

from provd.compat.worker import confinement
from provd.compat.worker.child import run
from provd.compat.worker.frames import About, Done, Frames, frame, framed

MOST_CHILDREN = 8
"""Plugins whose code is held in a process of its own at once; the longest idle one makes place."""

_READ = 1 << 16


class Child:
    """One plugin's process."""

    def __init__(self, plugin: str, pid: int, connection: socket) -> None:
        self.plugin = plugin
        self.pid = pid
        self.connection = connection
        self.frames = Frames()
        self.jobs: dict[int, None] = {}


class Parent:
    """Until its standard input ends."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._children: dict[str, Child] = {}
        self._selector = selectors.DefaultSelector()
        self._jobs = Frames()

    def run(self) -> None:
        """Carry until nobody is there to carry for."""
        self._selector.register(0, selectors.EVENT_READ, None)
        while True:
            for key, _mask in self._selector.select():
                if key.data is None:
                    data = os.read(0, _READ)
                    if not data:
                        return
                    for body in self._jobs.feed(data):
                        self._take(msgspec.json.decode(body, type=About), body)
                else:
                    self._hear(key.data)

    def _take(self, job: About, body: bytes) -> None:
        known = self._children.pop(job.plugin, None)
        if job.what == "give up":
            if known is not None:
                os.kill(known.pid, signal.SIGKILL)
                self._bury(known)  # before the next job comes, which must find another
            return
        child = known or self._fork(job.plugin)
        self._children[job.plugin] = child  # the one asked last comes last
        child.jobs[job.id] = None
        with suppress(OSError):  # it has ended: `_hear` will say so
            child.connection.sendall(framed(body))
        self._make_place()

    def _fork(self, plugin: str) -> Child:
        ours, theirs = socketpair()
        pid = os.fork()
        if pid == 0:
            ours.close()
            self._become(plugin, theirs)
        theirs.close()
        made = Child(plugin, pid, ours)
        self._selector.register(ours, selectors.EVENT_READ, made)
        return made

    def _become(self, plugin: str, connection: socket) -> None:
        """The rest of a child's life."""
        status = 1
        try:
            confinement.end_with_parent()
            for other in self._children.values():
                other.connection.close()
            nothing = os.open(os.devnull, os.O_RDWR)
            os.dup2(nothing, 0)
            os.dup2(2, 1)
            run(self._directory / plugin, connection)
            status = 0
        finally:
            os._exit(status)

    def _make_place(self) -> None:
        for child in list(self._children.values()):
            if len(self._children) <= MOST_CHILDREN:
                return
            if not child.jobs:
                self._bury(child)

    def _hear(self, child: Child) -> None:
        if child.connection.fileno() < 0:
            return  # buried since
        try:
            data = child.connection.recv(_READ)
        except OSError:
            data = b""
        if not data:
            self._bury(child)
            return
        for body in child.frames.feed(data):
            child.jobs.pop(msgspec.json.decode(body, type=About).id, None)
            self._answer(framed(body))

    def _bury(self, child: Child) -> None:
        """A child ends, or has ended; what it owes fails."""
        self._selector.unregister(child.connection)
        child.connection.close()
        if self._children.get(child.plugin) is child:
            del self._children[child.plugin]
        _pid, status = os.waitpid(child.pid, 0)
        why = (
            f"its process was stopped by signal {os.WTERMSIG(status)}"
            if os.WIFSIGNALED(status)
            else "its process ended"
        )
        for job in child.jobs:
            self._answer(frame(Done(id=job, plugin=child.plugin, failed=why)))

    @staticmethod
    def _answer(data: bytes) -> None:
        while data:
            data = data[os.write(1, data) :]


def main() -> None:
    """Serve the directory of plugins that is named."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started us ends us by closing our input
    gc.freeze()
    Parent(Path(sys.argv[1])).run()


if __name__ == "__main__":
    main()
