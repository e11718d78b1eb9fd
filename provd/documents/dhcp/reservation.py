"""Reservation: an address that is one client's."""

from __future__ import annotations

from typing import ClassVar

from provd.documents.base import Document, Kind
from provd.documents.dhcp.options import OptionValue


class Reservation(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One address for one client, in one subnet or wherever it appears."""

    shown_empty: ClassVar[frozenset[str]] = frozenset({"options"})

    address: str
    """Dotted; no two reservations share one."""
    strategy: str
    """By what the client is known; never changes."""
    token: str
    """What it is by that, in normal spelling; never changes."""
    key: str
    """`<strategy>=<token>`, see `client_key`: computed."""
    subnet: str = ""
    """The subnet in which it holds; empty: everywhere. Never changes."""
    options: tuple[OptionValue, ...] = ()
    next_server: str = ""
    boot_file: str | None = None
    """Instead of what boot rules say; empty text: the client is never netbooted."""
    duration: int | None = None
    """Seconds that a lease of it lives, instead of the subnet's."""
    description: str | None = None
    """For people."""


RESERVATIONS = Kind(
    name="reservations",
    type=Reservation,
    unique=("address",),
    indexes=("key", "subnet"),
    secret=True,
)
