"""All transfers that are under way, and the lines that wait for the next one."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable, Hashable

from twisted.logger import Logger

from provd.servers.tftp.counters import Tally
from provd.servers.tftp.limits import Quotas
from provd.servers.tftp.local import Address, Local
from provd.servers.tftp.outlet import Outlet
from provd.servers.tftp.transfer import Line, Order
from provd.servers.tftp.watch import IWatch
from provd.servers.tftp.wheel import Wheel
from provd.wire.tftp import Ending

__all__ = ["Lines", "SocketFactory"]

SocketFactory = Callable[[int], socket.socket]
"""Makes an unbound datagram socket of a family. @raise OSError: where there is none to be had."""

_MOST_IDLE = 256
_REST = 5.0
"""Seconds before the same client may meet the same port again: what it sent before is gone by then."""

_log = Logger("provd.servers.tftp")


class Lines:
    """Hands out lines and takes them back; knows every transfer by the key of its request."""

    def __init__(
        self,
        watch: IWatch,
        wheel: Wheel,
        quotas: Quotas,
        monotonic: Callable[[], float],
        make_socket: SocketFactory,
        *,
        gso: bool,
    ) -> None:
        self.tally = Tally()
        self.quotas = quotas
        self.wheel = wheel
        self.monotonic = monotonic
        self._watch = watch
        self._make_socket = make_socket
        self._gso = gso
        self.running: dict[Hashable, Line] = {}
        self._unproven: dict[Line, None] = {}
        """In the order they began."""
        self._idle: dict[tuple[int, Address], deque[Line]] = {}
        self._resting = 0
        self.on_empty: Callable[[], None] | None = None
        """Called each time the last transfer has ended."""

    def take(self, order: Order, *, shared: bool) -> Line | None:
        """A line for one transfer, bound to where its request came in; None if no socket is to be had.

        A `shared` line sends from the listening port and is told what the client sends.
        """
        if shared:
            order.arrival.reply.gso = self._gso
            line = Line(self, order.arrival.reply, None)
        else:
            found = self._rested(order) or self._new(order.arrival.local)
            if found is None:
                return None
            line = found
            line.outlet.gso = self._gso
        self.running[order.key] = line
        self._unproven[line] = None
        return line

    def make_room(self, before: float) -> bool:
        """End the oldest transfer that began before then and has not proven to have a client."""
        line = next(iter(self._unproven), None)
        if line is None or line.begun > before:
            return False
        line.stop("evicted")
        return True

    def proven(self, line: Line) -> None:
        """The client has acknowledged something."""
        self._unproven.pop(line, None)

    def ended(self, line: Line, ending: Ending | str) -> None:
        """The transfer is over: count it, and keep the line for the next one."""
        order, session = line.order, line.session
        line.order = line.session = None
        self._unproven.pop(line, None)
        if order is not None and session is not None:
            self.running.pop(order.key, None)
            self.quotas.leave(order.source)
            self.tally.ended(ending, session.resent)
            if ending is not Ending.DELIVERED:
                _log.info(
                    "transfer of {filename} to {peer} {ending}",
                    filename=order.asked.filename,
                    peer=order.arrival.peer[0],
                    ending=str(ending),
                    inquiry=order.inquiry_id,
                )
            if line.sock is not None:
                self._rest(line, order.arrival.local)
        self.rested()

    def rested(self) -> None:
        """Something is over, a transfer or a request that led to none."""
        if not self.running and self.on_empty is not None:
            self.on_empty()

    def close(self) -> None:
        """Close the idle lines; to be called once nothing is running."""
        for idle in self._idle.values():
            for line in idle:
                self._discard(line)
        self._idle.clear()
        self._resting = 0

    def _rested(self, order: Order) -> Line | None:
        local = order.arrival.local
        idle = self._idle.get((local.family, local.bind))
        if not idle:
            return None
        # First in, first out: a port rests as long as possible.
        line = idle[0]
        if line.peer == order.arrival.peer and self.monotonic() - line.heard_at < _REST:
            return None
        self._resting -= 1
        return idle.popleft()

    def _new(self, local: Local) -> Line | None:
        try:
            sock = self._make_socket(local.family)
        except OSError:  # EMFILE and its like: others keep theirs, this client asks again
            return None
        try:
            sock.setblocking(False)
            sock.bind(local.bind)
        except OSError:
            sock.close()
            return None
        line = Line(self, Outlet(sock, [], self.tally, gso=self._gso), sock)
        self._watch.add(sock.fileno(), line.readable)
        return line

    def _rest(self, line: Line, local: Local) -> None:
        if self._resting >= _MOST_IDLE:
            self._discard(line)
            return
        self._resting += 1
        self._idle.setdefault((local.family, local.bind), deque()).append(line)

    def _discard(self, line: Line) -> None:
        if line.sock is not None:
            self._watch.remove(line.sock.fileno())
            line.sock.close()
