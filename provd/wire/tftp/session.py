"""The server's side of one read transfer: which packets to send, told what came and what time it is.

Theory of operation
===================

A session is in one of three states::

    OFFERING   the OACK is out; ACK 0 accepts it                 (only where options were taken)
    SENDING    a window of DATA is out, blocks base+1 .. sent
    ended      `ending` says how; nothing is sent any more

and hears four things: a datagram from the client (`heard`), that `deadline` has passed
(`elapsed`), that content which was not in memory now is (`refilled`), and its start (`begin`).
Each returns the packets to send now, often none.  The session knows no socket and no clock:
whoever drives it passes the time, in seconds, and calls `elapsed` once `deadline` is reached.

Blocks are counted from 1 without bound; the 16 bits on the wire are taken modulo 65,536, or
modulo 65,535 for clients that expect block 1 after block 65,535 (`rollover`).

What an acknowledgement does:

- of a block in base+1 .. sent, it moves the base there.  If blocks beyond it are out, the client
  has missed one: RFC 7440 section 4 resumes directly after the acknowledged block.  Either way
  the next window is sent.
- of the base once more, it is never answered by DATA.  In lock-step that is the rule of RFC 1123
  section 4.2.3.1 against the Sorcerer's Apprentice.  With a window it may also say that the first
  block of the window was lost, so the retransmission is brought forward to two round trips from
  now, once; progress in between calls it off.  One duplicate thus never doubles a window.
- of anything else, nothing: it is old, or of a block never sent.

Patience: the retransmission time-out follows RFC 6298 (smoothed round trip plus four times its
variation, never measured on something sent twice) between a floor and a ceiling, and doubles
with each retransmission in a row.  After `tries` of these without progress the client is gone.
A client that has never acknowledged anything may be an address somebody else wrote into a
packet: it gets fewer.  The timeout option (RFC 2349) replaces the estimate and is not doubled.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from provd.values import ProvdError
from provd.wire.tftp.negotiation import Terms
from provd.wire.tftp.packets import HEADER, ErrorCode, Opcode, error_datagram

__all__ = ["Chunks", "ContentLost", "Ending", "MemoryChunks", "Patience", "ReadSession"]

_ACK = Opcode.ACK.value
_ERROR = Opcode.ERROR.value
_DATA = Opcode.DATA.value
_NOTHING: tuple[bytes, ...] = ()
_pack = HEADER.pack

# Whether the retransmission of the window at hand was brought forward: at most once.
_NO, _ASKED, _DONE = 0, 1, 2


class ContentLost(ProvdError):
    """The content of a running transfer cannot be read any more; the transfer cannot go on."""


class Chunks(Protocol):
    """Content in pieces that stay as they are and may be shared by many sessions."""

    @property
    def size(self) -> int:
        """Length of the whole, as it goes over the wire."""

    def chunk(self, offset: int) -> tuple[bytes, int] | None:
        """A piece that holds the byte at `offset` (less than `size`), and where the piece begins.

        None while it is not in memory: the session then waits for `refilled`.

        @raise ContentLost: if it never will be.
        """


class MemoryChunks(Struct, frozen=True, gc=False):
    """Content that is held in memory as a whole."""

    body: bytes
    size: int

    def chunk(self, _offset: int) -> tuple[bytes, int] | None:
        """All of it."""
        return self.body, 0


class Patience(Struct, frozen=True, gc=False):
    """How long a session waits for its client; seconds."""

    first: float = 1.0
    """Before a round trip was measured (RFC 6298 section 2.1)."""
    least: float = 0.25
    most: float = 8.0
    tries: int = 6
    """Retransmissions in a row to a client that has acknowledged something before."""
    first_tries: int = 2
    """Retransmissions to a client that never has."""


class Ending(StrEnum):
    """How a session ended."""

    DELIVERED = "delivered"
    """The client acknowledged the last block."""
    ABORTED = "aborted"
    """The client sent an ERROR."""
    SILENT = "silent"
    """The client was there and stopped answering."""
    UNANSWERED = "unanswered"
    """The client never acknowledged anything."""
    LOST = "lost"
    """The content could not be read to its end."""


class ReadSession:
    """Delivers one content to one client.

    `verified` is true once the client has acknowledged something: until then its address may be
    forged.  `starved` is true while content is awaited.  `resent` counts packets sent again.
    """

    __slots__ = (
        "_base",
        "_block_size",
        "_blocks",
        "_buffer",
        "_buffer_at",
        "_buffer_reach",
        "_chunks",
        "_hastened",
        "_modulus",
        "_oack",
        "_patience",
        "_round_trip",
        "_sent",
        "_sent_at",
        "_size",
        "_timeout",
        "_tries",
        "_variation",
        "_wait",
        "_window",
        "deadline",
        "ending",
        "resent",
        "starved",
        "verified",
    )

    def __init__(self, chunks: Chunks, terms: Terms, patience: Patience, rollover: int = 0) -> None:
        self._chunks = chunks
        self._size = chunks.size
        self._block_size = terms.block_size
        # RFC 1350 section 6: a short block ends the transfer, so exact multiples end in an empty one.
        self._blocks = chunks.size // terms.block_size + 1
        self._window = terms.window
        self._oack = terms.oack
        self._patience = patience
        self._timeout = terms.timeout
        self._wait: float = terms.timeout or patience.first
        self._modulus = 65536 - rollover
        self._base = self._sent = 0
        self._buffer = b""
        self._buffer_at = 0
        self._buffer_reach = -1
        self._tries = 0
        self._hastened = _NO
        self._round_trip = self._variation = self._sent_at = 0.0
        self.deadline = 0.0
        self.resent = 0
        self.starved = self.verified = False
        self.ending: Ending | None = None

    def begin(self, now: float) -> Sequence[bytes]:
        """The first answer: the OACK, or where there is none the first block."""
        return self._again(now)

    def heard(self, datagram: bytes, now: float) -> Sequence[bytes]:
        """What to send because the client sent this; anything but ACK and ERROR is ignored."""
        if len(datagram) < 4 or datagram[0] or self.ending is not None:
            return _NOTHING
        if datagram[1] != _ACK:
            if datagram[1] == _ERROR:
                self.ending = Ending.ABORTED
            return _NOTHING
        return self._acknowledged(datagram[2] << 8 | datagram[3], now)

    def elapsed(self, now: float) -> Sequence[bytes]:
        """What to send because `deadline` has passed: a retransmission, or nothing any more."""
        if self.ending is not None:
            return _NOTHING
        if self._hastened == _ASKED:  # the client is there, so this is not one of its tries
            self._hastened = _DONE
            self._tries = max(self._tries, 1)
        else:
            self._tries += 1
            if self._tries > (
                self._patience.tries if self.verified else self._patience.first_tries
            ):
                self._give_up()
                return _NOTHING
            if not self._timeout:
                self._wait = min(self._wait * 2, self._patience.most)
        self._sent = self._base
        packets = self._again(now)
        self.resent += len(packets)
        return packets

    def repeated(self, now: float) -> Sequence[bytes]:
        """What to send because the request came once more: the first answer, if it may be lost."""
        if self.verified or self.ending is not None or self.starved:
            return _NOTHING
        self._tries = max(self._tries, 1)
        self._sent = self._base
        packets = self._again(now)
        self.resent += len(packets)
        return packets

    def refilled(self, now: float) -> Sequence[bytes]:
        """What to send because awaited content has arrived: the rest of the window."""
        if not self.starved or self.ending is not None:
            return _NOTHING
        return self._fill(now)

    def _acknowledged(self, number: int, now: float) -> Sequence[bytes]:
        if self._oack:
            return self._accepted(number, now)
        base = self._base
        step = (number - base) % self._modulus
        if step == 0:
            self._hasten(now)
            return _NOTHING
        if step > self._sent - base or (number == 0 and self._modulus != 65536):
            return _NOTHING
        self.verified = True
        self._hastened = _NO
        self._base = base = base + step
        if base >= self._blocks:
            self.ending = Ending.DELIVERED
            return _NOTHING
        self._progressed(now)
        self.resent += self._sent - base
        self._sent = base
        return self._next(now) if self._window == 1 else self._fill(now)

    def _next(self, now: float) -> Sequence[bytes]:
        """What `_fill` does in lock-step, in fewer steps: most transfers are."""
        number, size = self._base, self._block_size
        start = number * size - self._buffer_at
        if start < 0 or start + size > self._buffer_reach or number >= 65535:
            return self._fill(now)
        self._sent = number = number + 1
        self._sent_at = now
        self.deadline = now + self._wait
        return (_pack(_DATA, number) + self._buffer[start : start + size],)

    def _accepted(self, number: int, now: float) -> Sequence[bytes]:
        """RFC 2347: ACK 0 accepts the OACK; no other block can be acknowledged yet."""
        if number:
            return _NOTHING
        self._oack = b""
        self.verified = True
        self._progressed(now)
        return self._fill(now)

    def _hasten(self, now: float) -> None:
        """The base was acknowledged again: see the opening comment."""
        if self._window == 1 or self._hastened or self._sent == self._base or not self.verified:
            return
        self._hastened = _ASKED
        self.deadline = min(self.deadline, now + 2 * self._round_trip)

    def _progressed(self, now: float) -> None:
        """Measure the round trip (RFC 6298 section 2) and return to its time-out."""
        if self._tries:
            # Karn: an answer to something sent twice measures nothing, but the client is there.
            self._tries = 0
        else:
            sample = now - self._sent_at
            if self._round_trip:
                self._variation += (abs(sample - self._round_trip) - self._variation) * 0.25
                self._round_trip += (sample - self._round_trip) * 0.125
            else:
                self._round_trip = sample
                self._variation = sample / 2
        if not self._timeout and self._round_trip:
            wait = self._round_trip + 4 * self._variation
            patience = self._patience
            self._wait = min(max(wait, patience.least), patience.most)

    def _again(self, now: float) -> Sequence[bytes]:
        if not self._oack:
            return self._fill(now)
        self._sent_at = now
        self.deadline = now + self._wait
        return (self._oack,)

    def _fill(self, now: float) -> Sequence[bytes]:
        """The packets of the window that are not out yet, as far as their content is there."""
        self.starved = False
        self._sent_at = now
        self.deadline = now + self._wait
        size, modulus, number = self._block_size, self._modulus, self._sent
        last = min(self._base + self._window, self._blocks)
        packets = []
        while number < last:
            start = number * size - self._buffer_at
            end = start + size
            if start >= 0 and end <= self._buffer_reach:
                payload = self._buffer[start:end]
            else:
                found = self._fetch(number * size)
                if found is None:
                    break
                payload = found
            number += 1
            wire = number if number < 65536 else (number - 1) % modulus + 1 & 0xFFFF
            packets.append(_pack(_DATA, wire) + payload)
        if self.ending is Ending.LOST:
            return (error_datagram(ErrorCode.UNDEFINED, "the file changed while it was read"),)
        self._sent = number
        return packets

    def _fetch(self, offset: int) -> bytes | None:
        """A block that is not, or not as a whole, in the piece at hand."""
        wanted = min(self._block_size, self._size - offset)
        parts = []
        while wanted > 0:
            try:
                found = self._chunks.chunk(offset)
            except ContentLost:
                self.ending = Ending.LOST
                return None
            if found is None:
                self.starved = True
                return None
            self._buffer, self._buffer_at = found
            self._buffer_reach = len(self._buffer)
            if self._buffer_at + self._buffer_reach >= self._size:
                # It holds the end of the content: the last block, cut short, is in it as well.
                self._buffer_reach += self._block_size
            start = offset - self._buffer_at
            part = self._buffer[start : start + wanted]
            offset += len(part)
            wanted -= len(part)
            parts.append(part)
        return b"".join(parts)

    def _give_up(self) -> None:
        if self.starved and self._sent == self._base:
            self.ending = Ending.LOST
        else:
            self.ending = Ending.SILENT if self.verified else Ending.UNANSWERED
