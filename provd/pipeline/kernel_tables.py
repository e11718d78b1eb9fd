"""What the kernel knows of the network, in memory: who is a neighbour, which address is on which
interface.  Fed with rtnetlink messages; knows no socket.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from provd.values import Link, is_mac, parse_ip

LIMIT = 65536
_USABLE = 0x02 | 0x04 | 0x08 | 0x10 | 0x80
"""REACHABLE, STALE, DELAY, PROBE, PERMANENT (linux/neighbour.h)."""

_UP_AND_RUNNING = 0x1 | 0x40
"""IFF_UP, IFF_RUNNING (netdevice(7))."""
_BROADCAST = 0x2
_NO_MAC = "00:00:00:00:00:00"

Message = Mapping[str, Any]


class NeighbourTable:
    """Addresses and the MAC addresses behind them (RTM_NEWNEIGH, RTM_DELNEIGH)."""

    def __init__(self, limit: int = LIMIT) -> None:
        """Start empty; `limit` entries at most."""
        self._macs: dict[str, str] = {}
        self._limit = limit

    def __len__(self) -> int:
        return len(self._macs)

    def mac_of(self, address: str) -> str:
        """The MAC address behind `address`; empty when it is not a neighbour."""
        return self._macs.get(address, "")

    def told(self, message: Message) -> None:
        """Take in one message (rtnetlink(7))."""
        attributes = dict(message.get("attrs", ()))
        address = attributes.get("NDA_DST")
        mac = attributes.get("NDA_LLADDR", "")
        if not isinstance(address, str):
            return
        gone = message.get("event") == "RTM_DELNEIGH" or not message.get("state", 0) & _USABLE
        if gone or not is_mac(mac) or mac == _NO_MAC:
            self._macs.pop(address, None)
        elif address in self._macs or len(self._macs) < self._limit:
            self._macs[address] = mac

    def replace(self, messages: Iterable[Message]) -> None:
        """Start over from a dump."""
        self._macs.clear()
        for message in messages:
            self.told(message)


class InterfaceTable:
    """Our own interfaces and their addresses (RTM_NEWLINK, RTM_DELLINK, RTM_NEWADDR, RTM_DELADDR)."""

    def __init__(self) -> None:
        """Start empty."""
        self._links: dict[int, Link] = {}
        self._names: dict[str, str] = {}

    def interface_of(self, address: str) -> str:
        """The name of the interface that has `address`; empty when none has."""
        return self._names.get(address, "")

    def link(self, index: int) -> Link | None:
        """The interface of that number; None when there is none."""
        return self._links.get(index)

    def links(self) -> tuple[Link, ...]:
        """Every interface, by number."""
        return tuple(self._links[index] for index in sorted(self._links))

    def clear(self) -> None:
        """Forget all, before a dump."""
        self._links.clear()
        self._names.clear()

    def addresses(self) -> Mapping[str, str]:
        """Every address and the name of its interface."""
        return dict(self._names)

    def told(self, message: Message) -> None:
        """Take in one message."""
        event, index = message.get("event"), int(message.get("index", 0))
        attributes = dict(message.get("attrs", ()))
        if event == "RTM_DELLINK":
            self._keep(index, None)
        elif event == "RTM_NEWLINK":
            self._keep(index, self._described(index, attributes, int(message.get("flags", 0))))
        else:
            self._addressed(index, attributes, message, gone=event == "RTM_DELADDR")

    def _described(self, index: int, attributes: Mapping[str, Any], flags: int) -> Link:
        known = self._links.get(index)
        mac = attributes.get("IFLA_ADDRESS", "")
        return Link(
            index=index,
            name=attributes.get("IFLA_IFNAME", ""),
            mac=mac if is_mac(mac) and mac != _NO_MAC else "",
            addresses=known.addresses if known is not None else (),
            up=flags & _UP_AND_RUNNING == _UP_AND_RUNNING,
            broadcast=bool(flags & _BROADCAST),
        )

    def _addressed(
        self, index: int, attributes: Mapping[str, Any], message: Message, *, gone: bool
    ) -> None:
        spelled = attributes.get("IFA_LOCAL") or attributes.get("IFA_ADDRESS")
        if not isinstance(spelled, str):
            return
        known = self._links.get(index) or Link(index=index, name=attributes.get("IFA_LABEL", ""))
        address = f"{parse_ip(spelled)}/{message.get('prefixlen', 0)}"
        others = tuple(each for each in known.addresses if each != address)
        self._keep(index, replace(known, addresses=others if gone else (*others, address)))

    def _keep(self, index: int, link: Link | None) -> None:
        before = self._links.pop(index, None)
        for address in before.addresses if before is not None else ():
            self._names.pop(address.partition("/")[0], None)
        if link is not None:
            self._links[index] = link
            for address in link.addresses:
                self._names[address.partition("/")[0]] = link.name
