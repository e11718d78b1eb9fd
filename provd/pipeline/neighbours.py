"""The kernel's neighbour table in memory: one dump at the start, then netlink events.

A request costs a dictionary look-up.  Entries that the kernel drops or marks failed are dropped
here; the table is bounded by the kernel's own (`gc_thresh3`) and by `LIMIT`.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable, Mapping
from typing import Any

from pyroute2 import IPRoute
from pyroute2.netlink import NETLINK_ROUTE
from pyroute2.netlink.rtnl import RTMGRP_NEIGH
from pyroute2.netlink.rtnl.marshal import MarshalRtnl
from twisted.internet.interfaces import IReactorFDSet, IReadDescriptor
from twisted.logger import Logger
from zope.interface import implementer

from provd.contracts import INeighbours
from provd.values import is_mac

LIMIT = 65536
_USABLE = (
    0x02 | 0x04 | 0x08 | 0x10 | 0x80
)  # REACHABLE, STALE, DELAY, PROBE, PERMANENT (linux/neighbour.h)
_BUFFER = 1 << 20
_DRAIN = 64

log = Logger("provd.neighbours")


class NeighbourTable:
    """Addresses and the MAC addresses behind them. Knows no socket."""

    def __init__(self, limit: int = LIMIT) -> None:
        """Start empty."""
        self._macs: dict[str, str] = {}
        self._limit = limit

    def __len__(self) -> int:
        return len(self._macs)

    def mac_of(self, address: str, interface: str = "") -> str:
        """The MAC address behind `address`; empty when it is not a neighbour."""
        del interface
        return self._macs.get(address, "")

    def told(self, message: Mapping[str, Any]) -> None:
        """Take in one RTM_NEWNEIGH or RTM_DELNEIGH message (rtnetlink(7))."""
        attributes = dict(message.get("attrs", ()))
        address = attributes.get("NDA_DST")
        mac = attributes.get("NDA_LLADDR", "")
        if not isinstance(address, str):
            return
        gone = message.get("event") == "RTM_DELNEIGH" or not message.get("state", 0) & _USABLE
        if gone or not is_mac(mac) or mac == "00:00:00:00:00:00":
            self._macs.pop(address, None)
        elif address in self._macs or len(self._macs) < self._limit:
            self._macs[address] = mac

    def replace(self, messages: Iterable[Mapping[str, Any]]) -> None:
        """Start over from a dump."""
        self._macs.clear()
        for message in messages:
            self.told(message)


@implementer(INeighbours, IReadDescriptor)
class KernelNeighbours:
    """The table, kept fresh by a netlink socket on the reactor."""

    def __init__(self, reactor: IReactorFDSet, table: NeighbourTable | None = None) -> None:
        """Open the socket, read the table once, and listen.

        @raise OSError: the kernel does not let us (no netlink in this sandbox).
        """
        self._reactor = reactor
        self.table = NeighbourTable() if table is None else table
        self._marshal = MarshalRtnl()
        self._socket = socket.socket(
            socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, NETLINK_ROUTE
        )
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self._socket.bind((0, RTMGRP_NEIGH))
        self._dump()
        reactor.addReader(self)

    def mac_of(self, address: str, interface: str = "") -> str:
        """The MAC address behind `address`; empty when it is not a neighbour."""
        return self.table.mac_of(address, interface)

    def close(self) -> None:
        """Stop listening."""
        if self._socket.fileno() >= 0:
            self._reactor.removeReader(self)
            self._socket.close()

    def fileno(self) -> int:
        """The netlink socket."""
        return self._socket.fileno()

    def logPrefix(self) -> str:
        """How Twisted's own log lines name it."""
        return "neighbours"

    def connectionLost(self, reason: object) -> None:
        """Nothing to tell anybody: the next start dumps the table again."""

    def doRead(self) -> None:
        """Take in what the kernel has to say, at most `_DRAIN` datagrams a turn."""
        for _datagram in range(_DRAIN):
            try:
                data = self._socket.recv(65536)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno == errno.ENOBUFS:
                    # Events were lost: only a new dump is the truth.
                    self._dump()
                    continue
                log.failure("the kernel's neighbour events ended")
                self.close()
                return
            for message in self._marshal.parse(data):
                self.table.told(message)

    def _dump(self) -> None:
        with IPRoute() as kernel:
            self.table.replace(list(kernel.get_neighbours()))
