"""Subnet: a network whose clients are served, and how."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

from provd.documents.base import Document, Kind
from provd.documents.dhcp.options import OptionValue


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
    """Of clients whose vendor a plugin recognises."""
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
    last: str


class Subnet(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One network. Times are seconds; its mask (1) and broadcast address (28) are computed."""

    shown_empty: ClassVar[frozenset[str]] = frozenset({"pools", "options"})

    network: str
    """`192.0.2.0/24`; never changes, and no other subnet's overlaps."""
    mode: Mode = Mode.SERVE
    shared_network: str = ""
    """Subnets that name the same one are on one link: a client may get an address of any."""
    pools: tuple[Pool, ...] = ()
    strategies: tuple[str, ...] = ("mac",)
    """By what clients are known: of these, in order, the first that a packet has; never changes."""
    pickers: tuple[Picker, ...] = (Picker.HINT, Picker.NEXT_FREE, Picker.MOST_EXPIRED)
    lease_time: int = 3600
    reserved_lease_time: int = 86400
    """For clients with a reservation."""
    min_lease_time: int = 60
    """A client that asks for less (51) gets this."""
    max_lease_time: int = 86400
    """A client that asks for more gets this."""
    next_server: str = ""
    """Where boot files are; empty: this server, at the address that the client reaches."""
    options: tuple[OptionValue, ...] = ()
    probe: Probe = Probe.AUTO
    quarantine: int = 600
    """How long an address rests that somebody else was found to use."""
    create_devices: Creates = Creates.RECOGNISED
    low_water: float = 0.9
    """An event is told when more than this part of its pools is taken."""
    description: str | None = None
    """For people."""


SUBNETS = Kind(name="subnets", type=Subnet, indexes=("network", "shared_network"), secret=True)
