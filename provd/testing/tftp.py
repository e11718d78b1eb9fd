"""A TFTP client that follows the RFCs to the letter, without sockets or clocks: a model to test against."""

from __future__ import annotations

from collections.abc import Mapping

from provd.wire.tftp import (
    Acknowledgement,
    Data,
    Error,
    OptionAcknowledgement,
    ReadRequest,
    parse,
    serialize,
)

__all__ = ["ReferenceClient", "read_request"]


def read_request(
    filename: str = "a.cfg", mode: str = "octet", options: Mapping[str, object] | None = None
) -> bytes:
    """The datagram of a read request."""
    pairs = {name.encode(): str(value).encode() for name, value in (options or {}).items()}
    return serialize(ReadRequest(filename.encode(), mode, pairs))


class ReferenceClient:
    """Receives one file: RFC 1350, options RFC 2347 to 2349, windows RFC 7440.

    `heard` takes a datagram of the server and `elapsed` says that nothing has come for a while;
    both return the datagrams to send.  `received` is what arrived in order, `complete` whether it
    is all, `error` the ERROR that ended it.
    """

    def __init__(self, rollover: int = 0) -> None:
        self.received = bytearray()
        self.complete = False
        self.error: Error | None = None
        self.options: dict[bytes, bytes] = {}
        self.blocks = 0
        self._block_size = 512
        self._window = 1
        self._since_ack = 0
        self._gap_told = False
        self._heard_anything = False
        self._rollover = rollover

    def heard(self, datagram: bytes) -> list[bytes]:
        """React to one datagram."""
        packet = parse(datagram)
        if isinstance(packet, Error):
            self.error = packet
        elif isinstance(packet, OptionAcknowledgement) and not self.blocks:
            self._heard_anything = True
            self.options = packet.options
            self._block_size = int(packet.options.get(b"blksize", b"512"))
            self._window = int(packet.options.get(b"windowsize", b"1"))
            return [self._ack()]
        elif isinstance(packet, Data):
            self._heard_anything = True
            return self._data(packet)
        return []

    def elapsed(self, request: bytes) -> list[bytes]:
        """Repeat what may have been lost: the request, or the last acknowledgement."""
        if self.complete or self.error:
            return []
        self._since_ack = 0
        self._gap_told = False
        return [self._ack()] if self._heard_anything else [request]

    def wire(self, block: int) -> int:
        """The number on the wire of a block counted from 1."""
        if block < 65536:
            return block
        return block % 65536 if not self._rollover else (block - 1) % 65535 + 1

    def _data(self, packet: Data) -> list[bytes]:
        if self.complete:  # the last acknowledgement was lost
            return [self._ack()] if packet.block == self.wire(self.blocks) else []
        if packet.block != self.wire(self.blocks + 1):
            return self._out_of_order(packet.block)
        self.blocks += 1
        self.received += packet.payload
        self._since_ack += 1
        self._gap_told = False
        self.complete = len(packet.payload) < self._block_size
        if self.complete or self._since_ack >= self._window:
            self._since_ack = 0
            return [self._ack()]
        return []

    def _out_of_order(self, block: int) -> list[bytes]:
        """A block acknowledged before is acknowledged again (RFC 1350: that was lost); a gap is told
        once, by acknowledging what came before it (RFC 7440 section 4).
        """
        ahead = (block - self.wire(self.blocks)) % 65536
        if ahead == 0 and not self._since_ack and self.blocks:
            return [self._ack()]
        if not 1 < ahead <= self._window or self._gap_told:
            return []
        self._gap_told = True
        self._since_ack = 0
        return [self._ack()]

    def _ack(self) -> bytes:
        return serialize(Acknowledgement(self.wire(self.blocks) if self.blocks else 0))
