"""A TCP connection that sends at once what the kernel takes at once.

Twisted queues every write, asks the reactor when the socket is writable, is told "now", and
sends: two system calls and a turn of the reactor for a response that the socket's empty buffer
would have taken in the first place.  Measured with 4 KiB responses: 9 µs per response.
"""

from __future__ import annotations

from twisted.internet.error import ConnectionLost
from twisted.internet.tcp import Server


class EagerServer(Server):
    """`twisted.internet.tcp.Server` that tries to send before it queues, and counts what it sent."""

    # How much is read at once: bounds what one turn of the reactor spends on one pipelining client.
    bufferSize = 16384
    sent = 0
    """Bytes the kernel has taken."""

    def write(self, data: bytes) -> None:
        """Send `data`, now as far as possible, the rest in its turn."""
        if self._tempDataBuffer or self.dataBuffer or not self.connected or self.TLS:
            super().write(data)
            return
        try:
            taken = self.socket.send(data)
        except OSError:
            # Full (EAGAIN), or broken: then doWrite meets the same error and ends the connection where it should.
            taken = 0
        if taken < len(data):
            super().write(data[taken:])
        self.sent += taken

    def writeSomeData(self, data: bytes) -> int | ConnectionLost:
        """Send what was queued."""
        taken = super().writeSomeData(data)
        if isinstance(taken, int):
            self.sent += taken
        return taken

    def unsent(self) -> int:
        """Bytes accepted by `write` that the kernel has not taken."""
        return len(self.dataBuffer) - self.offset + self._tempDataLen
