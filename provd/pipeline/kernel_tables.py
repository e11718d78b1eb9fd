"""What the kernel knows of the network, in memory: who is a neighbour, which address is on which
interface.  Fed with rtnetlink messages; knows no socket.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from provd.values import is_mac, parse_ip

LIMIT = 65536
_USABLE = 0x02 | 0x04 | 0x08 | 0x10 | 0x80
"""REACHABLE, STALE, DELAY, PROBE, PERMANENT (linux/neighbour.h)."""

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
        if gone or not is_mac(mac) or mac == "00:00:00:00:00:00":
            self._macs.pop(address, None)
        elif address in self._macs or len(self._macs) < self._limit:
            self._macs[address] = mac

    def replace(self, messages: Iterable[Message]) -> None:
        """Start over from a dump."""
        self._macs.clear()
        for message in messages:
            self.told(message)


class InterfaceTable:
    """Our own addresses and the interfaces they are on (RTM_NEWADDR, RTM_DELADDR)."""

    def __init__(self) -> None:
        """Start empty."""
        self._names: dict[str, str] = {}

    def interface_of(self, address: str) -> str:
        """The name of the interface that has `address`; empty when none has."""
        return self._names.get(address, "")

    def clear(self) -> None:
        """Forget all, before a dump."""
        self._names.clear()

    def addresses(self) -> Mapping[str, str]:
        """Every address and its interface."""
        return dict(self._names)

    def told(self, message: Message, name_of: Mapping[int, str]) -> None:
        """Take in one message; `name_of` names interfaces by index."""
        attributes = dict(message.get("attrs", ()))
        address = attributes.get("IFA_LOCAL") or attributes.get("IFA_ADDRESS")
        if not isinstance(address, str):
            return
        if message.get("event") == "RTM_DELADDR":
            self._names.pop(parse_ip(address), None)
            return
        index = message.get("index", 0)
        self._names[parse_ip(address)] = name_of.get(index) or attributes.get("IFA_LABEL", "")
