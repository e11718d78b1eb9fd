"""The DHCP server as the rest of provd sees it: start, stop, count."""

from __future__ import annotations

import time
from collections.abc import Callable

from twisted.internet.interfaces import IReactorFDSet
from twisted.logger import Logger

from provd.contracts import IInquiries
from provd.servers.dhcp.counters import Counters, Tally
from provd.servers.dhcp.foreign import ForeignServer, ForeignServers
from provd.servers.dhcp.listener import Links, Listener, Wiretap
from provd.servers.dhcp.outlet import Outlet
from provd.servers.dhcp.reception import Reception
from provd.servers.dhcp.settings import DHCPSettings
from provd.servers.dhcp.sockets import DHCPSockets
from provd.servers.dhcp.unserved import unserved

__all__ = ["DHCPServer"]

log = Logger("provd.servers.dhcp")


class DHCPServer:
    """Answers clients with what `inquiries` says, at the sockets it is given.

    Nothing is kept that a restart would lose: a stopped server's clients ask again.
    """

    def __init__(
        self,
        reactor: IReactorFDSet,
        inquiries: IInquiries,
        sockets: DHCPSockets,
        links: Links,
        settings: DHCPSettings,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`links` are the interfaces of this host; `clock` tells when an inquiry arrived."""
        self._reactor = reactor
        self._links = links
        self._sockets = sockets
        self._settings = settings
        self._tally = Tally()
        self._foreign = ForeignServers(clock, self._is_ours)
        self._reception = Reception(
            inquiries=inquiries,
            links=links,
            outlet=Outlet(sockets, self._tally),
            tally=self._tally,
            settings=settings,
            clock=clock,
            foreign=self._foreign,
        )
        arrived = self._reception.arrived
        self._readers: list[Listener | Wiretap] = [Listener(one, arrived) for one in sockets.served]
        if sockets.watched is not None:
            self._readers.append(Wiretap(sockets.watched, arrived, links))

    def start(self) -> None:
        """Begin to answer."""
        for reader in self._readers:
            reader.start(self._reactor)
        for sentence in self._unserved():
            log.warn("{sentence}", sentence=sentence)

    def stop(self) -> None:
        """Answer no more. Idempotent."""
        for reader in self._readers:
            reader.stop(self._reactor)
        self._sockets.close()

    def adopt(self, settings: DHCPSettings) -> None:
        """Serve other interfaces, hold to other limits, from the next packet on."""
        self._settings = settings
        self._reception.adopt(settings)

    def counters(self) -> Counters:
        """What has happened so far."""
        return self._tally.snapshot(self._reception.waiting)

    def foreign_servers(self) -> tuple[ForeignServer, ...]:
        """Other servers that clients of our networks have chosen within the hour."""
        return self._foreign.present()

    def warnings(self) -> tuple[str, ...]:
        """What operators should look at."""
        return (*self._unserved(), *self._foreign.warnings())

    def _unserved(self) -> tuple[str, ...]:
        return tuple(unserved(self._settings.interfaces, self._links.links()))

    def _is_ours(self, address: str) -> bool:
        prefix = f"{address}/"
        return any(
            each.startswith(prefix) for link in self._links.links() for each in link.addresses
        )
