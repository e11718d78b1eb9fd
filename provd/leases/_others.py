"""Those who lease nothing, or for ever: INFORM, and BOOTP."""

from __future__ import annotations

from provd.leases import _reasons as reasons
from provd.leases._case import Case
from provd.leases._grant import Choice, grant
from provd.leases._networks import Network
from provd.leases._reservations import Reserved
from provd.values import INFINITE, Judgement, Verb


def inform(case: Case) -> Judgement:
    """Options for a client that has its address from elsewhere (RFC 2131 section 4.3.5); nothing is written."""
    address = case.packet.ciaddr
    home = case.home
    if home is None or not address:
        return case.nothing(reasons.NO_SUBNET, address)
    network = next((each for each in case.link if address in each), None)
    if network is None or not network.allocates:
        mode = (network or home).subnet.mode
        if network is None:
            return case.nothing(reasons.WRONG_LINK, address)
        return case.nothing(reasons.NOT_SERVED, address, subnet=network.name, mode=mode)
    keys = case.keys(network)
    reserved = case.occupancy.reservations.of(keys, network)
    return case.say(
        Verb.ACK,
        reasons.INFORMED,
        address,
        network.subnet,
        key=keys[0] if keys else "",
        link=network.link_name,
        reservation=reserved.reservation if reserved is not None else None,
    )


def bootp(case: Case) -> Judgement:
    """An address for ever, for who has a reservation (RFC 951, RFC 1534 section 2)."""
    home = case.home
    found = _reservation(case)
    if found is None:
        if home is None:
            return case.nothing(reasons.NO_SUBNET)
        if not any(network.allocates for network in case.link):
            return case.nothing(reasons.NOT_SERVED, subnet=home.name, mode=home.subnet.mode)
        return case.nothing(reasons.NO_RESERVATION)
    network, reserved = found
    keys = case.keys(network)
    why_not = case.why_not(case.lease_at(reserved.address), keys)
    if why_not:
        return case.nothing(why_not, reserved.address)
    choice = Choice(
        reserved.address,
        network,
        keys,
        "reservation",
        reasons.GIVEN_RESERVED,
        reserved.reservation,
    )
    return grant(case, choice, Verb.ACK, INFINITE)


def _reservation(case: Case) -> tuple[Network | None, Reserved] | None:
    for network in case.link:
        if network.allocates:
            reserved = case.occupancy.reservations.of(case.keys(network), network)
            if reserved is not None:
                return network, reserved
    outside = case.outside()
    return (None, outside) if outside is not None else None
