"""Networks of one test: network namespaces, wired by pairs of virtual Ethernet interfaces."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

_CLONE_NEWNET = 0x40000000
_NUMBERS = count(1)
_LIBC = ctypes.CDLL(None, use_errno=True)


class Lab:
    """Namespaces by short names of the test's own; gone, with all that is in them, when it is closed."""

    def __init__(self) -> None:
        self._prefix = f"provd{os.getpid()}x{next(_NUMBERS)}"
        self._made: list[str] = []

    def add(self, name: str) -> str:
        """Make a namespace; how `ip netns` knows it."""
        full = f"{self._prefix}{name}"
        _run("ip", "netns", "add", full)
        self._made.append(full)
        self.ip(name, "link", "set", "lo", "up")
        return full

    def full(self, name: str) -> str:
        """How `ip netns` knows a namespace of this lab."""
        return f"{self._prefix}{name}"

    def ip(self, name: str, *words: str) -> str:
        """`ip …` inside a namespace; what it prints."""
        return _run("ip", "-n", self.full(name), *words)

    def wire(self, one: str, its: str, other: str, others: str) -> None:
        """Join two namespaces by a cable; `its` and `others` are the names of its two ends."""
        self.ip(one, "link", "add", its, "type", "veth", "peer", others, "netns", self.full(other))
        self.ip(one, "link", "set", its, "up")
        self.ip(other, "link", "set", others, "up")

    @contextmanager
    def inside(self, name: str) -> Iterator[None]:
        """A block whose thread is in a namespace: the sockets it makes are there for good."""
        with Path("/proc/thread-self/ns/net").open("rb") as home:
            with Path("/var/run/netns", self.full(name)).open("rb") as place:
                _enter(place.fileno())
            try:
                yield
            finally:
                _enter(home.fileno())

    def close(self) -> None:
        """Remove every namespace. Idempotent."""
        made, self._made = self._made, []
        for full in made:
            _run("ip", "netns", "del", full)


def _enter(descriptor: int) -> None:
    if _LIBC.setns(descriptor, _CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _run(*command: str) -> str:
    done = subprocess.run(  # noqa: S603 - iproute2, with words of a test
        command, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout
