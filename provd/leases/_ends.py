"""DECLINE and RELEASE: an address is given back (RFC 2131 sections 4.3.3 and 4.3.4); and conflicts."""

from __future__ import annotations

from provd.contracts import IReadable
from provd.documents.dhcp.lease import LEASES, Lease, LeaseState, released
from provd.leases import _reasons as reasons
from provd.leases._case import Case
from provd.leases._grant import ended_tenure
from provd.leases._networks import Network
from provd.leases._occupancy import Occupancy
from provd.leases._request import is_us
from provd.values import Exchange, Judgement, Verb
from provd.wire.dhcp import format_address, server_identifier

QUARANTINE = 600
"""Seconds that an address outside every subnet rests."""


def decline(case: Case) -> Judgement:
    """Somebody else uses the address: it rests, if it is this client's to complain about."""
    return _ended(case, case.asked, declined=True)


def release(case: Case) -> Judgement:
    """The client is done with its address. It is remembered, for it to come back to."""
    return _ended(case, case.packet.ciaddr, declined=False)


def _ended(case: Case, address: int, *, declined: bool) -> Judgement:
    server = server_identifier(case.packet)
    if server and not is_us(case, server):
        return case.nothing(reasons.CHOSE_ANOTHER, address)
    network = case.occupancy.networks.at(address)
    lease = case.lease_at(address)
    if lease is None or not lease.is_live(case.now) or lease.key not in case.keys(network):
        return case.nothing(reasons.SPOOFED, address)
    tenure = ended_tenure(case.view, lease, case.now)
    after = (
        resting(address, network, case.now, lease) if declined else released(lease, int(case.now))
    )
    return case.say(
        Verb.NOTHING,
        reasons.DECLINED if declined else reasons.RELEASED,
        address,
        network.subnet if network is not None else None,
        lease=after,
        tenures=(tenure,) if tenure is not None else (),
    )


def resting(address: int, network: Network | None, now: float, before: Lease | None) -> Lease:
    """An address that somebody was found to use who has no lease of it."""
    quarantine = network.subnet.quarantine if network is not None else QUARANTINE
    return Lease(
        id=format_address(address),
        revision=before.revision if before is not None else 0,
        subnet=network.name if network is not None else "",
        state=LeaseState.DECLINED,
        starts=int(now),
        until=int(now) + quarantine,
    )


def conflict(occupancy: Occupancy, address: int, now: float, view: IReadable) -> Judgement:
    """A probe was answered: the address rests, and whoever had it last has it no more."""
    network = occupancy.networks.at(address)
    before: Lease | None = view.get(LEASES.name, format_address(address))
    tenure = ended_tenure(view, before, now) if before is not None else None
    return Judgement(
        verb=Verb.NOTHING,
        exchange=Exchange.OTHER,
        reason=reasons.CONFLICT,
        address=address,
        subnet=network.subnet if network is not None else None,
        lease=resting(address, network, now, before),
        tenures=(tenure,) if tenure is not None else (),
    )
