"""BootRule: which file a client that boots over the network is told to load."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from provd.documents.base import Document, Kind
from provd.documents.dhcp.options import OptionValue


class When(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Whom a rule is about: all that is said must hold, what is not said does."""

    arch: tuple[int, ...] = ()
    """One of these client architectures (93, RFC 4578 section 2.1)."""
    vendor_class: str = ""
    """The beginning of option 60."""
    user_class: str = ""
    """Option 77."""
    uuid: str = ""
    """The beginning of the machine's UUID (97), lower case with dashes."""
    vendor: str = ""
    """Of the device, as plugins spell it."""
    model: str = ""
    """Of the device, as plugins spell it."""
    ipxe: bool | None = None
    """Whether the client is iPXE (77 or 175)."""
    ipxe_features: tuple[str, ...] = ()
    """What that iPXE must be able to do (175), by iPXE's names: `http`, `bzimage`, …"""
    subnet: str = ""
    """The id of the subnet."""


class BootRule(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Of the rules that are about a client, the first by `order`, then by id, decides."""

    shown_empty: ClassVar[frozenset[str]] = frozenset({"when", "file"})

    order: int = 0
    """Lower ones come first."""
    when: When = When()
    file: str = ""
    """A path for TFTP, or a URL; `{http_base_url}` stands for where this server answers devices.
    Empty: the client is told nothing, and boots from its disk."""
    next_server: str = ""
    """Where the file is; empty: where the subnet says."""
    options: tuple[OptionValue, ...] = ()
    description: str | None = None
    """For people."""


BOOT_RULES = Kind(name="boot-rules", type=BootRule, secret=True)
