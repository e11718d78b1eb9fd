"""What an operator may set about TFTP, with the defaults and why they are what they are."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from provd.wire.tftp import Bounds, Patience

__all__ = ["TFTPSettings"]

_Port = Annotated[int, Meta(ge=0, le=65535)]
_Count = Annotated[int, Meta(ge=1)]
_Seconds = Annotated[float, Meta(gt=0)]


class TFTPSettings(Struct, frozen=True, kw_only=True):
    """Sizes are in bytes, times in seconds."""

    interface: str = ""
    """The address to listen on; empty for every IPv4 and IPv6 address of the host."""
    port: _Port = 69
    single_port: bool = False
    """Answer every transfer from `port` itself, for NAT and containers that forward one port.
    The client's acknowledgements then prove less: see `max_single_port_windowsize`."""
    max_sessions: _Count = 1024
    """Transfers at a time. With a port per transfer it is further held to half of the process's
    descriptor limit, so that TFTP can never take the descriptors of the other protocols."""
    max_sessions_per_source: _Count = 256
    """Transfers at a time of one IPv4 address or one IPv6 /64.  A relay or NAT hides a whole site
    behind one address, and a rack that starts together opens a transfer each: 200 at once must
    pass.  A quarter of `max_sessions` still leaves room for three other such sites."""
    max_unproven_bytes: _Count = 256 * 1024
    """What one source may be sent, ahead of its `unproven_bytes_per_second`, without having
    acknowledged anything: 256 first blocks of 516 bytes, each sent twice."""
    unproven_bytes_per_second: _Count = 32 * 1024
    """The rate at which that allowance grows back where nothing is ever acknowledged."""
    rollover: Literal[0, 1] = 0
    """The block number after 65,535: 0 as nearly every client expects, or 1."""
    gso: bool = True
    """Hand whole windows to the kernel in one call (UDP segmentation offload) where it can."""
    max_blksize: Annotated[int, Meta(ge=512, le=65464)] = 65464
    max_windowsize: Annotated[int, Meta(ge=1, le=1024)] = 64
    max_single_port_windowsize: Annotated[int, Meta(ge=1, le=1024)] = 8
    """With a single port whoever forges a source address can also forge its acknowledgements,
    since no port has to be guessed; a small window bounds what each of them sets off."""
    max_window_bytes: Annotated[int, Meta(ge=1)] = 1 << 20
    """What one client may have on its way at a time; larger windows are cut to fit."""
    max_timeout: Annotated[int, Meta(ge=1, le=255)] = 60
    """The longest interval a client may ask for with the timeout option."""
    first_timeout: _Seconds = 1.0
    """Until the first retransmission, as long as no round trip has been measured."""
    min_timeout: _Seconds = 0.25
    longest_timeout: _Seconds = 8.0
    retransmissions: _Count = 6
    """In a row, to a client that has answered before: it is given up after 24 to 40 s, since some
    phones answer nothing while they write their flash memory."""
    first_retransmissions: _Count = 2
    """To a client that has answered nothing yet; it is forgotten after 7 s."""
    receive_buffer: _Count = 4 << 20
    """Asked of the kernel for the listening socket, which holds it to net.core.rmem_max."""
    cache_bytes: _Count = 32 << 20
    """File content kept in memory between transfers."""
    max_open_files: _Count = 128
    """Different large files read at a time."""
    drain: Annotated[float, Meta(ge=0)] = 5.0
    """How long running transfers may go on once the server is told to stop."""

    def bounds(self) -> Bounds:
        """What negotiation may grant."""
        window = self.max_windowsize
        if self.single_port:
            window = min(window, self.max_single_port_windowsize)
        return Bounds(self.max_blksize, window, self.max_window_bytes, self.max_timeout)

    def patience(self) -> Patience:
        """How long a session waits."""
        return Patience(
            self.first_timeout,
            self.min_timeout,
            self.longest_timeout,
            self.retransmissions,
            self.first_retransmissions,
        )
