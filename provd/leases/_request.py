"""REQUEST: whether a client gets, or keeps, the address it wants (RFC 2131 section 4.3.2).

Inside our subnets we are the authority: what is not so is denied, at once, instead of left to a client's
patience.  Outside of them, and where a subnet is another server's to serve, nothing is said.
"""

from __future__ import annotations

from provd.documents.dhcp.lease import Lease
from provd.leases import _reasons as reasons
from provd.leases._case import Case
from provd.leases._grant import Choice, ended_tenure, grant
from provd.leases._networks import Network
from provd.leases._reservations import Reserved
from provd.values import Exchange, Judgement, Verb
from provd.wire.dhcp import server_identifier


def request(case: Case) -> Judgement:
    """Which of the four states the client is in, and what that leads to."""
    packet = case.packet
    server = server_identifier(packet)
    asked = case.asked
    case.exchange = Exchange.INIT_REBOOT
    if server:
        case.exchange = Exchange.SELECTING
        if not is_us(case, server):
            return _chose_another(case)
    elif not asked:
        case.exchange = Exchange.REBINDING
        if case.question.unicast and not packet.giaddr:
            case.exchange = Exchange.RENEWING
    return _requested(case, asked or packet.ciaddr)


def is_us(case: Case, server: int) -> bool:
    """Whether a server identifier (54) is an address of ours, or the one a relay said in our place (RFC 5107)."""
    if server in case.question.server_ids:
        return True
    return bool(case.packet.giaddr) and server == case.question.agent.server_override


def _chose_another(case: Case) -> Judgement:
    """Our own offer, if there was one, is void: `Leases.hold` sees to that."""
    home = case.home
    keys = case.keys(home) if home is not None else ()
    return case.say(
        Verb.NOTHING,
        reasons.CHOSE_ANOTHER,
        link=home.link_name if home is not None else "",
        key=keys[0] if keys else "",
    )


def _requested(case: Case, address: int) -> Judgement:
    home = case.home
    network = case.occupancy.networks.at(address)
    if network is None:
        outside = case.outside()
        if outside is not None and outside.address == address:
            return _entitled(case, None, address, outside)
    if home is None:
        return case.nothing(reasons.NO_SUBNET, address)
    if network is None or network not in case.link:
        if not any(each.allocates for each in case.link):
            return _not_served(case, home, address)
        return _deny(
            case, reasons.WRONG_LINK if _is_host(address) else reasons.NOT_AN_ADDRESS, address
        )
    if not network.allocates:
        return _not_served(case, network, address)
    if not case.keys(network):
        return case.nothing(reasons.NO_KEY, address, subnet=network.name)
    return _entitled(case, network, address, case.occupancy.reservations.by_address.get(address))


def _not_served(case: Case, network: Network, address: int) -> Judgement:
    return case.nothing(reasons.NOT_SERVED, address, subnet=network.name, mode=network.subnet.mode)


def _is_host(address: int) -> bool:
    """Whether some host could have it: neither this network's (0), nor loopback, multicast or beyond."""
    return 1 <= address >> 24 < 224 and address >> 24 != 127


def _entitled(
    case: Case, network: Network | None, address: int, reserved: Reserved | None
) -> Judgement:
    """Whose the address is, by reservations, pools, leases and promises."""
    keys = case.keys(network)
    lease = case.lease_at(address)
    mine = lease is not None and lease.key in keys
    holds = (
        reserved is not None
        and reserved.reservation.key in keys
        and (network is None or reserved.holds_in(network))
    )
    why_not = _why_not(
        case, network, address, reserved, lease if mine else None, holds=holds
    ) or case.why_not(lease, keys)
    if why_not:
        return _deny(case, why_not, address, network, lease if mine else None)
    if not mine and case.exchange is not Exchange.SELECTING:
        return _deny(case, reasons.NO_LEASE, address, network)
    key = reserved.reservation.key if reserved is not None else keys[0]
    if not (mine and lease is not None and lease.is_live(case.now)):
        offer = case.occupancy.offers.of(address, case.now)
        link = network.link_name if network is not None else ""
        if offer is not None and offer.client != (link, key) and not offer.twice:
            return _deny(case, reasons.PROMISED_TO_ANOTHER, address, network)
    return grant(
        case,
        Choice(
            address,
            network,
            keys,
            "lease" if mine else "request",
            reasons.RENEWED if mine else reasons.REQUESTED_FREE,
            reserved.reservation if reserved is not None else None,
            known=mine,
        ),
        Verb.ACK,
    )


def _why_not(
    case: Case,
    network: Network | None,
    address: int,
    reserved: Reserved | None,
    own: Lease | None,
    *,
    holds: bool,
) -> str:
    """Why an address is not this client's to have, whoever has it now; empty when it is."""
    if reserved is not None:
        return "" if holds else reasons.RESERVED_FOR_ANOTHER
    if network is None:
        return reasons.WRONG_LINK
    if not network.admits(address, case.beyond(own)):
        return reasons.NOT_IN_POOL
    if _has_better(case):
        return reasons.HAS_RESERVATION
    return ""


def _has_better(case: Case) -> bool:
    """Whether another address is reserved for the client on its link, and could be had.

    One that somebody else still has, or that rests, is no reason to take away what it has.
    """
    reservations = case.occupancy.reservations
    if not reservations.by_key:
        return False
    for network in case.link:
        keys = case.keys(network)
        reserved = reservations.of(keys, network) if network.allocates else None
        if reserved is not None and not case.why_not(case.lease_at(reserved.address), keys):
            return True
    return False


def _deny(
    case: Case,
    reason: str,
    address: int,
    network: Network | None = None,
    lease: Lease | None = None,
) -> Judgement:
    """NAK. What the client has there is over: it will stop using it."""
    tenure = ended_tenure(case.view, lease, case.now) if lease is not None else None
    where = network or case.home
    return case.say(
        Verb.NAK,
        reason,
        address,
        where.subnet if where is not None else None,
        fields=(("subnet", where.name if where is not None else ""),),
        by=case.other(address, reason),
        forget=(lease,) if lease is not None else (),
        tenures=(tenure,) if tenure is not None else (),
    )
