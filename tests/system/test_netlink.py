"""The kernel's tables on a real netlink socket, and what happens when its events are lost."""

from __future__ import annotations

import errno
from typing import Any

import pytest
from twisted.internet.task import Clock

from provd.pipeline import KernelTables


class Watching(Clock):
    """A virtual clock that watches no descriptor."""

    def addReader(self, _reader: Any) -> None:
        """Nothing is read by itself."""

    def removeReader(self, _reader: Any) -> None:
        """Nothing was."""


class Overrun:
    """A netlink socket whose buffer always ran over."""

    def recv(self, _size: int) -> bytes:
        """Events were lost."""
        raise OSError(errno.ENOBUFS, "No buffer space available")

    def fileno(self) -> int:
        """As of a closed socket."""
        return -1


def test_lost_events_cost_one_dump_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many are lost: a network that churns does not keep the server from its work."""
    clock = Watching()
    tables = KernelTables(clock)
    assert tables.interface_of("127.0.0.1") == "lo"
    dumps: list[float] = []
    monkeypatch.setattr(tables, "_dump", lambda: dumps.append(clock.seconds()))
    tables._socket.close()
    tables._socket = Overrun()  # type: ignore[assignment]  # what is asked of it, it has
    for _turn in range(50):
        tables.doRead()
        clock.advance(0.1)
    assert 3 <= len(dumps) <= 5
    tables.doRead()
    tables.close()
    assert not clock.getDelayedCalls()


def test_a_dump_that_fails_leaves_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is logged, and the server goes on."""
    clock = Watching()
    tables = KernelTables(clock)

    def refused() -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(tables, "_dump", refused)
    tables._socket.close()
    tables._socket = Overrun()  # type: ignore[assignment]  # as above
    tables.doRead()
    clock.advance(2)
    assert tables.interface_of("127.0.0.1") == "lo"
    tables.close()
