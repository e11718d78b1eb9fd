"""LEASEQUERY: a relay that lost its memory asks who has which address (RFC 4388)."""

from __future__ import annotations

from collections.abc import Sequence

from provd.documents.dhcp.lease import LEASES, Lease
from provd.leases import _reasons as reasons
from provd.leases._case import Case
from provd.leases._client import mac_of
from provd.values import Judgement, Verb
from provd.wire.dhcp import format_address, parse_address

MOST_OTHERS = 63
"""Addresses that one option of the answer (92) can name."""


def leasequery(case: Case, queriers: frozenset[int]) -> Judgement:
    """By address, by hardware address, or by client-id: exactly one is filled in (section 6.1)."""
    relay = case.packet.giaddr
    known = relay in queriers or format_address(relay) in case.occupancy.relays
    if not relay or not known:
        return case.nothing(reasons.NOT_A_KNOWN_RELAY)
    address = case.packet.ciaddr
    if address:
        return _by_address(case, address)
    mac = mac_of(case.packet)
    if mac:
        return _by_client(case, case.view.by(LEASES.name, "mac", mac))
    client_id = case.packet.options.get(61, b"").hex()
    return _by_client(case, case.view.by(LEASES.name, "client_id", client_id) if client_id else ())


def _by_address(case: Case, address: int) -> Judgement:
    lease = case.lease_at(address)
    if lease is not None and lease.is_live(case.now):
        return _active(case, (lease,))
    network = case.occupancy.networks.at(address)
    reserved = address in case.occupancy.reservations.by_address
    if network is not None and network.allocates and (reserved or network.pool_of(address)):
        return case.say(Verb.UNASSIGNED, reasons.NOT_LEASED, address, network.subnet)
    return case.say(Verb.UNKNOWN, reasons.NOT_KNOWN, address)


def _by_client(case: Case, leases: Sequence[Lease]) -> Judgement:
    live = [lease for lease in leases if lease.is_live(case.now)]
    if not live:
        return case.say(Verb.UNKNOWN, reasons.NOT_KNOWN)
    return _active(case, sorted(live, key=lambda lease: lease.starts, reverse=True))


def _active(case: Case, leases: Sequence[Lease]) -> Judgement:
    """The one most recently heard of, and the addresses of the others (section 6.4.2)."""
    found, *others = leases
    address = parse_address(found.id)
    network = case.occupancy.networks.at(address)
    return case.say(
        Verb.ACTIVE,
        reasons.LEASED,
        address,
        network.subnet if network is not None else None,
        key=found.key,
        duration=found.until - int(case.now),
        found=found,
        others=tuple(parse_address(lease.id) for lease in others[:MOST_OTHERS]),
    )
