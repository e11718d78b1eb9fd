"""Many sockets behind one descriptor of the reactor.

The reactor spends 3 to 4 microseconds on each ready descriptor before it calls it (log context,
look-ups), as much as the packet itself costs.  The sockets of TFTP are therefore watched by an
epoll object of their own, which the reactor watches in turn: it calls us once for all that are
ready.  For how long at a time is bounded, since other protocols are waiting.

Transfers come before the listening sockets: whoever is being served is served to the end before
the next one is let in, and a client's last acknowledgement is read before its next request.
"""

from __future__ import annotations

import select
from collections.abc import Callable
from typing import Protocol

from twisted.internet.interfaces import IReactorFDSet, IReadDescriptor
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

__all__ = ["IWatch", "Readable", "Watch"]

Readable = Callable[[float], None]
"""Called with the (monotonic) time when its socket has something to read."""

_SLICE = 0.002
_LONGEST_WAIT = 0.02
_ROUNDS = 8
_EVENTS = 128

_log = Logger("provd.servers.tftp")


class IWatch(Protocol):
    """Calls back when sockets are readable."""

    def add(self, descriptor: int, reader: Readable, *, last: bool = False) -> None:
        """Watch a socket until `remove`; one that comes `last` waits while others are readable."""

    def remove(self, descriptor: int) -> None:
        """Watch it no more; to be called before it is closed."""

    def close(self) -> None:
        """Watch nothing any more. Idempotent."""


@implementer(IReadDescriptor)
class Watch:
    """Calls each socket's `Readable` when there is something to read; a defect in one stays there."""

    def __init__(self, reactor: IReactorFDSet, monotonic: Callable[[], float]) -> None:
        self._reactor = reactor
        self._monotonic = monotonic
        self._epoll = select.epoll()
        self._readers: dict[int, Readable] = {}
        self._last: dict[int, Readable] = {}
        self._heeded = 0.0
        self._left: list[tuple[int, int]] = []
        reactor.addReader(self)

    def add(self, descriptor: int, reader: Readable, *, last: bool = False) -> None:
        self._epoll.register(descriptor, select.EPOLLIN)
        (self._last if last else self._readers)[descriptor] = reader

    def remove(self, descriptor: int) -> None:
        readers = self._readers if descriptor in self._readers else self._last
        if readers.pop(descriptor, None) is not None:
            self._epoll.unregister(descriptor)

    def close(self) -> None:
        self._reactor.removeReader(self)
        self._readers.clear()
        self._last.clear()
        self._epoll.close()

    def doRead(self) -> None:
        poll, readers, monotonic = self._epoll.poll, self._readers, self._monotonic
        now = monotonic()
        until = now + _SLICE
        for _ in range(_ROUNDS):
            # First those that were not reached last time: epoll would begin with the same ones again.
            events, self._left = self._left or poll(0, _EVENTS), []
            waiting = None
            for number, (descriptor, _event) in enumerate(events, 1):
                reader = readers.get(descriptor)
                if reader is None:
                    waiting = self._last.get(descriptor, waiting)
                    continue
                try:
                    reader(now)
                except Exception:  # noqa: BLE001 - a defect met by one packet must not deafen all
                    _log.failure("a TFTP packet met a defect", Failure())
                now = monotonic()
                if now > until:  # what is left is still readable when the reactor comes back
                    self._left = events[number:]
                    break
            others = len(events) == _EVENTS or now > until
            if waiting is not None and (not others or now - self._heeded > _LONGEST_WAIT):
                self._heeded = now
                self._heed(waiting, now)
                now = monotonic()
            if now > until or not events:
                return

    def _heed(self, reader: Readable, now: float) -> None:
        try:
            reader(now)
        except Exception:  # noqa: BLE001 - the same for what one request asks for
            _log.failure("a TFTP packet met a defect", Failure())

    def fileno(self) -> int:
        return -1 if self._epoll.closed else self._epoll.fileno()

    def logPrefix(self) -> str:
        return "tftp"

    def connectionLost(self, reason: Failure) -> None:
        """The reactor is shutting down."""
        self.close()
