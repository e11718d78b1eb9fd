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


SHAPES_OF_DHCP: tuple[type[Struct], ...] = (Interface, OptionValue, Pool, When)
"""Those of documents among them, which stand inside others."""

WORDS_OF_DHCP: tuple[type[StrEnum], ...] = (Creates, LeaseState, Mode, Picker, Probe)
"""The words that documents choose from."""
