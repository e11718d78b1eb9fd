"""Subnet: a network whose clients are served, and how."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network
from typing import Any, ClassVar

from msgspec import Struct

from provd.documents.base import Document, Kind
from provd.documents.dhcp.addressing import dotted, network, reserved_ends
from provd.documents.dhcp.options import (
    COMPUTED,
    DECIDED,
    OptionValue,
    read_options,
)
from provd.documents.dhcp.strategy import STRATEGIES, check_strategy
from provd.documents.header import read_header
from provd.documents.reading import Reading, json_type
from provd.values import INFINITE

MOST_POOLS = 256
"""Pools of one subnet at most."""

SHORTEST = 60
"""Seconds that a lease lives at least."""

LONGEST_QUARANTINE = 7 * 86400
"""Seconds that an address rests at most."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,127}")
_EXPECTED_NAME = "a letter, then letters, digits and . _ -"


class Mode(StrEnum):
    """What the server does in a subnet."""

    SERVE = "serve"
    """Addresses for everybody, boot files too."""
    PROXY = "proxy"
    """Boot files only, beside a server of somebody else's that gives addresses."""
    RESERVED = "reserved"
    """Addresses for those with a reservation, and for nobody else."""
    OBSERVE = "observe"
    """No answer: who asks is learnt."""
    OFF = "off"
    """No answer, and nothing is learnt."""


class Probe(StrEnum):
    """How the server makes sure that nobody has an address, before it gives it."""

    AUTO = "auto"
    """By ARP for clients on a link of ours, by ICMP for those behind a relay."""
    ARP = "arp"
    ICMP = "icmp"
    BOTH = "both"
    NONE = "none"


class Creates(StrEnum):
    """Of whom the server makes a device at the first packet."""

    RECOGNISED = "recognised"
    """Of clients that a plugin recognises, or that boot over the network."""
    ALL = "all"
    NONE = "none"


class Picker(StrEnum):
    """A way to find an address for a client that has none; tried in order."""

    HINT = "hint"
    """The one it asks for."""
    NEXT_FREE = "next_free"
    """The next that nobody ever had, going around."""
    MOST_EXPIRED = "most_expired"
    """The one whose lease ran out the longest ago."""
    NONE = "none"
    """None: those that follow are not tried."""
    POINT2POINT = "point2point"
    """The other end of a /31 whose one end is the relay, or the address of ours."""


class Pool(Struct, frozen=True, kw_only=True, gc=False):
    """Addresses for clients without a reservation, both ends included."""

    first: str
    """The first address."""
    last: str
    """The last one."""


class Subnet(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One network. Times are seconds; its mask (1) and broadcast address (28) are computed."""

    shown_empty: ClassVar[frozenset[str]] = frozenset({"pools", "options"})

    network: str
    """`192.0.2.0/24`; never changes, and no other subnet's overlaps."""
    mode: Mode = Mode.SERVE
    """What the server does in it."""
    shared_network: str = ""
    """Subnets that name the same one are on one link: a client may get an address of any."""
    pools: tuple[Pool, ...] = ()
    """Addresses for clients without a reservation."""
    strategies: tuple[str, ...] = ("mac",)
    """By what clients are known: of these, in order, the first that a packet has; never changes."""
    pickers: tuple[Picker, ...] = (Picker.HINT, Picker.NEXT_FREE, Picker.MOST_EXPIRED)
    """How an address is found for a client that has none: these ways, in order."""
    lease_time: int = 3600
    """How long a client has an address before it must renew."""
    reserved_lease_time: int = 86400
    """For clients with a reservation."""
    min_lease_time: int = 60
    """A client that asks for less (51) gets this."""
    max_lease_time: int = 86400
    """A client that asks for more gets this."""
    rapid_commit: bool = False
    """Clients that can (80) are given their address at once (RFC 4039): two packets instead of
    four.  Only where no other server answers: each would give the client an address."""
    next_server: str = ""
    """Where boot files are; empty: this server, at the address that the client reaches."""
    options: tuple[OptionValue, ...] = ()
    """What clients are sent that ask for it."""
    probe: Probe = Probe.AUTO
    """How it is made sure that nobody uses an address, before it is given."""
    quarantine: int = 600
    """How long an address rests that somebody else was found to use."""
    create_devices: Creates = Creates.RECOGNISED
    """Of whom a device is made at the first packet."""
    low_water: float = 0.9
    """The server warns when more than this part of a pool is taken."""
    description: str | None = None
    """For people."""


def parse_subnet(
    given: Mapping[str, Any],
    *,
    document_id: str = "",
    subject: str = "subnet",
) -> Subnet:
    """The subnet that a JSON object describes; `document_id` as for `parse_device`.

    What it has to do with other subnets is not known here.

    @raise Invalid: with every problem there is, and its path.
    """
    read = Reading(given, subject)
    header = read_header(read, document_id)
    _check_name(read, "id", header["id"])
    net = _network(read)
    mode = read.choice("mode", Mode.SERVE)
    pickers = _pickers(read)
    lease_time = read.whole("lease_time", 3600, SHORTEST, INFINITE)
    subnet = Subnet(
        **header,
        network=str(net or ""),
        mode=mode,
        shared_network=_shared_network(read),
        pools=_pools(read, net, needed=mode is Mode.SERVE and pickers[0] is not Picker.NONE),
        strategies=_strategies(read),
        pickers=pickers,
        lease_time=lease_time,
        reserved_lease_time=read.whole("reserved_lease_time", 86400, SHORTEST, INFINITE),
        min_lease_time=read.whole("min_lease_time", SHORTEST, SHORTEST, lease_time),
        max_lease_time=read.whole("max_lease_time", max(86400, lease_time), lease_time, INFINITE),
        rapid_commit=read.flag("rapid_commit", default=False),
        next_server=dotted(read, "next_server"),
        options=read_options(read, refused={**DECIDED, **COMPUTED}),
        probe=read.choice("probe", Probe.AUTO),
        quarantine=read.whole("quarantine", 600, 0, LONGEST_QUARANTINE),
        create_devices=read.choice("create_devices", Creates.RECOGNISED),
        low_water=_low_water(read),
        description=read.filled("description"),
        extra=read.rest(),
    )
    read.finish()
    return subnet


SUBNETS = Kind(
    name="subnets",
    type=Subnet,
    indexes=("network", "shared_network"),
    secret=True,
    parse=parse_subnet,
)


def _check_name(read: Reading, key: str, name: str) -> None:
    if name and not _NAME.fullmatch(name):
        read.note(key, f"{name[:80]!r} is no name", _EXPECTED_NAME)


def _network(read: Reading) -> IPv4Network | None:
    text = read.text("network")
    if not text:
        read.note("network", "is missing", "like 192.0.2.0/24")
        return None
    try:
        return network(text)
    except ValueError as error:
        read.note("network", f"{text[:40]!r} is no network", str(error))
        return None


def _shared_network(read: Reading) -> str:
    name = read.text("shared_network") or ""
    _check_name(read, "shared_network", name)
    return name


def _pools(read: Reading, net: IPv4Network | None, *, needed: bool) -> tuple[Pool, ...]:
    """The pools in order of address."""
    before = len(read.problems)
    pools = read.objects("pools", MOST_POOLS, _pool)
    if needed and not pools and len(read.problems) == before:
        read.note("pools", "are missing", "one at least, or the mode reserved")
    if net is not None and len(read.problems) == before:
        _check_pools(read, net, pools)
    return tuple(sorted(pools, key=lambda pool: IPv4Address(pool.first)))


def _pool(read: Reading) -> Pool | None:
    first, last = dotted(read, "first"), dotted(read, "last")
    for key in ("first", "last"):
        if not read.text(key):
            read.note(key, "is missing", "an address")
    if not (first and last):
        return None
    if IPv4Address(first) > IPv4Address(last):
        read.note("last", f"{last} comes before {first}", "the last address of the pool")
    return Pool(first=first, last=last)


def _check_pools(read: Reading, net: IPv4Network, pools: tuple[Pool, ...]) -> None:
    """Every address of a pool can be a host's of the network, and is in one pool only."""
    ends = {IPv4Address(end) for end in reserved_ends(net)}
    seen: list[tuple[IPv4Address, IPv4Address, int]] = []
    for at, pool in enumerate(pools):
        first, last = IPv4Address(pool.first), IPv4Address(pool.last)
        for key, address in (("first", first), ("last", last)):
            if address not in net:
                read.note(f"pools.{at}.{key}", f"{address} is outside {net}", "an address inside")
            elif address in ends:
                which = "network's own" if address == net.network_address else "broadcast"
                read.note(f"pools.{at}.{key}", f"{address} is the {which} address", "a host's")
        for lower, upper, other in seen:
            if first <= upper and lower <= last:
                read.note(f"pools.{at}", f"overlaps pools.{other}", "addresses in one pool only")
        seen.append((first, last, at))


def _strategies(read: Reading) -> tuple[str, ...]:
    if read.take("strategies") is None:
        return ("mac",)
    strategies = read.texts("strategies")
    if not 0 < len(strategies) <= len(STRATEGIES) or len(set(strategies)) < len(strategies):
        read.note("strategies", f"has {len(strategies)} names", "one or more, each once")
    for at, strategy in enumerate(strategies):
        try:
            check_strategy(strategy)
        except ValueError as error:
            read.note(f"strategies.{at}", f"is {strategy[:40]!r}", str(error))
    return strategies


def _pickers(read: Reading) -> tuple[Picker, ...]:
    usual = (Picker.HINT, Picker.NEXT_FREE, Picker.MOST_EXPIRED)
    if read.take("pickers") is None:
        return usual
    names = read.texts("pickers")
    found = []
    for at, name in enumerate(names):
        try:
            found.append(Picker(name))
        except ValueError:
            read.note(f"pickers.{at}", f"is {name[:40]!r}", ", ".join(Picker))
    if not names or len(set(names)) < len(names):
        read.note(
            "pickers", f"has {len(names)} names", "one or more, each once; none for no address"
        )
    return tuple(found) or usual


def _low_water(read: Reading) -> float:
    value = read.take("low_water")
    if value is None:
        return 0.9
    if isinstance(value, bool) or not isinstance(value, int | float):
        read.note("low_water", f"is {json_type(value)}", "a part of 1, such as 0.9")
        return 0.9
    if not 0 < value <= 1:
        read.note("low_water", f"is {value}", "more than 0, and 1 at most")
    return float(value)
