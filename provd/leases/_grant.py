"""An address is given: for how long, and what has to be written for it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from provd.contracts import IReadable
from provd.documents.dhcp.lease import TENURES, Lease, LeaseState, Tenure, ended
from provd.documents.dhcp.reservation import Reservation
from provd.documents.dhcp.subnet import Probe
from provd.leases import _reasons as reasons
from provd.leases._case import Case
from provd.leases._client import LONGEST, mac_of
from provd.leases._networks import Network
from provd.values import INFINITE, Exchange, Judgement, Verb
from provd.wire.dhcp import format_address

OUTSIDE = 7200
"""Seconds of a reservation outside every subnet that names no duration."""
MOST_RELAY_INFO = 1024
"""Bytes kept of option 82."""


class Choice(Struct, frozen=True, gc=False):
    """The address that a client gets, and how it was found."""

    address: int
    network: Network | None
    keys: tuple[str, ...]
    picker: str
    reason: str
    reservation: Reservation | None = None
    known: bool = False
    """The client uses it, as far as is known: it would answer a probe itself."""

    @property
    def key(self) -> str:
        """What the lease is written under."""
        return self.reservation.key if self.reservation is not None else self.keys[0]

    @property
    def link(self) -> str:
        """The name of the link that it is given on; empty outside of every subnet."""
        return self.network.link_name if self.network is not None else ""

    @property
    def subnet(self) -> str:
        """The id of the subnet it is in; empty outside of every one."""
        return self.network.name if self.network is not None else ""


class Written(Struct, frozen=True, gc=False):
    """What is written when an address is given."""

    lease: Lease | None = None
    tenures: tuple[Tenure, ...] = ()
    forget: tuple[Lease, ...] = ()


NOTHING = Written()


def grant(case: Case, choice: Choice, verb: Verb, duration: int | None = None) -> Judgement:
    """Say so; or have the address probed first, if nobody made sure yet that it is unused."""
    network, address, key, link = choice.network, choice.address, choice.key, choice.link
    lease = case.lease_at(address)
    has = lease is not None and lease.is_live(case.now) and lease.key in choice.keys
    probe = network is None or network.subnet.probe is not Probe.NONE
    if has or choice.known:
        probe = False
    elif probe:
        offer = case.occupancy.offers.of(address, case.now)
        if offer is not None and offer.client == (link, key):
            if offer.pending:
                return case.nothing(reasons.BEING_PROBED, address)
            probe = False
    if duration is None:
        duration = _duration(case, choice)
    written = NOTHING
    # What never ends is written once.
    endless = has and lease is not None and lease.until > case.now + INFINITE // 2
    if verb is Verb.ACK and not probe and not endless:
        written = _write(case, choice, lease, duration, has=has)
    return Judgement(
        verb=verb,
        exchange=case.exchange,
        reason=choice.reason,
        address=address,
        via=case.via,
        key=key,
        link=link,
        picker=choice.picker,
        subnet=network.subnet if network is not None else None,
        reservation=choice.reservation,
        duration=duration,
        server_id=case.server_id(network or case.home),
        probe=probe,
        lease=written.lease,
        tenures=written.tenures,
        forget=written.forget,
        point_to_point=network is not None
        and network.point_to_point
        and (address ^ 1) in case.beyond(lease),
        losses=tuple(case.losses),
    )


def _duration(case: Case, choice: Choice) -> int:
    """What the client asks for (51), within the subnet's bounds; else what is usual."""
    reservation, network = choice.reservation, choice.network
    if reservation is not None and reservation.duration is not None:
        return reservation.duration
    if network is None:
        return OUTSIDE
    subnet = network.subnet
    usual = subnet.lease_time if reservation is None else subnet.reserved_lease_time
    asked = case.packet.options.get(51)
    if not asked:
        return usual
    longest = max(subnet.max_lease_time, usual)
    return min(max(int.from_bytes(asked, "big"), subnet.min_lease_time), longest)


def _write(
    case: Case, choice: Choice, before: Lease | None, duration: int, *, has: bool
) -> Written:
    """The lease; and where it is not merely renewed, whose times begin and end with it."""
    address = format_address(choice.address)
    forget: tuple[Lease, ...] = ()
    tenures: tuple[Tenure, ...] = ()
    tenure = before.tenure if before is not None and has else _tenure_id(case, address)
    packet, options, now = case.packet, case.packet.options, int(case.now)
    via = format_address(case.via) if case.via else ""
    # Renewing goes past the relay, which stays the way to the client, and what it said stays so.
    routed = case.exchange is Exchange.RENEWING and has
    lease = Lease(
        id=address,
        revision=before.revision if before is not None else 0,
        key=choice.key,
        mac=mac_of(packet),
        client_id=_hex(options[61], LONGEST) if 61 in options else "",
        hostname=_text(options[12]) if 12 in options else "",
        subnet=choice.subnet,
        starts=now,
        until=now + duration,
        via=before.via if before is not None and routed else via,
        device=case.question.device_id,
        relay_info=_relay_info(options, before if routed else None),
        reserved=choice.reservation is not None,
        tenure=tenure,
    )
    if not has:
        forget = _given_up(case, choice, address)
        tenures = _tenures(case, lease, (before, *forget))
    return Written(lease, tenures, forget)


def _tenure_id(case: Case, address: str) -> str:
    """`192.0.2.10@1700000000`, and what makes it unique where that is taken within its second."""
    chosen, number = f"{address}@{int(case.now)}", 1
    while case.view.get(TENURES.name, chosen) is not None:
        number += 1
        chosen = f"{address}@{int(case.now)}-{number}"
    return chosen


def _tenures(case: Case, lease: Lease, ending: tuple[Lease | None, ...]) -> tuple[Tenure, ...]:
    """The client's time with the address begins; those of the leases that are ending end."""
    began = Tenure(
        id=lease.tenure,
        address=lease.id,
        key=lease.key,
        mac=lease.mac,
        device=lease.device,
        hostname=lease.hostname,
        subnet=lease.subnet,
        via=lease.via,
        began=lease.starts,
    )
    over = [ended_tenure(case.view, each, case.now) for each in ending if each is not None]
    return (*[each for each in over if each is not None], began) if over else (began,)


def ended_tenure(view: IReadable, lease: Lease, now: float) -> Tenure | None:
    """The tenure of a lease, ended now, or when its time was over; None where none is open."""
    if not lease.tenure or lease.state is not LeaseState.BOUND:
        return None
    tenure: Tenure | None = view.get(TENURES.name, lease.tenure)
    if tenure is None or tenure.ended:
        return None
    return ended(tenure, max(min(int(now), lease.until), tenure.began))


def _given_up(case: Case, choice: Choice, address: str) -> tuple[Lease, ...]:
    """What the client had on the same link: it has one address there."""
    if choice.network is None:
        return ()
    found = [lease for key in choice.keys for lease in case.leases_of(key) if lease.id != address]
    if not found:  # nearly always
        return ()
    link = {network.name for network in choice.network.link}
    return tuple(lease for lease in found if lease.subnet in link)


def _relay_info(options: Mapping[int, bytes], kept: Lease | None) -> str:
    """What the client's relay said of it: now, or when the lease that is kept was given."""
    if kept is not None:
        return kept.relay_info
    return _hex(options[82], MOST_RELAY_INFO) if 82 in options else ""


def _hex(value: bytes, at_most: int) -> str:
    return value.hex() if len(value) <= at_most else ""


def _text(value: bytes) -> str:
    """A host's name as it says it; what cannot be shown is not kept."""
    text = value.rstrip(b"\0").decode("utf-8", "replace")
    return text if text.isprintable() else "".join(each for each in text if each.isprintable())
