"""Sending: one packet, or a window of them in as few system calls as the kernel offers."""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Callable, Sequence

from provd.servers.tftp.counters import Tally
from provd.servers.tftp.local import Address, Ancillary

__all__ = ["Outlet"]

# Linux, linux/udp.h: one sendmsg carries many datagrams of equal size, of which the last may be
# shorter; the kernel, or the network card, cuts them apart.
_UDP_SEGMENT = 103
_MOST_SEGMENTS = 64
_MOST_BYTES = 65000
_CANNOT = {errno.EINVAL, errno.EIO, errno.EMSGSIZE, errno.EOPNOTSUPP, errno.ENOPROTOOPT}
_SEGMENT_SIZE = struct.Struct("@H")


class Outlet:
    """Sends from one socket, and for a socket bound to no address, from one address of ours.

    What the kernel does not take (a full buffer, a route that is gone) is counted and left to
    retransmission: for the transfer it is a lost packet like any other.
    """

    __slots__ = ("_sender", "_socket", "_tally", "gso", "put")

    def __init__(self, sock: socket.socket, sender: Ancillary, tally: Tally, *, gso: bool) -> None:
        self._socket = sock
        self._sender = sender
        self._tally = tally
        self.gso = gso
        """Whether windows may be sent by segmentation offload; goes off where it fails."""
        self.put: Callable[[bytes, Address], object] = self._put_from if sender else sock.sendto
        """Send one datagram. @raise OSError: if the kernel does not take it."""

    def send(self, datagram: bytes, peer: Address) -> None:
        """Send one packet."""
        try:
            self.put(datagram, peer)
        except OSError:
            self._tally.unsent += 1

    def burst(self, packets: Sequence[bytes], peer: Address) -> None:
        """Send packets of one window: equally long, but for the last, which may be shorter."""
        each = min(_MOST_SEGMENTS, _MOST_BYTES // len(packets[0])) if self.gso else 1
        if each < 2:
            for packet in packets:
                self.send(packet, peer)
            return
        for at in range(0, len(packets), each):
            self._segmented(packets[at : at + each], peer)

    def _put_from(self, datagram: bytes, peer: Address) -> None:
        self._socket.sendmsg([datagram], self._sender, 0, peer)

    def _segmented(self, packets: Sequence[bytes], peer: Address) -> None:
        if len(packets) > 1 and self.gso:
            size = (socket.IPPROTO_UDP, _UDP_SEGMENT, _SEGMENT_SIZE.pack(len(packets[0])))
            try:
                self._socket.sendmsg(packets, [size, *self._sender], 0, peer)
            except OSError as error:
                if error.errno not in _CANNOT:
                    self._tally.unsent += len(packets)
                    return
                self.gso = False  # a segment above the path's MTU, a card without checksums
            else:
                return
        for packet in packets:
            self.send(packet, peer)
