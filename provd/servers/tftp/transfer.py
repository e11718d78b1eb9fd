"""A line: a place from which one transfer at a time is carried out.

With a port per transfer a line owns a socket, and outlives its transfers: making, binding,
watching and closing a socket costs more than the packets of a small file.  With a single port it
borrows the listening socket.  All that is decided here is who is a stranger; the conversation is
the session's.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Hashable, Sequence
from typing import Protocol

from msgspec import Struct

from provd.servers.tftp.counters import Tally
from provd.servers.tftp.limits import Quotas, Source
from provd.servers.tftp.local import Address, Local
from provd.servers.tftp.manner import Asked
from provd.servers.tftp.outlet import Outlet
from provd.servers.tftp.wheel import Wheel
from provd.wire.tftp import Chunks, Ending, ErrorCode, ReadSession, error_datagram

__all__ = ["Arrival", "HeldContent", "Keeper", "Line", "Order"]

_LONGEST = 1024
"""A client sends nothing longer than an ERROR; what is cut off is words."""
_UNKNOWN_TRANSFER = error_datagram(ErrorCode.UNKNOWN_TRANSFER, "Unknown transfer ID")


class Arrival(Struct, frozen=True, gc=False):
    """A datagram that came to a listening port."""

    datagram: bytes
    peer: Address
    local: Local
    reply: Outlet
    """Sends from the listening port."""


class Order(Struct, frozen=True, gc=False):
    """A read request that was admitted."""

    key: Hashable
    arrival: Arrival
    source: Source
    asked: Asked
    inquiry_id: str


class HeldContent(Chunks, Protocol):
    """Content that is held open for a transfer."""

    on_ready: Callable[[], None]
    """Called when a piece that was not in memory has come, or never will."""

    def close(self) -> None:
        """The transfer is over."""


class Keeper(Protocol):
    """What a line needs of whoever keeps all of them."""

    tally: Tally
    quotas: Quotas
    wheel: Wheel
    monotonic: Callable[[], float]

    def proven(self, line: Line) -> None:
        """The client has acknowledged something."""

    def ended(self, line: Line, ending: Ending | str) -> None:
        """The transfer is over, and the line is free."""


class Line:
    """Where a transfer is carried out; idle while `session` is None."""

    __slots__ = (
        "_held",
        "_keeper",
        "_paid",
        "_receive",
        "begun",
        "heard_at",
        "order",
        "outlet",
        "peer",
        "proving",
        "session",
        "sock",
        "wake",
    )

    def __init__(self, keeper: Keeper, outlet: Outlet, sock: socket.socket | None) -> None:
        self._keeper = keeper
        self.outlet = outlet
        self.sock = sock
        self._receive = sock.recvfrom if sock is not None else None
        self.peer: Address | None = None
        """The client, of the last transfer while idle."""
        self.session: ReadSession | None = None
        self.order: Order | None = None
        self._held: HeldContent | None = None
        self.proving = False
        """Nothing was acknowledged yet, so what is sent is paid from the source's allowance."""
        self._paid = 0
        self.begun = self.heard_at = self.wake = 0.0

    def begin(
        self, order: Order, session: ReadSession, held: HeldContent | None, now: float
    ) -> None:
        """Carry out one transfer, of content that is in memory or `held` open for it."""
        self.order = order
        self.peer = order.arrival.peer
        self.session = session
        self._held = held
        if held is not None:
            held.on_ready = self.refill
        self.proving = True
        self._paid = 0
        self.begun = self.heard_at = now
        self._act(session, session.begin(now), now)

    def readable(self, now: float) -> None:
        """The socket has a datagram, from the client or from a stranger."""
        try:
            datagram, peer = self._receive(_LONGEST)  # type: ignore[misc]  # only a line with a socket is watched
        except OSError:  # it was taken back, or an ICMP error was reported: the deadline tells
            return
        if peer != self.peer:
            self._strange(datagram, peer)
        elif self.session is not None:
            self.heard(datagram, now)

    def heard(self, datagram: bytes, now: float) -> None:
        """The client has sent something."""
        session = self.session
        if session is None:
            return
        self.heard_at = now
        packets = session.heard(datagram, now)
        if not self.proving and session.ending is None and len(packets) == 1:  # lock-step, running
            try:
                self.outlet.put(packets[0], self.peer)  # type: ignore[arg-type]  # it has a session
            except OSError:
                self._keeper.tally.unsent += 1
        else:
            self._act(session, packets, now)

    def repeated(self, now: float) -> None:
        """The request came once more."""
        if self.session is not None:
            self._act(self.session, self.session.repeated(now), now)

    def refill(self) -> None:
        """Content that was awaited may be there."""
        if self.session is not None and self.session.starved:
            now = self._keeper.monotonic()
            self._act(self.session, self.session.refilled(now), now)

    def due(self, now: float) -> float:
        """A slot of the wheel has come."""
        session = self.session
        if session is None:
            return 0.0
        if session.deadline > now:
            return session.deadline
        self._act(session, session.elapsed(now), now, returning=True)
        return 0.0 if self.session is None or self.wake else session.deadline

    def stop(self, reason: str, error: bytes = b"") -> None:
        """End the transfer from our side, telling the client if there is something to tell."""
        if self.session is not None and self.peer is not None:
            if error:
                self.outlet.send(error, self.peer)
            self._end(reason)

    def _act(
        self, session: ReadSession, packets: Sequence[bytes], now: float, *, returning: bool = False
    ) -> None:
        """Send, and see what has become of the session."""
        if self.proving and session.verified:
            self.proving = False
            if self.order is not None:
                self._keeper.quotas.give_back(self.order.source, self._paid)
            self._keeper.proven(self)
        if packets and (not self.proving or self._afford(packets, now)):
            self._send(packets)
        if session.ending is not None:
            self._end(session.ending)
        elif not returning and (not self.wake or session.deadline < self.wake):
            self._keeper.wheel.put(self, session.deadline)

    def _send(self, packets: Sequence[bytes]) -> None:
        peer = self.peer
        if peer is not None:
            if len(packets) == 1:
                self.outlet.send(packets[0], peer)
            else:
                self.outlet.burst(packets, peer)

    def _afford(self, packets: Sequence[bytes], now: float) -> bool:
        size = sum(map(len, packets))
        if self.order is None or not self._keeper.quotas.spend(self.order.source, size, now):
            self._keeper.tally.ignored["unproven bytes"] += 1
            return False
        self._paid += size
        return True

    def _end(self, ending: Ending | str) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None
        self._keeper.ended(self, ending)

    def _strange(self, datagram: bytes, peer: Address) -> None:
        """RFC 1350 section 4: tell whoever has the wrong transfer ID, and carry on."""
        self._keeper.tally.ignored["wrong transfer"] += 1
        if datagram[:2] != b"\0\5":  # an ERROR is never answered
            self.outlet.send(_UNKNOWN_TRANSFER, peer)
