"""DISCOVER: which address a client is offered (RFC 2131 section 4.3.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from provd.documents.dhcp.lease import Lease
from provd.documents.dhcp.subnet import Mode, Picker
from provd.leases import _reasons as reasons
from provd.leases._case import Case
from provd.leases._grant import Choice, grant
from provd.leases._marks import OFFERED, RESERVED
from provd.leases._networks import Network
from provd.leases._reservations import Reserved
from provd.values import Exchange, Judgement, Verb
from provd.wire.dhcp import parse_address

TRIES = 8
"""Addresses looked at by one picker, where documents say otherwise than what is known of them."""


def discover(case: Case) -> Judgement:
    """Its reservation, what it was offered, what it has or had, and else what the pickers find."""
    home = case.home
    if home is None:
        reserved = case.outside()
        choice = _if_good(case, None, reserved) if reserved is not None else None
        return _answer(case, choice) if choice else case.nothing(reasons.NO_SUBNET)
    link = tuple(network for network in case.link if network.allocates)
    if not link:
        return case.nothing(reasons.NOT_SERVED, subnet=home.name, mode=home.subnet.mode)
    choice = (
        _reserved(case, link)
        or _offered(case, link)
        or _had(case, link)
        or _picked(case, [network for network in home.link if network.allocates])
    )
    return _answer(case, choice) if choice is not None else _none(case, home, link)


def _answer(case: Case, choice: Choice) -> Judgement:
    network = choice.network
    if network is not None and network.subnet.rapid_commit and 80 in case.packet.options:
        case.exchange = Exchange.RAPID
        return grant(case, choice, Verb.ACK)
    return grant(case, choice, Verb.OFFER)


def _none(case: Case, home: Network, link: Sequence[Network]) -> Judgement:
    """Why the client gets nothing."""
    if not any(case.keys(network) for network in link):
        return case.nothing(reasons.NO_KEY, subnet=home.name)
    if all(network.subnet.mode is Mode.RESERVED for network in link):
        return case.nothing(reasons.ONLY_RESERVED, subnet=home.name)
    return case.nothing(reasons.NO_ADDRESS_LEFT)


def _reserved(case: Case, link: Sequence[Network]) -> Choice | None:
    """The client's reservation on its link."""
    reservations = case.occupancy.reservations
    if not reservations.by_key:
        return None
    for network in link:
        reserved = reservations.of(case.keys(network), network)
        choice = _if_good(case, network, reserved) if reserved is not None else None
        if choice is not None:
            return choice
    outside = case.outside()
    if outside is not None:
        return _if_good(case, None, outside)
    for network in link:
        _tell_elsewhere(case, network, link)
    return None


def _tell_elsewhere(case: Case, network: Network, link: Sequence[Network]) -> None:
    """Operators ask why a reservation was passed over."""
    for key in case.keys(network):
        for reserved in case.occupancy.reservations.by_key.get(key, ()):
            if not any(reserved.holds_in(other) for other in link):
                case.lose(reserved.address, reasons.ELSEWHERE)


def _if_good(case: Case, network: Network | None, reserved: Reserved) -> Choice | None:
    """A reservation, unless somebody else has its address, or it rests."""
    keys = case.keys(network)
    why_not = case.why_not(case.lease_at(reserved.address), keys)
    if why_not:
        case.lose(reserved.address, why_not)
        return None
    return Choice(
        reserved.address,
        network,
        keys,
        "reservation",
        reasons.GIVEN_RESERVED,
        reserved.reservation,
    )


def _offered(case: Case, link: Sequence[Network]) -> Choice | None:
    """What the client was offered before, so that it is offered no two addresses at once."""
    offers, at = case.occupancy.offers, case.occupancy.networks.at
    for network in link:
        keys = case.keys(network)
        offer = offers.to((network.link_name, keys[0]), case.now) if keys else None
        if offer is None:
            continue
        inside = at(offer.address)
        if inside is None or inside not in link:
            continue
        why_not = _why_not(case, inside, keys, offer.address)
        if why_not:
            case.lose(offer.address, why_not)
        elif offer.made == case.now:  # the very packet, after the probe
            return Choice(offer.address, inside, keys, offer.picker, offer.reason)
        else:
            return Choice(offer.address, inside, keys, "offer", reasons.GIVEN_OFFERED)
    return None


def _had(case: Case, link: Sequence[Network]) -> Choice | None:
    """What the client has, or had (RFC 2131: its current binding, else its previous one)."""
    asked = case.asked
    for network in link:
        keys = case.keys(network)
        for key in keys:
            leases = case.leases_of(key)
            if len(leases) > 1:
                leases = _best_first(leases, asked, case.now)
            for lease in leases:
                address = parse_address(lease.id)
                if address not in network:
                    continue
                why_not = _why_not(case, network, keys, address)
                if not why_not:
                    return Choice(address, network, keys, "lease", reasons.GIVEN_AGAIN)
                case.lose(address, why_not)
    return None


def _best_first(leases: Sequence[Lease], asked: int, now: float) -> tuple[Lease, ...]:
    """The one it asks for, those that live, those it had last."""
    return tuple(
        sorted(
            leases,
            key=lambda lease: (parse_address(lease.id) == asked, lease.is_live(now), lease.until),
            reverse=True,
        )
    )


def _why_not(case: Case, network: Network, keys: tuple[str, ...], address: int) -> str:
    """Why a client without a reservation does not get an address of this subnet; empty when it may."""
    if not network.admits(address, case.question.vias):
        return reasons.OUT_OF_POOLS
    mark = case.occupancy.marks.of(address)
    if mark & RESERVED:
        return reasons.RESERVED_FOR_ANOTHER
    if mark & OFFERED:
        offer = case.occupancy.offers.of(address, case.now)
        if offer is not None and offer.client != (network.link_name, keys[0]):
            return reasons.PROMISED_TO_ANOTHER
    if address in case.question.server_ids or address in case.question.vias:
        return reasons.OURS
    return case.why_not(case.lease_at(address), keys)


def _picked(case: Case, link: Sequence[Network]) -> Choice | None:
    """What the pickers of each subnet find, in order; where an address is asked for, its subnet comes first."""
    link = [network for network in link if network.finds and case.keys(network)]
    asked = case.asked
    if asked and len(link) > 1:
        link.sort(key=lambda network: asked not in network)
    choice = _first(_pick, case, link)
    if choice is None and link and case.occupancy.catch_up():
        choice = _first(_pick, case, link)
    return choice or _first(_overtaken, case, link)


def _first(
    find: Callable[[Case, Network], Choice | None], case: Case, link: Sequence[Network]
) -> Choice | None:
    for network in link:
        choice = find(case, network)
        if choice is not None:
            return choice
    return None


def _pick(case: Case, network: Network) -> Choice | None:
    for picker in network.finds:
        find, reason = _PICKERS[picker]
        address = find(case, network)
        if address:
            return Choice(address, network, case.keys(network), picker, reason)
    return None


def _hint(case: Case, network: Network) -> int:
    """The address it asks for. It is in no hurry to ask again without: another is looked for at once."""
    asked = case.asked
    if not asked or network.pool_of(asked) is None:
        return 0
    why_not = _why_not(case, network, case.keys(network), asked)
    if why_not:
        case.lose(asked, why_not)
        return 0
    return asked


def _next_free(case: Case, network: Network) -> int:
    for pool in network.pools:
        address = pool.free()
        for _ in range(TRIES):
            if not address:
                break
            why_not = _why_not(case, network, case.keys(network), address)
            if not why_not:
                return address
            case.lose(address, why_not)
            address = pool.free_after(address)
    return 0


def _most_expired(case: Case, network: Network) -> int:
    best, best_until = 0, 0.0
    for pool in network.pools:
        for tried, address in enumerate(pool.over):
            lease = case.lease_at(address)
            why_not = _why_not(case, network, case.keys(network), address)
            if lease is None or why_not:
                case.lose(address, why_not or reasons.NO_LEASE)
                if tried + 1 < TRIES:
                    continue
            elif not best or lease.until < best_until:
                best, best_until = address, lease.until
            break
    return best


def _opposite(case: Case, network: Network) -> int:
    """The other end of a /31 whose one end is the relay, or we (RFC 3021)."""
    for via in case.question.vias:
        address = via ^ 1
        if network.pool_of(address) is None:
            continue
        why_not = _why_not(case, network, case.keys(network), address)
        if not why_not:
            return address
        case.lose(address, why_not)
    return 0


def _overtaken(case: Case, network: Network) -> Choice | None:
    """The oldest offer, where nothing else is left: its client can still be the first to request it."""
    if Picker.NEXT_FREE not in network.finds and Picker.MOST_EXPIRED not in network.finds:
        return None
    offer = case.occupancy.offers.oldest(network.name)
    if offer is None or case.occupancy.marks.of(offer.address) & RESERVED:
        return None
    keys = case.keys(network)
    if case.why_not(case.lease_at(offer.address), keys):
        return None
    if not network.admits(offer.address, case.question.vias):
        return None
    return Choice(offer.address, network, keys, "overtaken", reasons.GIVEN_OVERTAKEN)


_PICKERS: Mapping[Picker, tuple[Callable[[Case, Network], int], str]] = {
    Picker.HINT: (_hint, reasons.GIVEN_ASKED),
    Picker.NEXT_FREE: (_next_free, reasons.GIVEN_FREE),
    Picker.MOST_EXPIRED: (_most_expired, reasons.GIVEN_EXPIRED),
    Picker.POINT2POINT: (_opposite, reasons.GIVEN_OPPOSITE),
}
