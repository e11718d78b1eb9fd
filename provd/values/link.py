"""An interface of this host, as the kernel has it."""

from __future__ import annotations

from msgspec import Struct


class Link(Struct, frozen=True, kw_only=True, gc=False):
    """One network interface."""

    index: int
    """The kernel's number; never given again while the host is up."""
    name: str
    mac: str = ""
    """Normal spelling; empty for an interface without hardware addresses."""
    addresses: tuple[str, ...] = ()
    """Each with the length of its network: `192.0.2.1/24`, in the order they were added."""
    up: bool = True
    """Whether it is switched on and its cable carries."""
    broadcast: bool = True
    """Whether it has broadcasts: Ethernet has, a tunnel has not."""
