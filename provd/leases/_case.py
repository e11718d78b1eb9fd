"""One packet being judged: its link, its client, and what was considered and lost."""

from __future__ import annotations

from typing import Any

from provd.contracts import IReadable
from provd.documents.dhcp.lease import LEASES, Lease, LeaseState
from provd.documents.dhcp.subnet import Subnet
from provd.leases import _reasons as reasons
from provd.leases._client import keys_of
from provd.leases._networks import Network
from provd.leases._occupancy import Occupancy
from provd.leases._reservations import Reserved, does_without_subnet
from provd.values import Exchange, Judgement, Loss, Question, Verb
from provd.wire.dhcp import format_address, parse_address, requested_address


class Case:
    """What a judgement is made from. One for each packet; changes nothing."""

    __slots__ = (
        "_keys",
        "_looked_at",
        "asked",
        "exchange",
        "home",
        "link",
        "losses",
        "now",
        "occupancy",
        "packet",
        "question",
        "via",
        "view",
    )

    def __init__(
        self, occupancy: Occupancy, question: Question, view: IReadable, exchange: Exchange
    ) -> None:
        self.occupancy = occupancy
        self.question = question
        self.view = view
        self.exchange = exchange
        self.packet = question.packet
        self.now = question.now
        self.via: int = question.packet.giaddr or next(iter(question.server_ids), 0)
        self.asked = requested_address(question.packet)
        """The address that the client asks for (50)."""
        self.losses: list[Loss] = []
        self._looked_at: tuple[int, Lease | None] = (0, None)
        self._keys: tuple[tuple[str, ...], tuple[str, ...]] | None = None
        self.home: Network | None = None
        """The subnet that the client's link is known by."""
        self.link: tuple[Network, ...] = ()
        """The subnets whose addresses are good on that link, the home first."""
        self._find_link(question.vias)

    def _find_link(self, vias: tuple[int, ...]) -> None:
        """All subnets on an interface of ours are on one wire; one is enough to have a home."""
        at = self.occupancy.networks.at
        for via in vias:
            network = at(via)
            if network is None or network in self.link:
                continue
            if self.home is None:
                self.home, self.link = network, network.link
            else:
                self.link += tuple(each for each in network.link if each not in self.link)

    def keys(self, network: Network | None) -> tuple[str, ...]:
        """By what the client may be known in a subnet, or outside of every one."""
        if network is None:
            strategies = tuple(sorted(self.occupancy.reservations.strategies))
        else:
            strategies = network.subnet.strategies
        known = self._keys
        if known is None or known[0] != strategies:
            keys = keys_of(strategies, self.packet, self.question.agent)
            known = self._keys = (strategies, keys)
        return known[1]

    def lease_at(self, address: int) -> Lease | None:
        """What is written of an address."""
        known, lease = self._looked_at
        if known != address:
            lease = self.view.get(LEASES.name, format_address(address))
            self._looked_at = address, lease
        return lease

    def leases_of(self, key: str) -> tuple[Lease, ...]:
        """What is written of a client."""
        return self.view.by(LEASES.name, "key", key)

    def outside(self) -> Reserved | None:
        """What is reserved for the client outside of every subnet: good on any link."""
        reservations = self.occupancy.reservations
        if not reservations.strategies:
            return None
        for key in self.keys(None):
            for reserved in reservations.by_key.get(key, ()):
                if not does_without_subnet(reserved.reservation):
                    continue
                if self.occupancy.networks.at(reserved.address) is None:
                    return reserved
        return None

    def beyond(self, lease: Lease | None) -> tuple[int, ...]:
        """Who may be at the other end of the client's link: also whom its lease was given through.

        A client that renews does not come through its relay.
        """
        if lease is None or not lease.via:
            return self.question.vias
        return (*self.question.vias, parse_address(lease.via))

    def why_not(self, lease: Lease | None, keys: tuple[str, ...]) -> str:
        """Why what is written of an address keeps it from a client; empty when nothing does."""
        if lease is None or not lease.is_taken(self.now):
            return ""
        if lease.state is LeaseState.DECLINED:
            return reasons.RESTING
        return "" if lease.key in keys else reasons.OF_ANOTHER

    def lose(self, address: int, reason: str) -> None:
        """An address was considered, and is not given."""
        self.losses.append(Loss(address, reason, self.other(address, reason)))

    def other(self, address: int, reason: str) -> str:
        """The client that is the reason why this one cannot have an address, by its key."""
        if reason is reasons.OF_ANOTHER:
            lease = self.lease_at(address)
            return lease.key if lease is not None else ""
        if reason is reasons.RESERVED_FOR_ANOTHER:
            reserved = self.occupancy.reservations.by_address.get(address)
            return reserved.reservation.key if reserved is not None else ""
        if reason is reasons.PROMISED_TO_ANOTHER:
            offer = self.occupancy.offers.of(address, self.now)
            return offer.client[1] if offer is not None else ""
        return ""

    def say(
        self,
        verb: Verb,
        reason: str,
        address: int = 0,
        subnet: Subnet | None = None,
        **more: Any,
    ) -> Judgement:
        """A judgement that leases nothing."""
        return Judgement(
            verb=verb,
            exchange=self.exchange,
            reason=reason,
            address=address,
            via=self.via,
            subnet=subnet,
            server_id=self.server_id(self.home),
            losses=tuple(self.losses),
            **more,
        )

    def nothing(self, reason: str, address: int = 0, **fields: Any) -> Judgement:
        """Silence, and why."""
        home = self.home
        return self.say(
            Verb.NOTHING,
            reason,
            address,
            home.subnet if home is not None else None,
            fields=tuple(fields.items()),
        )

    def server_id(self, network: Network | None) -> int:
        """The address under which this client knows us (54): one of its own subnet, where there is one."""
        override: int = self.question.agent.server_override
        if override and self.packet.giaddr:
            return override
        server_ids = self.question.server_ids
        if network is not None:
            for server_id in server_ids:
                if server_id in network:
                    return server_id
        return server_ids[0] if server_ids else 0
