"""TFTP without I/O: the codec, option negotiation, netascii, and the state of a read transfer."""

from provd.wire.tftp.negotiation import Bounds, Offer, Terms, negotiate, offer
from provd.wire.tftp.packets import (
    Acknowledgement,
    Data,
    Error,
    ErrorCode,
    Opcode,
    OptionAcknowledgement,
    Packet,
    ReadRequest,
    WriteRequest,
    error_datagram,
    parse,
    serialize,
)
from provd.wire.tftp.session import (
    Chunks,
    ContentLost,
    Ending,
    MemoryChunks,
    Patience,
    ReadSession,
)

__all__ = [
    "Acknowledgement",
    "Bounds",
    "Chunks",
    "ContentLost",
    "Data",
    "Ending",
    "Error",
    "ErrorCode",
    "MemoryChunks",
    "Offer",
    "Opcode",
    "OptionAcknowledgement",
    "Packet",
    "Patience",
    "ReadRequest",
    "ReadSession",
    "Terms",
    "WriteRequest",
    "error_datagram",
    "negotiate",
    "offer",
    "parse",
    "serialize",
]
