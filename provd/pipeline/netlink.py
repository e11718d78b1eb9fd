"""Netlink: the kernel's tables, read once at the start and kept fresh by its events.

A request costs a dictionary look-up, never a system call.
"""

from __future__ import annotations

import errno
import socket
from typing import Any

from pyroute2 import IPRoute
from pyroute2.netlink import NETLINK_ROUTE
from pyroute2.netlink.exceptions import NetlinkError
from pyroute2.netlink.rtnl import (
    RTMGRP_IPV4_IFADDR,
    RTMGRP_IPV6_IFADDR,
    RTMGRP_LINK,
    RTMGRP_NEIGH,
)
from pyroute2.netlink.rtnl.marshal import MarshalRtnl
from twisted.internet.interfaces import IReadDescriptor
from twisted.logger import Logger
from zope.interface import implementer

from provd.contracts import INeighbours
from provd.pipeline.kernel_tables import InterfaceTable, Message, NeighbourTable
from provd.values import Link

_GROUPS = RTMGRP_NEIGH | RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR
_OF_INTERFACES = {"RTM_NEWLINK", "RTM_DELLINK", "RTM_NEWADDR", "RTM_DELADDR"}
_BUFFER = 1 << 20
_DRAIN = 64
_AGAIN = 1.0
"""Seconds from the loss of events to the next dump: whoever makes a network churn gets one a second."""

log = Logger("provd.netlink")


@implementer(INeighbours, IReadDescriptor)
class KernelTables:
    """The neighbour and address tables on a netlink socket of the reactor."""

    def __init__(self, reactor: Any) -> None:
        """Listen, then read the tables: what changes in between is told twice, not lost.

        `reactor` watches descriptors and keeps time (IReactorFDSet, IReactorTime).

        @raise OSError: the kernel does not let us (no netlink in this sandbox).
        """
        self._reactor = reactor
        self._dumping: Any = None
        self.neighbours = NeighbourTable()
        self.interfaces = InterfaceTable()
        self._marshal = MarshalRtnl()
        self._socket = socket.socket(
            socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, NETLINK_ROUTE
        )
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self._socket.bind((0, _GROUPS))
        self._dump()
        reactor.addReader(self)

    def mac_of(self, address: str, interface: str = "") -> str:
        """The MAC address behind `address`; empty when it is not a neighbour."""
        del interface
        return self.neighbours.mac_of(address)

    def interface_of(self, address: str) -> str:
        """The interface that has this address of ours; empty when none has."""
        return self.interfaces.interface_of(address)

    def link(self, index: int) -> Link | None:
        """One of our interfaces, by the kernel's number; None when there is none."""
        return self.interfaces.link(index)

    def links(self) -> tuple[Link, ...]:
        """All of them."""
        return self.interfaces.links()

    def close(self) -> None:
        """Stop listening."""
        if self._dumping is not None:
            self._dumping.cancel()
            self._dumping = None
        if self._socket.fileno() >= 0:
            self._reactor.removeReader(self)
            self._socket.close()

    def fileno(self) -> int:
        """The netlink socket."""
        return self._socket.fileno()

    def logPrefix(self) -> str:
        """How Twisted's own log lines name it."""
        return "netlink"

    def connectionLost(self, reason: object) -> None:
        """Nothing to tell anybody: the next start reads the tables again."""

    def doRead(self) -> None:
        """Take in what the kernel has to say, at most `_DRAIN` datagrams a turn."""
        for _datagram in range(_DRAIN):
            data = self._receive()
            if data is None:
                return
            for message in self._marshal.parse(data):
                self._told(message)

    def _receive(self) -> bytes | None:
        try:
            return self._socket.recv(65536)
        except BlockingIOError:
            return None
        except OSError as error:
            if error.errno == errno.ENOBUFS:
                # Events were lost: only a new dump is the truth.
                if self._dumping is None:
                    self._dumping = self._reactor.callLater(_AGAIN, self._dump_again)
                return b""
            log.failure("the kernel's events ended; addresses are not followed any more")
            self.close()
            return None

    def _told(self, message: Message) -> None:
        event: Any = message.get("event")
        if event in {"RTM_NEWNEIGH", "RTM_DELNEIGH"}:
            self.neighbours.told(message)
        elif event in _OF_INTERFACES:
            self.interfaces.told(message)

    def _dump_again(self) -> None:
        self._dumping = None
        try:
            self._dump()
        except (OSError, NetlinkError):
            log.failure("the kernel's tables cannot be read again; what is known may be outdated")

    def _dump(self) -> None:
        with IPRoute() as kernel:
            self.neighbours.replace(list(kernel.get_neighbours()))
            self.interfaces.clear()
            for message in (*kernel.get_links(), *kernel.get_addr()):
                self.interfaces.told(message)
