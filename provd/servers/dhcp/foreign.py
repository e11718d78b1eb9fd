"""Foreign servers: who else gives out addresses here, told by the clients that chose them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from msgspec import Struct
from twisted.logger import Logger

from provd.wire.dhcp import MessageType, Packet, format_address, server_identifier

__all__ = ["ForeignServer", "ForeignServers"]

_MOST = 64
_QUIET = 3600.0
"""Seconds after which one that nobody chose any more is not told of."""

log = Logger("provd.servers.dhcp")


class ForeignServer(Struct):
    """A server that clients of ours have chosen."""

    address: str
    interface: str
    first: float
    last: float
    chosen: int = 0


class ForeignServers:
    """Remembers them, a bounded number, each as long as it is heard of.

    A client names the server it chose in the request that it broadcasts (RFC 2131 section 3.1), so all
    servers of its network hear of each other without asking.
    """

    def __init__(self, clock: Callable[[], float], is_ours: Callable[[str], bool]) -> None:
        """`is_ours` knows our own addresses."""
        self._clock = clock
        self._is_ours = is_ours
        self._servers: OrderedDict[int, ForeignServer] = OrderedDict()

    def heard(self, packet: Packet, interface: str, local: str = "") -> None:
        """Look at whom a client chose; mostly us, at the address `local` that its packet came in at."""
        if packet.message_type != MessageType.REQUEST:
            return
        chosen = server_identifier(packet)
        if not chosen or format_address(chosen) == local or self._is_ours(format_address(chosen)):
            return
        now = self._clock()
        known = self._servers.pop(chosen, None)
        if known is None:
            address = format_address(chosen)
            known = ForeignServer(address, interface, now, now)
            log.warn(
                "another DHCP server, {server}, is chosen by clients on {interface}",
                server=address,
                interface=interface,
            )
            if len(self._servers) >= _MOST:
                self._servers.popitem(last=False)
        known.last, known.chosen, known.interface = now, known.chosen + 1, interface
        self._servers[chosen] = known

    def present(self) -> tuple[ForeignServer, ...]:
        """Those of the last hour, the one heard of last at the end."""
        since = self._clock() - _QUIET
        return tuple(each for each in self._servers.values() if each.last >= since)

    def warnings(self) -> tuple[str, ...]:
        """A sentence for each, for operators."""
        return tuple(
            f"another DHCP server, {each.address}, is chosen by clients on {each.interface}"
            f" ({each.chosen} times)"
            for each in self.present()
        )
