"""The shapes of what is told of DHCP and is no document of its own."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from provd.documents.dhcp import Creates, LeaseState, Mode, OptionValue, Picker, Pool, Probe, When


class Proposal(Struct, kw_only=True):
    """A subnet that could be created as it is."""

    id: str
    """Made of the interface's name and the network."""
    network: str
    """The network of one of its addresses, of which no subnet has any part yet."""
    pools: list[Pool]
    """Every address of a host but our own."""


class Interface(Struct, kw_only=True):
    """A network interface of this host, as the kernel has it now."""

    name: str
    """As the kernel calls it."""
    index: int
    """The kernel's number."""
    mac: str
    """Its hardware address; empty where it has none."""
    addresses: list[str]
    """Each with the length of its network: `192.0.2.1/24`."""
    up: bool
    """Whether it is switched on and its cable carries."""
    broadcast: bool
    """Whether it has broadcasts."""
    proposals: list[Proposal]
    """Subnets that could be served there."""


class DeviceLease(Struct, kw_only=True):
    """The lease of a device, the one that ends last; absent where it has none."""

    id: str
    """The address."""
    state: LeaseState
    """How it stands."""
    until: int
    """When its time is over, in seconds since the epoch."""
    subnet: str
    """The id of the subnet it is in; empty for a reservation outside every one."""
    hostname: str
    """What the device called itself (12)."""


class PoolUsage(Struct, kw_only=True):
    """How full a pool is. Each address counts once in what follows `size`, `reserved` before all others."""

    first: str
    """The first address."""
    last: str
    """The last one."""
    size: int
    """How many addresses it has."""
    reserved: int
    """Of which so many are reserved, whoever has them now."""
    live: int
    """Clients have so many."""
    resting: int
    """So many rest, since somebody else was found to use them."""
    offered: int
    """So many are offered to clients that have not answered yet."""
    over: int
    """The lease of so many is over: they are their clients', until others need them."""
    free: int
    """Nobody has, had or shall have so many."""
    short: bool
    """Whether it is fuller than `low_water`, and has not clearly more room since."""


class OptionGiven(Struct, kw_only=True):
    """One DHCP option with its value, as a client may send it."""

    code: int | str
    """1 to 254, or a name: `router`."""
    value: str
    """In the text form of the option's type; empty: the option is not sent, whoever else would."""
    template: bool | None = None
    """`value` is a template over what the client sent."""
    vendor: str | None = None
    """For clients only whose vendor class (60) begins with this."""
    secret: bool | None = None
    """`value` is shown to nobody who is not to see secrets."""


class WhenGiven(Struct, kw_only=True):
    """Whom a rule is about, as a client may send it."""

    arch: list[int | str] | None = None
    """One of these client architectures (93), or names: `uefi-x64`."""
    vendor_class: str | None = None
    """The beginning of option 60."""
    user_class: str | None = None
    """Option 77."""
    uuid: str | None = None
    """The beginning of the machine's UUID (97), with dashes or without."""
    vendor: str | None = None
    """Of the device, as plugins spell it."""
    model: str | None = None
    """Of the device, as plugins spell it."""
    ipxe: bool | None = None
    """Whether the client is iPXE."""
    ipxe_features: list[str] | None = None
    """What that iPXE must be able to do."""
    subnet: str | None = None
    """The id of the subnet."""


SHAPES_OF_DHCP: tuple[type[Struct], ...] = (
    DeviceLease,
    Interface,
    PoolUsage,
    OptionGiven,
    OptionValue,
    Pool,
    When,
    WhenGiven,
)
"""Those of documents among them, which stand inside others."""

WORDS_OF_DHCP: tuple[type[StrEnum], ...] = (Creates, LeaseState, Mode, Picker, Probe)
"""The words that documents choose from."""
