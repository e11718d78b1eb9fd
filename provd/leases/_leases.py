"""The policy's one door: `Leases`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from zope.interface import implementer

from provd.contracts import IDocumentStore, IReadable
from provd.contracts.leases import ILeases
from provd.documents.dhcp.lease import LEASES, Lease, Tenure
from provd.documents.dhcp.reservation import RESERVATIONS
from provd.documents.dhcp.subnet import SUBNETS, Picker, Subnet
from provd.leases import _reasons as reasons
from provd.leases._case import Case
from provd.leases._discover import discover
from provd.leases._ends import conflict, decline, release
from provd.leases._grant import ended_tenure
from provd.leases._leasequery import leasequery
from provd.leases._occupancy import Occupancy, Shortage
from provd.leases._offers import Offer
from provd.leases._others import bootp, inform
from provd.leases._request import request
from provd.leases._utilisation import Utilisation, utilisation
from provd.values import Exchange, Judgement, Question, Verb
from provd.wire.dhcp import REQUEST, MessageType, parse_address

AT_ONCE = 16
"""Leases and offers looked at before each packet: more than a packet can add."""

_DEALT_WITH: Mapping[int, tuple[Exchange, Callable[[Case], Judgement]]] = {
    0: (Exchange.BOOTP, bootp),
    MessageType.DISCOVER: (Exchange.DISCOVER, discover),
    MessageType.REQUEST: (Exchange.SELECTING, request),
    MessageType.DECLINE: (Exchange.DECLINE, decline),
    MessageType.RELEASE: (Exchange.RELEASE, release),
    MessageType.INFORM: (Exchange.INFORM, inform),
}


@implementer(ILeases)
class Leases:
    """Who gets which address: over the subnets, reservations and leases of a store, which it follows.

    `now` is the time at start, seconds since the epoch; for `queriers` see `tell`.
    """

    def __init__(self, store: IDocumentStore, now: float, queriers: Iterable[str] = ()) -> None:
        self._occupancy = Occupancy(store, now)
        self.tell(queriers)
        collections = (SUBNETS.name, RESERVATIONS.name, LEASES.name)
        self._subscription = store.feed.subscribe("leases", collections, self._occupancy.follow)

    def close(self) -> None:
        self._subscription.cancel()

    def tell(self, queriers: Iterable[str]) -> None:
        self._queriers = frozenset(parse_address(each) for each in queriers)

    def subnet_of(self, vias: Iterable[int]) -> Subnet | None:
        for via in vias:
            network = self._occupancy.networks.at(via)
            if network is not None:
                return network.subnet
        return None

    def judge(self, question: Question, view: IReadable) -> Judgement:
        packet = question.packet
        kind = packet.message_type
        if kind == MessageType.LEASEQUERY:
            case = Case(self._occupancy, question, view, Exchange.LEASEQUERY)
            return leasequery(case, self._queriers)
        exchange, deal_with = _DEALT_WITH.get(kind, (Exchange.OTHER, _not_a_request))
        if packet.op != REQUEST:
            deal_with = _not_a_request
        return deal_with(Case(self._occupancy, question, view, exchange))

    def hold(self, judgement: Judgement, now: float) -> None:
        offers = self._occupancy.offers
        if judgement.reason is reasons.CHOSE_ANOTHER:
            offers.drop_client((judgement.link, judgement.key))
            return
        if judgement.verb is Verb.OFFER or judgement.probe:
            offers.add(
                Offer(
                    address=judgement.address,
                    client=(judgement.link, judgement.key),
                    via=judgement.via,
                    made=now,
                    subnet=judgement.subnet.id if judgement.subnet is not None else "",
                    pending=judgement.probe,
                    picker=judgement.picker,
                    reason=judgement.reason,
                )
            )
        if judgement.picker == Picker.NEXT_FREE:
            self._pass_by(judgement.address)

    def _pass_by(self, address: int) -> None:
        network = self._occupancy.networks.at(address)
        pool = network.pool_of(address) if network is not None else None
        if pool is not None:
            pool.pass_by(address)

    def probed(self, judgement: Judgement) -> None:
        self._occupancy.offers.probed((judgement.link, judgement.key), judgement.address)

    def conflicted(self, address: int, now: float, view: IReadable) -> Judgement:
        self._occupancy.offers.drop_address(address)
        return conflict(self._occupancy, address, now, view)

    def tick(self, now: float, at_most: int = AT_ONCE) -> bool:
        return self._occupancy.tick(now, at_most)

    def outdated(self, before: float, at_most: int) -> list[Lease]:
        return self._occupancy.outdated(before, at_most)

    def end_of(self, lease: Lease, now: float, view: IReadable) -> Tenure | None:
        return ended_tenure(view, lease, now)

    def shortages(self) -> tuple[Shortage, ...]:
        return self._occupancy.shortages()

    def utilisation(self, subnet: str = "") -> tuple[Utilisation, ...]:
        return utilisation(self._occupancy.networks, subnet)


def _not_a_request(case: Case) -> Judgement:
    return case.nothing(reasons.NOT_A_REQUEST)
